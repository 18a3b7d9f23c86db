package mcpauth

import (
	"context"
	"math"
	"net/http"

	"github.com/modelcontextprotocol/go-sdk/auth"

	"github.com/revstackhq/auth-go/core"
)

// Keys of auth.TokenInfo.Extra.
const (
	extraSession  = "auth-go.session" // the *core.Session
	extraIssuer   = "iss"
	extraClientID = "client_id"
)

// tokenInfo returns the session in the form of the SDK.
func tokenInfo(s *core.Session) *auth.TokenInfo {
	return &auth.TokenInfo{
		Scopes:     s.Scopes(),
		Expiration: s.ExpiresAt(),
		UserID:     s.UserID(),
		Extra:      map[string]any{extraSession: s, extraIssuer: s.Issuer(), extraClientID: s.ClientID()},
	}
}

type infoKey struct{}

// bridge hands token information to the SDK through the SDK's own middleware, the only
// way to put it into a context: the key is unexported.
type bridge struct {
	handler http.Handler
	// header lets the SDK find a token, wherever the guard found it: a cookie, a header
	// of another name, the DPoP scheme.
	header http.Header
}

// newBridge returns a bridge that leaves no decision to the SDK. The verifier
// returns what the guard found, and the guard has checked the expiry with its own clock and
// leeway.
func newBridge() *bridge {
	verifier := func(ctx context.Context, _ string, _ *http.Request) (*auth.TokenInfo, error) {
		found, _ := ctx.Value(infoKey{}).(*crossing)
		return found.info, nil
	}
	options := &auth.RequireBearerTokenOptions{AllowMissingExpiration: true, ClockSkew: math.MaxInt64}
	take := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if c, ok := r.Context().Value(infoKey{}).(*crossing); ok {
			c.request = r
		}
	})
	return &bridge{
		handler: auth.RequireBearerToken(verifier, options)(take),
		header:  http.Header{"Authorization": []string{"Bearer verified"}},
	}
}

// crossing is one use of a bridge.
type crossing struct {
	info    *auth.TokenInfo
	request *http.Request // with the information in its context; nil before
}

// context returns a context in which the SDK finds info, and false if the SDK refused it,
// which would be a change of the SDK.
func (b *bridge) context(ctx context.Context, info *auth.TokenInfo) (context.Context, bool) {
	c := &crossing{info: info}
	probe := &http.Request{Header: b.header}
	b.handler.ServeHTTP(discard{}, probe.WithContext(context.WithValue(ctx, infoKey{}, c)))
	if c.request == nil {
		return ctx, false
	}
	return c.request.Context(), true
}

// discard drops the answer of the SDK.
type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) WriteHeader(int)             {}
