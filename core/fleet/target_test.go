package fleet_test

import (
	"context"
	"crypto/elliptic"
	"encoding/base64"
	"math/big"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/fleet"
)

// TestSecondSignatureIsRevokedToo: anyone can change an ES256 signature (r, s) into (r, n-s), which is valid as well.
func TestSecondSignatureIsRevokedToo(t *testing.T) {
	from := authtest.NewIssuer(t, authtest.WithAlgorithms("ES256"))
	v, err := core.NewVerifier(from.Contract())
	if err != nil {
		t.Fatal(err)
	}
	token := from.Token(authtest.Claims{"sub": "u"})
	signed, signature := token[:strings.LastIndexByte(token, '.')+1], token[strings.LastIndexByte(token, '.')+1:]
	raw, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil {
		t.Fatal(err)
	}
	s := new(big.Int).SetBytes(raw[32:])
	s.Sub(elliptic.P256().Params().N, s).FillBytes(raw[32:])
	first, err := v.Verify(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	second, err := v.Verify(t.Context(), signed+base64.RawURLEncoding.EncodeToString(raw))
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(first.IssuedAt()))
		ctx, cancel := context.WithCancel(t.Context())
		r := open(ctx, t, fleet.NewMemoryLog(0))
		defer r.Wait()
		defer cancel()
		synctest.Wait()
		want(t, "the second signature", r, second, "good")
		if err := r.Revoke(ctx, fleet.TokenOf(first)); err != nil {
			t.Fatal(err)
		}
		want(t, "the second signature", r, second, "revoked")
	})
}

func TestTokenWithoutIDIsRevokedByItsClaims(t *testing.T) {
	s, other := session("u", authtest.Claims{"jti": ""}), session("u", authtest.Claims{"jti": "", "n": 1})
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(s.IssuedAt()))
		ctx, cancel := context.WithCancel(t.Context())
		r := open(ctx, t, fleet.NewMemoryLog(0))
		defer r.Wait()
		defer cancel()
		synctest.Wait()
		if err := r.Revoke(ctx, fleet.TokenOf(s)); err != nil {
			t.Fatal(err)
		}
		want(t, "the token", r, s, "revoked")
		want(t, "another token of the user", r, other, "good")
	})
}
