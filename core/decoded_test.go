package core_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
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
