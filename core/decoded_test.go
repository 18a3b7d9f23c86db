package core_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/internal/test"
)

type flatClaims struct {
	Subject string `json:"sub"`
	Level   int    `json:"level"`
}

type sharingClaims struct {
	Subject string            `json:"sub"`
	Teams   []string          `json:"teams"`
	Labels  map[string]string `json:"labels"`
	Inner   *flatClaims       `json:"inner"`
}

// TestClaimsAreTheCallersOwn: what one request does to its claims, no other
// request of the same remembered session sees.
func TestClaimsAreTheCallersOwn(t *testing.T) {
	ctx := authtest.Context(t.Context(), "user_1", map[string]any{
		"level": 3, "teams": []string{"a"}, "labels": map[string]string{"k": "v"}, "inner": map[string]any{"level": 1},
	})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				flat, err := core.Claims[flatClaims](ctx)
				if err != nil || flat != (flatClaims{"user_1", 3}) {
					t.Errorf("flat claims: %+v, %v", flat, err)
				}
				flat.Level = 99
				c, err := core.Claims[sharingClaims](ctx)
				if err != nil || c.Teams[0] != "a" || c.Labels["k"] != "v" || c.Inner.Level != 1 {
					t.Errorf("claims that share: %+v, %v", c, err)
				}
				c.Teams[0], c.Labels["k"], c.Inner.Level = "b", "w", 2
			}
		})
	}
	wg.Wait()
}

// TestKeptClaimsShareNothing asks for one type only, so that it is the one that
// the session keeps.
func TestKeptClaimsShareNothing(t *testing.T) {
	session := remembered(t, map[string]any{
		"teams": []string{"a"}, "labels": map[string]string{"k": "v"}, "inner": map[string]any{"level": 1},
	})
	type array struct {
		Inner [1]struct{ Teams []string } `json:"-"`
		Teams [1]*string                  `json:"teams"`
	}
	for range 3 {
		c, err := core.ClaimsOf[sharingClaims](session())
		if err != nil || c.Teams[0] != "a" || c.Labels["k"] != "v" || c.Inner.Level != 1 {
			t.Fatalf("got %+v, %v", c, err)
		}
		c.Teams[0], c.Labels["k"], c.Inner.Level = "b", "w", 2
	}
	for range 3 {
		c, err := core.ClaimsOf[array](session())
		if err != nil || *c.Teams[0] != "a" {
			t.Fatalf("got %+v, %v", c, err)
		}
		*c.Teams[0] = "b"
	}
	for range 3 {
		c, err := core.ClaimsOf[any](session())
		m, ok := c.(map[string]any)
		if err != nil || !ok || m["teams"] == nil {
			t.Fatalf("got %v, %v", c, err)
		}
		clear(m)
	}
}

// unstable decodes itself into another value each time.
type unstable struct{ N int }

var unstableCalls int // of unstable

func (u *unstable) UnmarshalJSON([]byte) error {
	unstableCalls++
	u.N = unstableCalls
	return nil
}

// TestClaimsThatAreKept: a session keeps flat claims of up to 512 bytes, no
// more, and nothing that user code decoded.
func TestClaimsThatAreKept(t *testing.T) {
	session := remembered(t, map[string]any{"level": 3, "text": "some text"})
	type small struct {
		Text string     `json:"text"`
		Fill [62]uint64 `json:"-"`
	}
	type large struct {
		Text string     `json:"text"`
		Fill [63]uint64 `json:"-"`
	}
	if !test.Race {
		if n := testing.AllocsPerRun(20, func() { claimsOrFail[small](t, session()) }); n != 0 {
			t.Errorf("512 bytes: %v allocations, so they were not kept", n)
		}
		if n := testing.AllocsPerRun(20, func() { claimsOrFail[large](t, session()) }); n == 0 {
			t.Error("520 bytes: no allocation, so they were kept")
		}
	}
	type own struct {
		Level unstable `json:"level"`
	}
	seen := map[int]bool{}
	for range 4 {
		seen[claimsOrFail[own](t, session()).Level.N] = true
	}
	if len(seen) != 4 {
		t.Error("what user code decoded was kept")
	}
}

func claimsOrFail[T any](t *testing.T, s *core.Session) T {
	t.Helper()
	claims, err := core.ClaimsOf[T](s)
	if err != nil {
		t.Error(err)
	}
	return claims
}

func ExampleClaimsOf() {
	type claims struct {
		Team string `json:"team"`
	}
	session := authtest.Session("user_1", map[string]any{"team": "payroll"})
	c, err := core.ClaimsOf[claims](session)
	fmt.Println(c.Team, err)
	_, err = core.ClaimsOf[claims](nil)
	fmt.Println(errors.Is(err, core.ErrNoSession))
	// Output:
	// payroll <nil>
	// true
}

// TestClaimsOfSeveralTypes: the type that was remembered never answers for
// another, also not for an interface that it fits.
func TestClaimsOfSeveralTypes(t *testing.T) {
	ctx := authtest.Context(t.Context(), "user_1", map[string]any{"level": 3})
	for range 2 {
		if c, err := core.Claims[flatClaims](ctx); err != nil || c.Level != 3 {
			t.Errorf("%+v, %v", c, err)
		}
		type other struct {
			Level float64 `json:"level"`
		}
		if c, err := core.Claims[other](ctx); err != nil || c.Level != 3 {
			t.Errorf("%+v, %v", c, err)
		}
		if c, err := core.Claims[any](ctx); err != nil {
			t.Error(err)
		} else if m, ok := c.(map[string]any); !ok || m["level"] != 3.0 {
			t.Errorf("any: %T %v", c, c)
		}
		if _, err := core.Claims[struct {
			Level string `json:"level"`
		}](ctx); err == nil {
			t.Error("a number decoded into a string")
		}
	}
}
