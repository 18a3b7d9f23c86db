package downstream

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/internal/faults"
	"github.com/revstackhq/auth-go/core/internal/netaddr"
)

// ErrNoToken means that the request's context has no caller's token: the context is not that of a guarded request, the
// caller is anonymous, the guard lacks guard.KeepToken, or the token is bound to the caller's key.
var ErrNoToken = errors.New("downstream: no caller's token in the context: does the guard have the option KeepToken?")

// ErrOrigin means that a request is for an origin that the transport was not given.
var ErrOrigin = errors.New("downstream: the token must not be sent there")

type configErrors = faults.List[core.ConfigError, *core.ConfigError]

// transport sends requests with a token.
type transport struct {
	base    http.RoundTripper
	origins map[string]bool
	token   func(ctx context.Context) (string, error)
	refused func(ctx context.Context) // called if the service answers with 401; may be nil
}

// NewForward returns a transport that sends the caller's own token to the origins, such as
// "https://billing.internal". The services there can do everything that the token allows, so its audience should name
// them. A nil base is http.DefaultTransport. Every mistake is returned at once, as [*core.ConfigError].
func NewForward(base http.RoundTripper, origins ...string) (http.RoundTripper, error) {
	var f configErrors
	t := newTransport(base, origins, &f)
	t.token = callersToken
	if err := f.Err(); err != nil {
		return nil, err
	}
	return t, nil
}

func callersToken(ctx context.Context) (string, error) {
	token := guard.CallerToken(ctx)
	if token == "" {
		return "", ErrNoToken
	}
	return token, nil
}

func newTransport(base http.RoundTripper, origins []string, f *configErrors) *transport {
	if faults.IsNil(base) {
		base = http.DefaultTransport
	}
	t := &transport{base: base, origins: map[string]bool{}}
	if len(origins) == 0 {
		f.Missing("origins", "are empty: name the services that may get the token")
	}
	for i, origin := range origins {
		field := fmt.Sprintf("origins[%d]", i)
		if !f.URL(field, origin, faults.URLRules{}) {
			continue
		}
		u, err := url.Parse(origin)
		if err != nil || strings.Trim(u.Path, "/") != "" {
			f.Invalid(field, faults.Show(origin), "must be an origin without a path, such as https://billing.internal")
			continue
		}
		t.origins[netaddr.Origin(u)] = true
	}
	return t
}

// RoundTrip implements [http.RoundTripper].
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	token, err := t.tokenFor(r)
	if err != nil {
		if r.Body != nil {
			_ = r.Body.Close() // a RoundTripper must always close the body
		}
		return nil, err
	}
	r = r.Clone(r.Context()) // a RoundTripper must not change the request
	r.Header.Set("Authorization", "Bearer "+token)
	resp, err := t.base.RoundTrip(r)
	if err == nil && resp.StatusCode == http.StatusUnauthorized && t.refused != nil {
		t.refused(r.Context()) //nolint:contextcheck // r is a clone with the context of the request
	}
	return resp, err
}

func (t *transport) tokenFor(r *http.Request) (string, error) {
	if !t.origins[netaddr.Origin(r.URL)] {
		return "", fmt.Errorf("%w: %s is not among the origins of the transport", ErrOrigin, netaddr.Origin(r.URL))
	}
	return t.token(r.Context())
}
