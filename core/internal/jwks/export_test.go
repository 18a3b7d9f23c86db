package jwks

import (
	"net/http"
	"net/url"
	"runtime"
	"time"

	"github.com/revstackhq/auth-go/core/keys"
)

// Await returns once no flight is up and its events are told, so that tests need no sleep to see what was fetched behind a request.
func (s *Source) Await() {
	for {
		s.mu.Lock()
		f := s.flight
		s.mu.Unlock()
		if f == nil {
			break
		}
		<-f.done
	}
	for { // what it tells when its waiters have gone
		s.outbox.mu.Lock()
		idle := !s.outbox.delivering && len(s.outbox.queue) == 0
		s.outbox.mu.Unlock()
		if idle {
			return
		}
		runtime.Gosched()
	}
}

// Fetching reports whether a flight is up.
func (s *Source) Fetching() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.flight != nil
}

// RefusedSize returns how many refused key ids are held, and the size of the ring behind them.
func (s *Source) RefusedSize() (held, ring int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.refused.held), cap(s.refused.ring)
}

// Refusals exposes the bounded memory of refused key ids.
type Refusals struct{ r *refusals }

func NewRefusals(first time.Duration, limit int) Refusals { return Refusals{newRefusals(first, limit)} }

func (x Refusals) Refuse(kid string, flight uint64, now time.Time) {
	x.r.refuse(kid, "RS256", flight, now)
}

func (x Refusals) Holds(kid string, now time.Time) bool { return x.r.holds(kid, "RS256", now) }

func (x Refusals) Size() int { return len(x.r.held) }

// CheckJWKSURI and Printable are tables in the tests.
func CheckJWKSURI(issuer, jwksURI string) error {
	return Config{Issuer: issuer, Discovery: true}.checkJWKSURI(jwksURI)
}

func Printable(s string, limit int) string { return printable(s, limit) }
func RedactURL(raw string) string          { return redactURL(raw) }

// Discovered makes the source believe that a discovery document named jwksURL.
func (s *Source) Discovered(jwksURL string) {
	far := s.clock.Now().Add(24 * time.Hour)
	s.disco.Store(&discovered{jwksURL: jwksURL, due: far, freshUntil: far})
}

// Freshness is a table in the tests.
func Freshness(p keys.Policy, h http.Header, now time.Time) (time.Duration, bool) {
	return freshness(p, h, now)
}

// ViaProxy replaces what the environment says about proxies.
func (s *Source) ViaProxy(proxy func(*http.Request) (*url.URL, error)) { s.fetch.proxy = proxy }

// DialsPublicOnly reports whether a fetch of target goes through the dialer that refuses private addresses.
func (s *Source) DialsPublicOnly(target string) (bool, error) {
	req, err := http.NewRequest(http.MethodGet, target, http.NoBody)
	return err == nil && s.fetch.clientFor(req, true) == s.fetch.public, err
}
