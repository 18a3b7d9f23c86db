package adaptertest

import (
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"net/url"
)

// http2Client sends requests over one HTTP/2 connection. It is safe for concurrent
// use.
type http2Client struct {
	transport *http.Transport
	url       url.URL
}

func newHTTP2Client(addr string, encrypted bool) *http2Client {
	c := &http2Client{
		transport: &http.Transport{Protocols: new(http.Protocols), DisableCompression: true},
		url:       url.URL{Scheme: "http", Host: addr},
	}
	if encrypted {
		c.url.Scheme = "https"
		c.transport.Protocols.SetHTTP2(true)
		c.transport.TLSClientConfig = &tls.Config{InsecureSkipVerify: true} // on loopback; the test is about HTTP/2
	} else {
		c.transport.Protocols.SetUnencryptedHTTP2(true)
	}
	return c
}

func (c *http2Client) close() { c.transport.CloseIdleConnections() }

// send sends a request. Only the names of the fields change: HTTP/2 writes them in
// lower case.
func (c *http2Client) send(ctx context.Context, method, target string, fields []Field) (x Exchange, err error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, c.url.String(), http.NoBody)
	if err != nil {
		return Exchange{}, err
	}
	r.URL.Opaque, r.Host = target, host // the target is sent unchanged
	r.Header.Set("User-Agent", "")      // net/http sends none
	for _, f := range fields {
		r.Header.Add(f.Name, f.Value)
	}
	response, err := c.transport.RoundTrip(r)
	if err != nil {
		return Exchange{}, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	return Exchange{
		StatusLine: response.Proto + " " + response.Status,
		Status:     response.StatusCode,
		Header:     response.Header,
		Body:       body,
	}, err
}
