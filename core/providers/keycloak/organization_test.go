package keycloak_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core/providers/keycloak"
)

func TestOrganizations(t *testing.T) {
	const one = `{"acme":{"id":"1","groups":["/a"],"tier":["pro"],"realm_access":{"roles":["owner"]},"odd":7}}`
	for _, c := range []struct {
		name, json string
		want       []string
		full       bool
	}{
		{"aliases", `["acme","ajax"]`, []string{"acme", "ajax"}, false},
		{"object", one, []string{"acme"}, true},
		{"list of objects", "[" + one + `,{"ajax":{}}]`, []string{"acme", "ajax"}, true},
		{"none", `[]`, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var claims keycloak.Claims
			if err := json.Unmarshal([]byte(`{"organization":`+c.json+`}`), &claims); err != nil {
				t.Fatal(err)
			}
			if len(claims.Organizations) != len(c.want) {
				t.Errorf("%+v", claims.Organizations)
			}
			for _, alias := range c.want {
				if _, ok := claims.Organizations[alias]; !ok {
					t.Errorf("%q is missing in %+v", alias, claims.Organizations)
				}
			}
			acme := claims.Organizations["acme"]
			if c.full &&
				(acme.ID != "1" || !slices.Equal(acme.Attributes["tier"], []string{"pro"}) || len(acme.Attributes) != 1 ||
					!slices.Equal(acme.RealmAccess.Roles, []string{"owner"}) || !slices.Equal(acme.Groups, []string{"/a"})) {
				t.Errorf("%+v", acme)
			}
		})
	}
	var claims keycloak.Claims
	if json.Unmarshal([]byte(`{"organization":[7]}`), &claims) == nil {
		t.Error("a number is accepted as an organization")
	}
}
