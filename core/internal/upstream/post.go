package upstream

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const userAgent = "auth-go (+https://github.com/revstackhq/auth-go)"

// Poster sends small POST requests with secrets in them.
type Poster struct {
	client   *http.Client
	maxBytes int64
}

// Response is what a server answered.
type Response struct {
	Status     int
	MediaType  string        // of the body, in lower case, without parameters
	Body       []byte        // of an answer with status 200 or 400
	RetryAfter time.Duration // 0 if the server names none
}

// NewPoster returns a poster that reads responses of at most maxBytes. It copies client; if client is nil, the poster
// has its own.
func NewPoster(client *http.Client, maxBytes int64) *Poster {
	if client == nil {
		t := NewTransport()
		t.MaxIdleConnsPerHost = 16 // requests wait for each call, so a few connections are kept for a while
		t.IdleConnTimeout = 30 * time.Second
		client = &http.Client{Transport: t}
	}
	c := *client // do not modify the caller's client
	c.Jar = nil
	// A redirect would send the secret, or the token, to another address.
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Poster{client: &c, maxBytes: maxBytes}
}

// NewTransport returns a copy of net/http's default transport that gives up on slow connections and refuses long
// headers.
func NewTransport() *http.Transport {
	t, ok := http.DefaultTransport.(*http.Transport)
	if ok {
		t = t.Clone()
	} else { // the program may have replaced it, for example with a tracing transport
		t = &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true}
	}
	t.DialContext = (&net.Dialer{Timeout: 5 * time.Second}).DialContext
	t.TLSHandshakeTimeout = 5 * time.Second
	t.MaxResponseHeaderBytes = 64 << 10
	return t
}

// Post sends body to rawURL. Its errors do not repeat the URL, which may have a secret in its query, or the body.
func (p *Poster) Post(ctx context.Context, rawURL string, header http.Header, body []byte) (*Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, rawURL, bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("unreadable URL")
	}
	req.Header = header.Clone()
	req.Header.Set("User-Agent", userAgent)
	resp, err := p.client.Do(req)
	if err != nil {
		return nil, withoutURL(err)
	}
	defer func() { _ = resp.Body.Close() }()
	r := &Response{Status: resp.StatusCode, RetryAfter: retryAfter(resp.Header.Get("Retry-After"))}
	r.MediaType, _, _ = mime.ParseMediaType(resp.Header.Get("Content-Type"))
	// Reading the body of an error lets the connection be reused. The body may repeat the token, so it is dropped.
	r.Body, err = io.ReadAll(io.LimitReader(resp.Body, p.maxBytes+1))
	switch {
	case err != nil:
		return nil, withoutURL(err)
	case r.Status != http.StatusOK && r.Status != http.StatusBadRequest: // RFC 6749 §5.2
		r.Body = nil
	case int64(len(r.Body)) > p.maxBytes:
		return nil, fmt.Errorf("the answer has more than %d bytes", p.maxBytes)
	}
	return r, nil
}

// withoutURL strips net/http's wrapper, whose text repeats the whole URL.
func withoutURL(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

// retryAfter reads the number of seconds of a Retry-After field (RFC 9110 §10.2.3). Its other form, a date, is rare and
// depends on two clocks.
func retryAfter(value string) time.Duration {
	seconds, err := strconv.ParseUint(value, 10, 32)
	if err != nil {
		return 0
	}
	return time.Duration(seconds) * time.Second
}
