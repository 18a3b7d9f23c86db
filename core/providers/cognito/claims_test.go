package cognito_test

import (
	"testing"

	"github.com/revstackhq/auth-go/core/providers/cognito"
	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
)

func TestIdentities(t *testing.T) {
	claims := configtest.Claims[cognito.Claims](t, "cognito", "ID token of an external provider")
	if len(claims.Identities) != 1 || claims.Identities[0].ProviderName != "Google" ||
		!bool(claims.Identities[0].Primary) ||
		claims.Identities[0].UserID != "109482736451029384756" || claims.GivenName != "Rhea" || claims.FamilyName != "Vance" {
		t.Errorf("%+v", claims)
	}
}

func TestUserPoolIDs(t *testing.T) {
	for _, id := range []string{"eu-west-1", "eusc-de-east-1_", "eusc_abc", "e-west-1_abc", "eusc-de-east-1_a/b"} {
		if _, err := cognito.NewContract(cognito.Config{UserPoolID: id, ClientID: []string{"c"}}); err == nil {
			t.Errorf("%q is accepted as a user pool id", id)
		}
	}
}
