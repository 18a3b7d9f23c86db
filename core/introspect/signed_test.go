package introspect_test

import (
	"encoding/json"
	"maps"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/introspect"
)

// TestSignedAnswers: with Signed, only an answer that the server signed for this client counts (RFC 9701).
func TestSignedAnswers(t *testing.T) {
	clock := authtest.NewClock(time.Unix(1_800_000_000, 0))
	as := authtest.NewIssuer(t, authtest.WithClock(clock))
	other := authtest.NewIssuer(t, authtest.WithClock(clock))
	const media = "application/token-introspection+jwt"
	sign := func(by *authtest.Issuer, change authtest.Claims, opts ...authtest.TokenOption) string {
		var inner map[string]any
		if err := json.Unmarshal([]byte(active(clock, map[string]any{"iss": as.URL()})), &inner); err != nil {
			t.Fatal(err)
		}
		claims := authtest.Claims{"iss": as.URL(), "aud": "orders api", "exp": nil, "sub": nil, "token_introspection": inner}
		maps.Copy(claims, change)
		return by.Token(claims, append([]authtest.TokenOption{authtest.WithHeader("typ", "token-introspection+jwt")},
			opts...)...)
	}
	good := sign(as, nil)
	inactive := sign(as, authtest.Claims{"token_introspection": map[string]any{"active": false}})
	for name, c := range map[string]struct {
		media, body string
		code        core.Code
	}{
		"good":               {media, good, ""},
		"not active":         {media, inactive, introspect.CodeInactive},
		"for another client": {media, sign(as, authtest.Claims{"aud": "another api"}), introspect.CodeUnavailable},
		"another issuer":     {media, sign(as, authtest.Claims{"iss": "https://evil.example"}), introspect.CodeUnavailable},
		"another key":        {media, sign(other, nil), introspect.CodeUnavailable},
		"an access token":    {media, sign(as, nil, authtest.WithHeader("typ", "at+jwt")), introspect.CodeUnavailable},
		"no type":            {media, sign(as, nil, authtest.WithHeader("typ", nil)), introspect.CodeUnavailable},
		"old": {
			media, sign(as, authtest.Claims{"iat": clock.Now().Unix() - 3600}),
			introspect.CodeUnavailable,
		},
		"without iat":        {media, sign(as, authtest.Claims{"iat": nil}), introspect.CodeUnavailable},
		"without the member": {media, sign(as, authtest.Claims{"token_introspection": nil}), introspect.CodeUnavailable},
		"a member as text":   {media, sign(as, authtest.Claims{"token_introspection": "{}"}), introspect.CodeUnavailable},
		"unsigned":           {"application/json", active(clock, nil), introspect.CodeUnavailable},
		"unsigned, by type":  {media, active(clock, nil), introspect.CodeUnavailable},
		"signed, type JSON":  {"application/json", good, introspect.CodeUnavailable},
		"active outside only": {
			media, sign(as, authtest.Claims{"active": true, "token_introspection": map[string]any{}}),
			introspect.CodeUnavailable,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, answerAs(200, c.media, c.body))
			cfg := config(s, clock)
			cfg.Rules.Issuer = as.URL()
			cfg.Signed = &introspect.Signed{Rules: core.Rules{JWKSURL: as.JWKSURL()}}
			session, err := authenticate(t, newClient(t, cfg), token)
			want(t, name, err, c.code)
			if err == nil && session.UserID() != "user_1" {
				t.Errorf("the user is %s", session.UserID())
			}
			if got := s.last.Header.Get("Accept"); got != media {
				t.Errorf("Accept: %s", got)
			}
		})
	}
}
