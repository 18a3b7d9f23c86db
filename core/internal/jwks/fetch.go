package jwks

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
	"time"
	"unicode/utf8"

	"github.com/revstackhq/auth-go/core/internal/netaddr"
)

const (
	maxRedirects = 3
	userAgent    = "auth-go-jwks (+https://github.com/revstackhq/auth-go)"
	acceptSet    = "application/jwk-set+json, application/json" // RFC 7517 §8.5.2
	acceptJSON   = "application/json"
)

// fetcher gets small documents under the same rules for every fetch.
type fetcher struct {
	client   *http.Client
	public   *http.Client                          // see Clients
	proxy    func(*http.Request) (*url.URL, error) // see Clients
	now      func() time.Time
	maxBytes int64
	insecure bool // http to other machines is allowed
}

// request is what to get, and how.
type request struct {
	url, accept string
	validators  validators
	publicOnly  bool // refuse private addresses
	pem         bool // the document is PEM, not JSON
}

// validators carry RFC 9110 §8.8 revalidation data; the zero value asks for a whole answer.
type validators struct{ etag, modified string }

// validator returns a header to send back in the next request, "" if it is too long or not UTF-8.
func validator(h http.Header, name string) string {
	v := h.Get(name)
	if len(v) > 1024 || !utf8.ValidString(v) {
		return ""
	}
	return v
}

// answer is a 200 with its body, or a 304 without.
type answer struct {
	header      http.Header
	body        []byte
	notModified bool
	clockSkew   time.Duration // see clockSkew
}

// newFetcher returns a fetcher for cfg, whose Policy and Clock are complete.
func newFetcher(cfg *Config) *fetcher {
	clients := cfg.Clients
	if clients == nil {
		clients = NewClients(cfg.Client)
	}
	clients.once.Do(clients.open)
	return &fetcher{
		client:   clients.client,
		public:   clients.public,
		proxy:    clients.proxy,
		now:      cfg.Clock.Now,
		maxBytes: cfg.Policy.MaxBytes,
		insecure: cfg.InsecureHTTP,
	}
}

// clientFor returns the client that sends req. With a proxy, the proxy resolves the name and dials, so its rules apply;
// the address dialed here would be the proxy's own.
func (f *fetcher) clientFor(req *http.Request, publicOnly bool) *http.Client {
	if !publicOnly || f.public == nil {
		return f.client
	}
	if f.proxy != nil {
		if via, err := f.proxy(req); via != nil || err != nil {
			return f.client
		}
	}
	return f.public
}

// checkRedirect allows redirects within the configured origin only: an open redirect at the issuer must not choose the
// keys, and must not reach a private network.
func checkRedirect(req *http.Request, via []*http.Request) error {
	from, to := via[0].URL, req.URL
	switch {
	case len(via) > maxRedirects:
		return &FetchError{Kind: KindRedirect, Err: fmt.Errorf("more than %d redirects", maxRedirects)}
	case from.Scheme == "https" && to.Scheme == "http":
		return &FetchError{Kind: KindInsecureScheme, Err: errors.New("redirected to " + redactURL(to.String()))}
	case netaddr.Origin(from) != netaddr.Origin(to):
		return &FetchError{Kind: KindRedirect, Err: errors.New("redirected to " + redactURL(to.String()))}
	}
	return nil
}

// get fetches r. The error is a *FetchError.
func (f *fetcher) get(ctx context.Context, r request) (*answer, error) {
	rawURL, v := r.url, r.validators
	fail := func(kind FetchKind, err error) error {
		if err != nil {
			err = scrub(err, rawURL)
		}
		return &FetchError{Kind: kind, URL: redactURL(rawURL), Err: err}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, rawURL, http.NoBody)
	if err != nil {
		return nil, fail(KindNetwork, errors.New("unreadable URL"))
	}
	if err := netaddr.CheckHost(req.URL.Hostname()); err != nil {
		return nil, fail(KindNetwork, err)
	}
	if r.publicOnly && netaddr.PrivateHost(req.URL.Hostname()) {
		return nil, fail(KindPrivateAddress, errPrivate)
	}
	if !secureScheme(req.URL) && (!f.insecure || req.URL.Scheme != "http") {
		return nil, fail(KindInsecureScheme, errors.New("only https, or http on loopback, is fetched"))
	}
	req.Header.Set("Accept", r.accept)
	req.Header.Set("User-Agent", userAgent)
	if v.etag != "" {
		req.Header.Set("If-None-Match", v.etag)
	}
	if v.modified != "" {
		req.Header.Set("If-Modified-Since", v.modified)
	}
	sent := f.now()
	resp, err := f.clientFor(req, r.publicOnly).Do(req)
	if err != nil {
		kind, cause := classify(err)
		return nil, fail(kind, cause)
	}
	defer func() { _ = resp.Body.Close() }()
	skew := clockSkew(resp.Header, sent, f.now())

	if resp.StatusCode == http.StatusNotModified && v != (validators{}) {
		return &answer{header: resp.Header, notModified: true, clockSkew: skew}, nil
	}
	if resp.StatusCode != http.StatusOK {
		return nil, &FetchError{
			Kind:       KindStatus,
			URL:        redactURL(rawURL),
			Status:     resp.StatusCode,
			RetryAfter: retryAfter(resp, f.now()),
		}
	}
	media, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if media == "text/html" || media == "application/xhtml+xml" {
		return nil, fail(KindNotJSON, errors.New("the answer is an HTML page; is this the key set's own URL?"))
	}
	// The limit applies after net/http's decompression, so that it also catches a small body that expands to a huge one.
	body, err := io.ReadAll(io.LimitReader(resp.Body, f.maxBytes+1))
	if err != nil {
		kind, cause := classify(err)
		return nil, fail(kind, cause)
	}
	if int64(len(body)) > f.maxBytes {
		return nil, fail(KindTooLarge, fmt.Errorf("more than %d bytes", f.maxBytes))
	}
	if trimmed := bytes.TrimLeft(body, " \t\r\n"); !r.pem && (len(trimmed) == 0 || trimmed[0] != '{') {
		return nil, fail(KindNotJSON, errors.New("the answer does not start with {"))
	}
	return &answer{header: resp.Header, body: body, clockSkew: skew}, nil
}

// classify names the failure and strips net/http's wrapper, whose text repeats the whole URL.
func classify(err error) (FetchKind, error) {
	var own *FetchError
	if errors.As(err, &own) { // from checkRedirect
		return own.Kind, own.Err
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() { // includes context.DeadlineExceeded
		return KindTimeout, err
	}
	return KindNetwork, err
}
