package main

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"

	"github.com/revstackhq/auth-go/authdoctor/playground"
	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/keys"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/core/providers/providertest"
)

// site is the embedded issuer: what a Clerk instance serves below /.well-known,
// tokens on request at /token, and the playground.
type site struct {
	url    string
	play   *playground.Playground
	issuer *authtest.Issuer
	links  []link // the APIs
}

// link is an API.
type link struct{ Name, URL string }

// newSite returns the site for listener l. clock sets the time of tokens; nil is
// the system's clock. The caller closes the site.
func newSite(l net.Listener, clock keys.Clock) (*site, error) {
	s := &site{url: urlOf(l)}
	contract, err := s.contract()
	if err != nil {
		return nil, err
	}
	token, err := s.sample()
	if err != nil {
		return nil, err
	}
	s.play, err = playground.New(playground.Config{
		IssuerURL: s.url,
		Clock:     clock,
		Scenes: []playground.Scene{{
			Provider: "This demo",
			Name:     "session of the APIs of this demo",
			Contract: contract,
			Token:    token,
		}},
	})
	if err != nil {
		return nil, err
	}
	s.issuer = s.play.Issuer()
	return s, nil
}

func (s *site) close() error { return s.play.Close() }

// sample is a session token of Clerk's, made to fit the site's contract.
func (s *site) sample() (providertest.Token, error) {
	good, _, err := providertest.Tokens("clerk")
	if err != nil {
		return providertest.Token{}, err
	}
	token, err := good[0].With(map[string]any{"iss": s.url, "azp": s.url})
	if err != nil {
		return providertest.Token{}, fmt.Errorf("the sample of Clerk: %w", err)
	}
	return token, nil
}

// contract trusts the site as a program trusts a Clerk instance.
func (s *site) contract() (*core.Contract, error) {
	return clerk.NewContract(clerk.Config{IssuerURL: s.url, AuthorizedParties: s.origins()})
}

// verifier verifies the site's tokens by the playground's clock.
func (s *site) verifier() (*core.Verifier, error) {
	contract, err := s.contract()
	if err != nil {
		return nil, err
	}
	return core.NewVerifier(contract, core.WithClock(s.play.Clock()))
}

// origins are the page's, by both names of the loopback.
func (s *site) origins() []string {
	return []string{s.url, strings.Replace(s.url, "127.0.0.1", "localhost", 1)}
}

func (s *site) server() server {
	mux := http.NewServeMux()
	mux.Handle("/", s.play)
	mux.HandleFunc("GET /token", s.token)
	mux.HandleFunc("/token", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "ask for a token with GET", http.StatusMethodNotAllowed)
	})
	mux.Handle("GET /.well-known/", s.wellKnown())
	return httpServer(playground.Protect(mux)) // no other site's page may ask for a token
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
