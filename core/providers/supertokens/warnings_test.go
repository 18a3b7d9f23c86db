package supertokens_test

import (
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core/providers/supertokens"
)

// TestWarnings: a contract says what it leaves open, and which field closes it.
func TestWarnings(t *testing.T) {
	cases := []struct {
		name   string
		change func(*supertokens.Config)
		want   []string
	}{
		{"default", func(*supertokens.Config) {}, []string{
			"no audience: a token this issuer made for any other service is accepted; set Audiences, or AuthorizedParties",
			"unverified e-mail: people who did not verify their address are accepted; set RequireEmailVerified",
		}},
		{"closed", func(c *supertokens.Config) { c.RequireEmailVerified, c.Audience = true, []string{"a"} }, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			cfg := good(func(*supertokens.Config) {})
			c.change(&cfg)
			contract, err := supertokens.NewContract(cfg)
			if err != nil {
				t.Fatal(err)
			}
			if got := contract.Warnings(); !slices.Equal(got, c.want) {
				t.Errorf("the warnings are %q, not %q", got, c.want)
			}
		})
	}
}
