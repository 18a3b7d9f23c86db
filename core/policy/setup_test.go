package policy_test

import (
	"encoding/json"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/revstackhq/auth-go/core"
)

const secret = "a secret of thirty-two bytes, ok"

// start is when every session of these tests is made.
var start = time.Date(2026, 8, 21, 12, 0, 0, 0, time.UTC)

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

type claims = map[string]any

// verified returns the session that a real verifier returns for the claims. iss,
// sub, iat and exp are added; nil removes a claim.
func verified(tb testing.TB, set claims) *core.Session {
	tb.Helper()
	s, _ := verifiedAt(tb, set)
	return s
}

func verifiedAt(tb testing.TB, set claims) (*core.Session, *clock) {
	tb.Helper()
	now := &clock{at: start}
	contract, err := core.NewContract(core.Rules{
		Issuer: "test", Secret: core.NewSecret(secret), Audiences: []string{"api"},
		Session: core.Mapping{
			FactorAgesClaim: "fva",
			Kinds: []core.KindRule{
				{Kind: core.KindMachine, When: []core.ClaimRule{{Claim: "gty", OneOf: []string{"machine"}}}},
			},
		},
	})
	if err != nil {
		tb.Fatal(err)
	}
	v, err := core.NewVerifier(contract, core.WithClock(now))
	if err != nil {
		tb.Fatal(err)
	}
	all := claims{
		"iss": "test",
		"aud": "api",
		"sub": "user_1",
		"iat": start.Unix(),
		"exp": start.Add(24 * time.Hour).Unix(),
	}
	maps.Copy(all, set)
	maps.DeleteFunc(all, func(_ string, v any) bool { return v == nil })
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims(all)).SignedString([]byte(secret))
	if err != nil {
		tb.Fatal(err)
	}
	s, err := v.Verify(tb.Context(), token)
	if err != nil {
		tb.Fatal(err)
	}
	return s, now
}

// null is a claim that is present and null.
const null = jsonText("null")

type jsonText string

func (t jsonText) MarshalJSON() ([]byte, error) { return json.RawMessage(t), nil }

func at(d time.Duration) int64 { return start.Add(d).Unix() }
