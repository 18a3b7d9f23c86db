package authtest_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
)

// decode reads a segment of a token without verifying anything.
func decode(t *testing.T, token string, segment int) map[string]any {
	t.Helper()
	data, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[segment])
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]any
	if err := json.Unmarshal(data, &members); err != nil {
		t.Fatal(err)
	}
	return members
}

func TestTokenOfEveryAlgorithm(t *testing.T) {
	algorithms := []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
	issuer := authtest.NewIssuer(t, authtest.WithAlgorithms(algorithms...))
	verifier := verifierOf(t, issuer.Contract())
	for _, alg := range algorithms {
		token := issuer.Token(nil, authtest.WithAlgorithm(alg))
		if got := decode(t, token, 0)["alg"]; got != alg {
			t.Errorf("%s: the header says %v", alg, got)
		}
		if _, err := verifier.Verify(t.Context(), token); err != nil {
			t.Errorf("%s: %v", alg, err)
		}
	}
}

func TestTokenOptions(t *testing.T) {
	clock := authtest.NewClock(start)
	issuer := authtest.NewIssuer(t, authtest.WithClock(clock), authtest.WithAlgorithms("ES256"))
	token := issuer.Token(
		authtest.Claims{"sub": "user_9", "nbf": nil, "tenant": "t1", "empty": json.RawMessage("null")},
		authtest.ExpiresIn(
			time.Minute,
		),
		authtest.WithHeader("typ", "at+jwt"),
		authtest.WithKeyID("k9"),
		authtest.WithHeader("x", 1),
	)
	header, payload := decode(t, token, 0), decode(t, token, 1)
	if header["typ"] != "at+jwt" || header["kid"] != "k9" || header["x"] != 1.0 {
		t.Errorf("header %v", header)
	}
	_, hasNotBefore := payload["nbf"]
	null, hasNull := payload["empty"]
	if payload["sub"] != "user_9" || payload["tenant"] != "t1" || hasNotBefore || !hasNull || null != nil ||
		payload["exp"] != float64(
			start.Unix()+60,
		) || payload["iat"] != float64(start.Unix()) || payload["iss"] != issuer.URL() {
		t.Errorf("payload %v", payload)
	}
	if early := decode(t, issuer.Token(nil, authtest.ValidFrom(-time.Minute)), 1); early["nbf"] != float64(
		start.Unix()-60,
	) {
		t.Errorf("nbf is %v, a minute before the clock is %d", early["nbf"], start.Unix()-60)
	}
	if _, has := decode(t, issuer.Token(nil, authtest.WithKeyID("")), 0)["kid"]; has {
		t.Error("an empty key id leaves kid out")
	}
	raw := issuer.TokenRaw(`{"alg":"ES256", "kid":"`+issuer.KeyID()+`"}`, `{ "a":1 }`)
	if data, _ := base64.RawURLEncoding.DecodeString(strings.Split(raw, ".")[1]); string(data) != `{ "a":1 }` {
		t.Errorf("raw payload %s", data)
	}
	if !(authtest.BadToken{Token: raw}).Sendable() || (authtest.BadToken{Token: raw + "\n"}).Sendable() ||
		(authtest.BadToken{}).Sendable() {
		t.Error("Sendable is about the characters of RFC 6750 §2.1")
	}
}

func TestMistakesPanicInPrograms(t *testing.T) {
	issuer, err := authtest.StartIssuer(authtest.Config{Algorithms: []string{"ES256"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = issuer.Close() })
	for name, mistake := range map[string]func(){
		"claims":     func() { issuer.Token(authtest.Claims{"f": func() {}}) },
		"algorithm":  func() { issuer.Token(nil, authtest.WithAlgorithm("XS256")) },
		"contract":   func() { issuer.Contract(func(r *core.Rules) { r.Algorithms = []string{"XS256"} }) },
		"good token": func() { issuer.Bad(issuer.Contract(), "nonsense") },
	} {
		func() {
			defer func() {
				if p := recover(); p == nil {
					t.Errorf("%s: no panic", name)
				} else if text, ok := p.(string); !ok || !strings.HasPrefix(text, "authtest: ") {
					t.Errorf("%s: panicked with %v", name, p)
				}
			}()
			mistake()
		}()
	}
}
