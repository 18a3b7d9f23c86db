package authentik_test

import (
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/authentik"
)

// TestWarnings: a contract says what it leaves open, and which field closes it.
func TestWarnings(t *testing.T) {
	cases := []struct {
		name   string
		change func(*authentik.Config)
		want   []string
	}{
		{"keys", func(*authentik.Config) {}, nil},
		{"a secret", func(c *authentik.Config) { c.SigningSecret = core.NewSecret("0123456789abcdef0123456789abcdef") }, []string{"client secret: every client that holds it can make tokens; choose a Signing Key and leave SigningSecret out"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			cfg := good(func(*authentik.Config) {})
			c.change(&cfg)
			contract, err := authentik.NewContract(cfg)
			if err != nil {
				t.Fatal(err)
			}
			if got := contract.Warnings(); !slices.Equal(got, c.want) {
				t.Errorf("the warnings are %q, not %q", got, c.want)
			}
		})
	}
}
