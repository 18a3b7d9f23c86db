package main

import (
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/keys"
	"github.com/revstackhq/auth-go/core/providers/clerk"
)

// site is the embedded issuer: what a Clerk instance serves below /.well-known,
// tokens on request at /token, and a page.
type site struct {
	url    string
	issuer *authtest.Issuer
	links  []link // the APIs, for the page
}

// link is an API on the page.
type link struct{ Name, URL string }

// newSite returns the site for listener l. clock sets the time of tokens; nil is
// the system's clock. The caller closes the site.
func newSite(l net.Listener, clock keys.Clock) (*site, error) {
	base := urlOf(l)
	issuer, err := authtest.StartIssuer(authtest.Config{IssuerURL: base, Clock: clock})
	if err != nil {
		return nil, err
	}
	return &site{url: base, issuer: issuer}, nil
}

func (s *site) close() error { return s.issuer.Close() }

// contract trusts the site as a program trusts a Clerk instance.
func (s *site) contract() (*core.Contract, error) {
	return clerk.NewContract(clerk.Config{IssuerURL: s.url, AuthorizedParties: s.origins()})
}

// origins are the page's, by both names of the loopback.
func (s *site) origins() []string {
	return []string{s.url, strings.Replace(s.url, "127.0.0.1", "localhost", 1)}
}

func (s *site) server() server {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.page)
	mux.HandleFunc("GET /token", s.token)
	mux.Handle("GET /.well-known/", s.wellKnown())
	return httpServer(mux)
}

// wellKnown forwards to the issuer's own port.
func (s *site) wellKnown() http.Handler {
	target, err := url.Parse(s.issuer.BaseURL())
	if err != nil { // a listener's address makes a URL
		return http.NotFoundHandler()
	}
	return &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
}

// token answers GET /token with a token as text.
func (s *site) token(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	ask, err := readTokenRequest(r.URL.RawQuery)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	_, _ = w.Write([]byte(ask.mint(s.issuer, s.url) + "\n")) // the client is gone if this fails
}
