package core_test

import (
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
)

func TestActors(t *testing.T) {
	for name, c := range map[string]struct {
		claims authtest.Claims
		want   []string
	}{
		"nobody":      {nil, nil},
		"null":        {authtest.Claims{"act": nil}, nil},
		"one":         {authtest.Claims{"act": map[string]any{"sub": "agent"}}, []string{"agent"}},
		"by a client": {authtest.Claims{"act": map[string]any{"client_id": "shop"}}, []string{"shop"}},
		"a chain": {authtest.Claims{"act": map[string]any{"sub": "agent", "act": map[string]any{
			"iss": "x", "act": map[string]any{"client_id": "shop"},
		}}}, []string{"agent", "", "shop"}},
		"a string":      {authtest.Claims{"act": "agent"}, []string{""}},
		"a list":        {authtest.Claims{"act": []any{map[string]any{"sub": "a"}}}, []string{""}},
		"a string deep": {authtest.Claims{"act": map[string]any{"sub": "agent", "act": "shop"}}, []string{"agent", ""}},
		"empty":         {authtest.Claims{"act": map[string]any{}}, []string{""}},
		"null deep":     {authtest.Claims{"act": map[string]any{"sub": "agent", "act": nil}}, []string{"agent"}},
	} {
		s := authtest.Session("user_1", c.claims)
		if got := s.Actors(); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if got := new(core.Session).Actors(); got != nil {
		t.Errorf("the zero Session: %q", got)
	}
}
