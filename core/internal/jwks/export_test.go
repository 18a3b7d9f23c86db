package jwks

import (
	"net/http"
	"net/url"
	"runtime"
	"time"

	"github.com/revstackhq/auth-go/core/keys"
)

// Await returns once no fetch is in flight and its events are delivered, so that tests need no sleep to see what was
// fetched in the background.
func (s *Source) Await() {
	for {
		s.mu.Lock()
		f := s.refresh
		s.mu.Unlock()
		if f == nil {
			break
		}
		<-f.done
	}
	for !s.events.Idle() { // events are delivered after the waiting callers have continued
		runtime.Gosched()
	}
}

// Fetching reports whether a fetch is in flight.
func (s *Source) Fetching() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refresh != nil
}

// RefusedSize returns the number of refused key ids and the capacity of their ring.
func (s *Source) RefusedSize() (kids, ring int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.refused.entries), cap(s.refused.ring)
}

// Refusals exposes the bounded memory of refused key ids.
type Refusals struct{ r *refusedKids }

func NewRefusals(first time.Duration, limit int) Refusals {
	return Refusals{newRefusedKids(first, limit)}
}

func (x Refusals) Refuse(kid string, fetch uint64, now time.Time) {
	x.r.refuse(kid, "RS256", fetch, now)
}

func (x Refusals) Holds(kid string, now time.Time) bool { return x.r.contains(kid, "RS256", now) }

func (x Refusals) Size() int { return len(x.r.entries) }

// CheckJWKSURI checks the jwks_uri of an issuer's discovery document.
func CheckJWKSURI(issuer, jwksURI string) error {
	return Config{Issuer: issuer, Discovery: true}.checkJWKSURI(jwksURI)
}

func Printable(s string, limit int) string { return printable(s, limit) }
func RedactURL(raw string) string          { return redactURL(raw) }

// Discovered makes the source act as if a discovery document had named jwksURL.
func (s *Source) Discovered(jwksURL string) {
	far := s.cfg.Clock.Now().Add(24 * time.Hour)
	s.discovery.Store(&discovered{jwksURL: jwksURL, due: far, freshUntil: far})
}

// Freshness calls freshness.
func Freshness(p keys.Policy, h http.Header, now time.Time) (time.Duration, bool) {
	return freshness(p, h, now)
}

// ViaProxy replaces the environment's proxy settings.
func (s *Source) ViaProxy(proxy func(*http.Request) (*url.URL, error)) { s.fetch.proxy = proxy }

// DialsPublicOnly reports whether a fetch of target goes through the dialer that refuses private addresses.
func (s *Source) DialsPublicOnly(target string) (bool, error) {
	req, err := http.NewRequest(http.MethodGet, target, http.NoBody)
	return err == nil && s.fetch.clientFor(req, true) == s.fetch.public, err
}
