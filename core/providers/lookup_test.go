package providers_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers"
)

func TestLookup(t *testing.T) {
	for slug, name := range map[string]string{
		"auth0":    "Auth0",
		"clerk":    "Clerk",
		"supabase": "Supabase",
		"cognito":  "Amazon Cognito",
		"firebase": "Firebase",
		"custom":   "Custom JWT",
	} {
		p, ok := providers.Lookup(slug)
		if !ok || p.Name != name {
			t.Errorf("%s is %q, %v", slug, p.Name, ok)
		}
	}
	if p, ok := providers.Lookup("Auth0"); ok {
		t.Errorf("a slug in another case found %q", p.Name)
	}
}

// The six entries of the TypeScript package's catalog come out as they are
// there.
func TestCatalogOfTheModel(t *testing.T) {
	want := map[string]string{
		"auth0":    `"Auth0","Enterprise identity provider with OIDC and JWKS.","https://cdn.simpleicons.org/auth0/ffffff",["RS256"]`,
		"clerk":    `"Clerk","Authentication and user management platform with OIDC and JWKS.","https://cdn.simpleicons.org/clerk/ffffff",["RS256"]`,
		"supabase": `"Supabase","Supabase Auth with OIDC (RS256) or JWT secret (HS256).","https://cdn.simpleicons.org/supabase/ffffff",["RS256","HS256"]`,
		"cognito":  `"Amazon Cognito","AWS Cognito User Pools with OIDC and JWKS.","https://cdn.simpleicons.org/amazoncognito/ffffff",["RS256"]`,
		"firebase": `"Firebase","Firebase Auth tokens verified via Google's SecureToken JWKS.","https://cdn.simpleicons.org/firebase/ffffff",["RS256"]`,
		"custom":   `"Custom JWT","Bring-your-own JWT verified with a shared secret (HS256).","https://cdn.simpleicons.org/jsonwebtokens/ffffff",["HS256"]`,
	}
	for slug, want := range want {
		p, _ := providers.Lookup(slug)
		data, err := json.Marshal(p)
		must(t, err)
		var entry struct {
			Slug, Name, Description, LogoURL string
			SupportedStrategies              []string
		}
		must(t, json.Unmarshal(data, &entry))
		strategies, err := json.Marshal(entry.SupportedStrategies)
		must(t, err)
		got := fmt.Sprintf("%q,%q,%q,%s", entry.Name, entry.Description, entry.LogoURL, strategies)
		if got != want || entry.Slug != slug {
			t.Errorf("%s: %s, not %s", slug, got, want)
		}
	}
}

func TestNewRefusesWhatIsNoCatalog(t *testing.T) {
	build := func([]byte) (*core.Contract, error) { return nil, errors.New("never called") }
	_, err := providers.New(
		providers.Provider{Slug: "Acme", Build: build}, providers.Provider{Slug: "", Build: build},
		providers.Provider{Slug: "a"},
		providers.Provider{Slug: "b", Build: build}, providers.Provider{Slug: "b", Build: build},
	)
	want := []string{"providers[0].Slug", "providers[1].Slug", "providers[2].Build", "providers[4].Slug"}
	if got := faultyFields(err); !slices.Equal(got, want) {
		t.Errorf("the fields are %q, not %q: %v", got, want, err)
	}
}

// A caller's changes to an entry do not reach the catalog.
func TestAllGivesCopies(t *testing.T) {
	all := providers.All()
	all[0].Algorithms[0], all[0].Strategies[0], all[0].Name = "none", "none", "none"
	if again := providers.All()[0]; again.Algorithms[0] == "none" || again.Strategies[0] == "none" ||
		again.Name == "none" {
		t.Errorf("the catalog changed: %+v", again)
	}
	mine, err := providers.New(providers.All()...)
	must(t, err)
	p, _ := mine.Lookup("auth0")
	p.Algorithms[0] = "none"
	if again, _ := mine.Lookup("auth0"); again.Algorithms[0] == "none" {
		t.Errorf("the catalog changed: %+v", again)
	}
}
