package test

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Mint signs a token. Header and claims are maps, or the JSON text itself. A
// header map gets alg if it does not set one.
func Mint(tb testing.TB, alg string, key, header, claims any) string {
	tb.Helper()
	if h, ok := header.(map[string]any); ok {
		h = maps.Clone(h)
		if h == nil {
			h = map[string]any{}
		}
		if _, set := h["alg"]; !set {
			h["alg"] = alg
		}
		header = h
	}
	input := base64URL(JSON(tb, header)) + "." + base64URL(JSON(tb, claims))
	sig, err := jwt.GetSigningMethod(alg).Sign(input, key)
	if err != nil {
		tb.Fatal(err)
	}
	return input + "." + base64URL(string(sig))
}

func base64URL(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// JSON encodes v; a string is JSON already.
func JSON(tb testing.TB, v any) string {
	tb.Helper()
	if text, ok := v.(string); ok {
		return text
	}
	data, err := json.Marshal(v)
	if err != nil {
		tb.Fatal(err)
	}
	return string(data)
}

// Claims returns claims that [Rules] accept, with changes: nil removes a claim.
func Claims(changes map[string]any) map[string]any {
	c := map[string]any{
		"iss": Issuer,
		"aud": Audience,
		"sub": "user_1",
		"iat": Epoch().Unix(),
		"exp": Epoch().Add(time.Hour).Unix(),
	}
	for name, v := range changes {
		if v == nil {
			delete(c, name)
		} else {
			c[name] = v
		}
	}
	return c
}

// HS256 signs [Claims] with [Secret].
func HS256(tb testing.TB, changes map[string]any) string {
	tb.Helper()
	return Mint(tb, "HS256", []byte(Secret), map[string]any{}, Claims(changes))
}

// RS256 signs [Claims] with [RSAKey].
func RS256(tb testing.TB, kid string, changes map[string]any) string {
	tb.Helper()
	return Mint(tb, "RS256", RSAKey(), map[string]any{"kid": kid}, Claims(changes))
}
