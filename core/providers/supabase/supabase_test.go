package supabase_test

import (
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
	"github.com/revstackhq/auth-go/core/providers/supabase"
)

var secret = core.NewSecret("super-secret-jwt-token-with-at-least-32-characters-long")

// TestSelfHosted: tokens without iss go with keys of one's own, and with no
// others.
func TestSelfHosted(t *testing.T) {
	for _, c := range []struct {
		name string
		cfg  supabase.Config
		want []string
	}{
		{"secret", supabase.Config{SigningSecret: secret, InsecureNoIssuer: true}, nil},
		{"own key set's URL", supabase.Config{JWKSURL: "https://auth.northwind.example/jwks", InsecureNoIssuer: true}, nil},
		{"own server", supabase.Config{ProjectURL: "https://auth.northwind.example", InsecureNoIssuer: true}, nil},
		{"secret and issuer", supabase.Config{SigningSecret: secret, Issuer: "https://auth.northwind.example"}, nil},
		{"no keys", supabase.Config{InsecureNoIssuer: true}, []string{"ProjectURL"}},
		{"keys, and no word of the issuer", supabase.Config{SigningSecret: secret}, []string{"ProjectURL"}},
		{"hosted", supabase.Config{ProjectRef: "abc", InsecureNoIssuer: true}, []string{"InsecureNoIssuer"}},
		{"hosted, with its secret", supabase.Config{
			ProjectURL:       "https://abc.supabase.co",
			SigningSecret:    secret,
			InsecureNoIssuer: true,
		}, []string{"InsecureNoIssuer"}},
		{"key set twice", supabase.Config{
			ProjectRef: "abc",
			JWKSURL:    "https://a.example",
			JWKS:       []byte(`{"keys":[]}`),
		}, []string{"JWKS"}},
		{"migrating to keys that are nowhere", supabase.Config{
			SigningSecret:    secret,
			Migrating:        true,
			InsecureNoIssuer: true,
		}, []string{"ProjectURL"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			contract, err := supabase.NewContract(c.cfg)
			if got := configtest.Fields(err); !slices.Equal(got, c.want) {
				t.Errorf("the mistakes are in %q, not %q: %v", got, c.want, err)
			}
			if err == nil && c.cfg.InsecureNoIssuer && len(contract.Warnings()) == 0 {
				t.Error("nothing warns that the issuer is open")
			}
		})
	}
}
