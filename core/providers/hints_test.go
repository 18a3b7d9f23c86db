package providers_test

import (
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/providertest"
)

// TestRefusedIssuersAreExplained: the refusals that a person can only mend by
// knowing the provider say what to do.
func TestRefusedIssuersAreExplained(t *testing.T) {
	issuer := newIssuer(t)
	world := newInternet(t, issuer)
	for _, c := range []struct {
		slug, sample string
		iss          any
		want         string
	}{
		{"supabase", "legacy secret", nil, "set GOTRUE_JWT_ISSUER"},
		{"supabase", "legacy secret", "supabase", "API key"},
		{"entra", "v2 token", "https://sts.windows.net/7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73/", "requestedAccessTokenVersion"},
		{
			"entra", "v1 token", "https://login.microsoftonline.com/7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73/v2.0",
			"set Version 2.0",
		},
	} {
		good, _, err := providertest.Tokens(c.slug)
		must(t, err)
		for _, token := range good {
			if token.Name != c.sample {
				continue
			}
			token, err = token.With(map[string]any{"iss": c.iss})
			must(t, err)
			for how, contract := range contracts(t, issuer, token) {
				_, err := verifier(t, world, contract, token).Verify(t.Context(), mint(t, issuer, token))
				if core.CodeOf(err) != core.CodeIssuerMismatch || !strings.Contains(err.Error(), c.want) {
					t.Errorf("%s, %s, %s: %v does not say %q", c.slug, c.sample, how, err, c.want)
				}
			}
		}
	}
}
