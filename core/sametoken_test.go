package core_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
)

// withPart returns a token in which one of the three parts is replaced.
func withPart(token string, at int, part string) string {
	parts := strings.Split(token, ".")
	parts[at] = part
	return strings.Join(parts, ".")
}

// TestRememberedTokenIsTheSameToken: a remembered token is recognized by all of its three parts. A token that differs
// from it in one of them goes through every step, though the cache knows its header, and keeps nothing from the good
// token.
func TestRememberedTokenIsTheSameToken(t *testing.T) {
	v := newVerifier(t, with(func(r *core.Rules) { r.Algorithms = []string{"HS256", "HS512"} }))
	sign := func(alg, header, user string) string {
		return mint(t, alg, []byte(kitSecret), header, claimsWith(map[string]any{"sub": user}))
	}
	const header = `{"alg":"HS256","kid":"k1","typ":"JWT"}`
	good, another := sign("HS256", header, "user_1"), sign("HS256", header, "user_2")
	parts := strings.Split(good, ".")
	changed := map[string]string{
		"another's claims":  withPart(good, 1, strings.Split(another, ".")[1]),
		"longer claims":     withPart(good, 1, b64(asJSON(t, claimsWith(nil))+" ")),
		"another signature": withPart(good, 2, strings.Split(another, ".")[2]),
		"crit":              withPart(good, 0, b64(`{"alg":"HS256","crit":["exp"],"exp":1,"kid":"k1","typ":"JWT"}`)),
		"padded header":     withPart(good, 0, parts[0]+"="),
		"padded claims":     withPart(good, 1, parts[1]+"="),
		"padded signature":  good + "=",
		"fourth part":       good + ".",
		"no signature":      parts[0] + "." + parts[1] + ".",
		"swapped":           parts[1] + "." + parts[0] + "." + parts[2],
	}
	for name, other := range map[string]struct{ alg, header string }{
		"another kid":   {"HS256", `{"alg":"HS256","kid":"k2","typ":"JWT"}`},
		"no kid":        {"HS256", `{"alg":"HS256","typ":"JWT"}`},
		"another alg":   {"HS512", `{"alg":"HS512","kid":"k1","typ":"JWT"}`},
		"another typ":   {"HS256", `{"alg":"HS256","kid":"k1","typ":"at+jwt"}`},
		"another order": {"HS256", `{"typ":"JWT","kid":"k1","alg":"HS256"}`},
		"a space":       {"HS256", header + " "},
	} {
		changed[name] = withPart(good, 0, b64(other.header))
		// A good token with the same header makes the cache look for tokens with it.
		if _, err := v.Verify(t.Context(), sign(other.alg, other.header, "user_3")); err != nil {
			t.Fatal(name, err)
		}
	}
	s, err := v.Verify(t.Context(), good)
	if err != nil {
		t.Fatal(err)
	}
	for name, token := range changed {
		hits := v.Stats().Hits
		for ask, again := range map[string]func(context.Context, string) (*core.Session, error){
			"Verify": v.Verify,
			"Reauthenticate": func(ctx context.Context, token string) (*core.Session, error) {
				return v.Reauthenticate(ctx, s, core.Credentials{Token: token})
			},
		} {
			if got, err := again(t.Context(), token); err == nil {
				t.Errorf("%s, %s: accepted as %v", ask, name, got)
			}
		}
		if v.Stats().Hits != hits {
			t.Errorf("%s: the token was found in the cache", name)
		}
	}
	hits := v.Stats().Hits
	if again, err := v.Verify(t.Context(), good); err != nil || again != s || v.Stats().Hits != hits+1 {
		t.Errorf("the good token: %v, %v, %d hits", again, err, v.Stats().Hits-hits)
	}
}

// TestRememberedPaddedToken: the text of a padded token is compared as well.
func TestRememberedPaddedToken(t *testing.T) {
	v := newVerifier(t, with(padded))
	pad := base64.URLEncoding.EncodeToString
	input := pad([]byte(`{"alg":"HS256"} `)) + "." + pad([]byte(asJSON(t, claimsWith(map[string]any{"n": 12}))))
	mac := hmac.New(sha256.New, []byte(kitSecret))
	mac.Write([]byte(input))
	token := input + "." + pad(mac.Sum(nil))
	if strings.Count(input, "=") < 2 {
		t.Fatal("not padded")
	}
	s, err := v.Verify(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	again, err := v.Verify(t.Context(), token)
	if err != nil || again != s || v.Stats().Hits != 1 {
		t.Errorf("got %v, %v, %d hits", again, err, v.Stats().Hits)
	}
	if same, err := v.Reauthenticate(t.Context(), s, core.Credentials{Token: token}); err != nil || same != s {
		t.Errorf("got %v, %v", same, err)
	}
	for name, other := range map[string]string{
		"not padded":          strings.ReplaceAll(token, "=", ""),
		"claims not padded":   withPart(token, 1, strings.TrimRight(strings.Split(token, ".")[1], "=")),
		"claims padded twice": withPart(token, 1, strings.Split(token, ".")[1]+"===="),
	} {
		if got, err := v.Verify(t.Context(), other); err == nil || v.Stats().Hits != 1 {
			t.Errorf("%s: %v, %d hits", name, got, v.Stats().Hits)
		}
	}
}
