package core_test

import (
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/custom"
)

func TestSmoke(t *testing.T) {
	secret := "0123456789abcdef0123456789abcdef"
	c, err := custom.NewContract(custom.Config{SigningSecret: core.Secret(secret), Issuer: "gw", Audience: []string{"api"}})
	if err != nil {
		t.Fatal(err)
	}
	v, err := core.NewVerifier(c)
	if err != nil {
		t.Fatal(err)
	}
	tok, _ := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"iss": "gw", "aud": "api", "sub": "u1", "exp": time.Now().Add(time.Minute).Unix()}).SignedString([]byte(secret))
	for range 3 {
		s, err := v.Verify(t.Context(), tok)
		if err != nil {
			t.Fatal(err)
		}
		t.Log(s, s.Kind(), v.Stats())
	}
	b, _ := c.MarshalJSON()
	t.Log(string(b))
}
