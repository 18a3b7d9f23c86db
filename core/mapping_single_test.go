package core_test

import (
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/revstackhq/auth-go/core"
)

// TestSingleValues: a value is taken only where there is no choice.
func TestSingleValues(t *testing.T) {
	rules := core.Rules{Session: core.Mapping{
		OrganizationID:   []core.ClaimRef{{Path: "orgs", Keys: true, Field: "id", Single: true}},
		OrganizationSlug: []core.ClaimRef{{Path: "orgs", Keys: true, Single: true}, {Path: "orgs", Single: true}},
	}}
	one, two := map[string]any{"id": "1"}, map[string]any{"id": "2"}
	for _, c := range []struct {
		name string
		orgs any
		want core.Organization
	}{
		{"names, one", []string{"acme"}, core.Organization{Slug: "acme"}},
		{"names, two", []string{"acme", "ajax"}, core.Organization{}},
		{"object, one", map[string]any{"acme": one}, core.Organization{ID: "1", Slug: "acme"}},
		{"object, two", map[string]any{"acme": one, "ajax": two}, core.Organization{}},
		{"object without the field", map[string]any{"acme": map[string]any{}}, core.Organization{Slug: "acme"}},
		{"object of no objects", map[string]any{"acme": "1"}, core.Organization{Slug: "acme"}},
		{"list of objects", []any{map[string]any{"acme": one}}, core.Organization{ID: "1", Slug: "acme"}},
		{"list of two objects", []any{map[string]any{"acme": one}, map[string]any{"ajax": two}}, core.Organization{}},
		{"empty", []string{}, core.Organization{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			session, err := sameAsVerify(t, rules, jwt.MapClaims{"sub": "u", "orgs": c.orgs})
			if err != nil {
				t.Fatal(err)
			}
			if got := session.Organization(); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}
