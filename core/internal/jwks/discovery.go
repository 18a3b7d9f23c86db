package jwks

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4/json"

	"github.com/revstackhq/auth-go/core/internal/netaddr"
)

// wellKnown is where OpenID Connect Discovery 1.0 §4 puts the provider's metadata, after the issuer's path.
const wellKnown = "/.well-known/openid-configuration"

// discovered is the result of the last discovery. It is immutable.
type discovered struct {
	jwksURL               string // empty until a document was accepted once
	fetchedAt, freshUntil time.Time
	due                   time.Time // when the next refresh reads the document again
	err                   error     // of the last attempt
}

// discoveryURL returns the document's URL: the override, or the issuer's own.
func (c Config) discoveryURL() string {
	if c.DiscoveryURL != "" {
		return c.DiscoveryURL
	}
	return strings.TrimSuffix(c.Issuer, "/") + wellKnown // OIDC Discovery §4.1
}

// keySetURL returns the URL to fetch keys from. If the discovery document is due, it reads the document first; if
// that fails, it returns the last known jwks_uri. Only a refresh calls it.
func (s *Source) keySetURL(ctx context.Context, now time.Time) (string, error) {
	if !s.cfg.Discovery {
		return s.cfg.URL, nil
	}
	old := s.discovery.Load()
	if old == nil {
		old = &discovered{}
	}
	if old.jwksURL != "" && !reached(now, old.due) {
		return old.jwksURL, nil
	}
	if old.jwksURL != "" { // a slow document must leave time to fetch the keys
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.cfg.Policy.FetchTimeout/2)
		defer cancel()
	}
	s.discoveryFetches.Add(1)
	next, err := call(ctx, func(ctx context.Context) (*discovered, error) { return s.discover(ctx, now) })
	if err == nil {
		s.discovery.Store(next)
		return next.jwksURL, nil
	}
	err = asFetchError(err, s.cfg.discoveryURL())
	s.discoveryFailures.Add(1)
	kept := *old
	kept.err, kept.due = err, now.Add(s.cfg.Policy.MinFresh)
	s.discovery.Store(&kept)
	if kept.jwksURL == "" {
		return "", err
	}
	return kept.jwksURL, nil
}

// rediscover makes the next refresh read the document again if cause suggests that the keys have moved.
func (s *Source) rediscover(cause error) {
	old := s.discovery.Load()
	var fe *FetchError
	if old == nil || !errors.As(cause, &fe) {
		return
	}
	switch {
	case fe.Kind == KindTimeout, fe.Kind == KindNetwork, fe.Kind == KindPanic, fe.Status >= 500:
		return // an outage, not a move
	}
	moved := *old
	moved.due = time.Time{}
	s.discovery.Store(&moved)
}

// discover fetches and checks the document.
func (s *Source) discover(ctx context.Context, now time.Time) (*discovered, error) {
	docURL := s.cfg.discoveryURL()
	ans, err := s.fetch.get(ctx, request{
		url:        docURL,
		accept:     acceptJSON,
		publicOnly: s.cfg.publicOnly(docURL),
	})
	if err != nil {
		return nil, err
	}
	refuse := func(err error) error {
		return &FetchError{Kind: KindDiscovery, URL: redactURL(docURL), Err: err}
	}
	var doc struct { // read in exact case, duplicates refused
		Issuer  string `json:"issuer"`
		JWKSURI string `json:"jwks_uri"`
	}
	if err := json.Unmarshal(ans.body, &doc); err != nil {
		return nil, refuse(errors.New("unreadable: " + printable(err.Error(), shownBytes)))
	}
	if doc.Issuer != s.cfg.Issuer { // OIDC Discovery §4.3: MUST be identical
		return nil, refuse(&IssuerMismatchError{Want: s.cfg.Issuer, Got: printable(doc.Issuer, maxKidSize)})
	}
	if err := s.cfg.checkJWKSURI(doc.JWKSURI); err != nil {
		return nil, refuse(err)
	}
	fresh, _ := freshness(s.cfg.Policy, ans.header, now)
	until := now.Add(fresh)
	return &discovered{jwksURL: doc.JWKSURI, fetchedAt: now, freshUntil: until, due: until}, nil
}

// IssuerMismatchError reports that a discovery document names another issuer than the configured one.
type IssuerMismatchError struct {
	Want string // the configured issuer
	Got  string // the document's, bounded and printable
}

// Error names both issuers.
func (e *IssuerMismatchError) Error() string {
	return fmt.Sprintf("the document's issuer is %q, configured is %q; they must be identical, trailing slash included",
		e.Got, e.Want)
}

// checkJWKSURI checks a jwks_uri. The document is remote input and must not direct the fetch to http or into a private
// network. With InsecureHTTP, an issuer over http may name http on its own host.
func (c Config) checkJWKSURI(jwksURI string) error {
	if jwksURI == "" {
		return errors.New("the document has no jwks_uri") // OIDC Discovery §3: REQUIRED
	}
	u, err := url.Parse(jwksURI)
	if err != nil || u.Host == "" {
		return errors.New("jwks_uri is not an absolute URL")
	}
	home, err := url.Parse(c.Issuer)
	if err != nil {
		return errors.New("the issuer is not a URL")
	}
	if err := netaddr.CheckHost(u.Hostname()); err != nil {
		return fmt.Errorf("jwks_uri: %w", err)
	}
	local := home.Scheme == "http" && netaddr.Loopback(home.Hostname()) &&
		u.Scheme == "http" && netaddr.Loopback(u.Hostname())
	switch {
	case u.User != nil:
		return errors.New("jwks_uri holds credentials")
	case u.Fragment != "" || strings.Contains(jwksURI, "#"):
		return errors.New("jwks_uri holds a fragment")
	case u.Scheme != "https" && !local &&
		(!c.InsecureHTTP || u.Scheme != "http" || netaddr.Origin(home) != netaddr.Origin(u)):
		return errors.New("jwks_uri is not https")
	case netaddr.PrivateHost(u.Hostname()) && c.publicOnly(jwksURI):
		return fmt.Errorf("jwks_uri points into a private network (%s), the issuer does not",
			printable(u.Hostname(), shownBytes))
	}
	return nil
}
