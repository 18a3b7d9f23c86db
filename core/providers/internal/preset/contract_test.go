package preset_test

import (
	"slices"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// TestContractReportsAllMistakes: the preset's own mistakes don't hide those that
// core finds, and their consequences are not reported.
func TestContractReportsAllMistakes(t *testing.T) {
	var f preset.Faults
	f.Required("Domain", "", "the tenant's domain")
	_, err := f.Contract(core.Rules{
		Algorithms: []string{"RS257"}, Leeway: time.Hour, UserIDClaim: "a..b", InsecureAnyAudience: true,
	}, map[string]string{"Issuer": "Domain", "JWKSURL": "Domain", "UserIDClaim": "UserID"})
	var fields []string
	for _, e := range core.ConfigErrors(err) {
		fields = append(fields, e.Field)
	}
	slices.Sort(fields)
	if want := []string{"Domain", "Leeway", "UserID"}; !slices.Equal(fields, want) {
		t.Errorf("reported %q, want %q: %v", fields, want, err)
	}

	f = preset.Faults{}
	f.Required("Domain", "", "the tenant's domain")
	_, err = f.Contract(core.Rules{}, map[string]string{"Issuer": "Domain", "JWKSURL": "Domain", "Audiences": "Audience"})
	if all := core.ConfigErrors(err); len(all) != 2 || all[1].Field != "Audience" {
		t.Errorf("an audience that is missing, too: %v", err)
	}

	f = preset.Faults{}
	_, err = f.Contract(core.Rules{
		Issuer:              "https://a.example",
		JWKSURL:             "https://a.example/jwks",
		Algorithms:          []string{"RS257"},
		InsecureAnyAudience: true,
	}, nil)
	if all := core.ConfigErrors(err); len(all) != 1 || all[0].Field != "Algorithms" {
		t.Errorf("an unknown algorithm: %v", err)
	}
}
