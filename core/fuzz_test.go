package core_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
)

// FuzzVerify passes tokens to a verifier that accepts exactly one.
func FuzzVerify(f *testing.F) {
	good := hs256(f, nil)
	for _, seed := range []string{
		good, "", ".", "..", good + ".", good[:len(good)-1], strings.ToUpper(good), good + "=", " " + good,
		rs256(f, "k1", nil), b64(`{"alg":"none"}`) + "." + strings.Split(good, ".")[1] + ".",
	} {
		f.Add(seed, uint16(0), byte(0))
	}
	f.Add(good, uint16(40), byte('A'))
	rules := secretRules()
	rules.PEM = publicPEM(f, rsaKey().Public())
	v := newVerifier(f, rules)
	f.Fuzz(func(t *testing.T, token string, at uint16, put byte) {
		for _, candidate := range []string{token, changed(good, at, put), changed(token, at, put)} {
			s, err := v.Verify(t.Context(), candidate)
			switch {
			case candidate == good && err != nil:
				t.Fatalf("the good token was refused: %v", err)
			case candidate == good:
			case err == nil && len(strings.Split(candidate, ".")) == 3 && signedByUs(t, candidate):
			case err == nil:
				t.Fatalf("accepted %q as %v", candidate, s)
			default:
				var e *core.Error
				if !errors.As(err, &e) || e.Code == "" || e.Code == core.CodeUnknownError {
					t.Fatalf("%q: %v", candidate, err)
				}
			}
		}
	})
}

// signedByUs reports whether token is one of the seeds with a good signature.
func signedByUs(t *testing.T, token string) bool {
	t.Helper()
	return token == hs256(t, nil) || token == rs256(t, "k1", nil)
}

func changed(s string, at uint16, put byte) string {
	if s == "" {
		return s
	}
	b := []byte(s)
	b[int(at)%len(b)] = put
	return string(b)
}
