package spiffe_test

import (
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core/providers/spiffe"
)

// TestWarnings: a contract says what it leaves open, and which field closes it.
func TestWarnings(t *testing.T) {
	cases := []struct {
		name   string
		change func(*spiffe.Config)
		want   []string
	}{
		{"any issuer, any workload", func(*spiffe.Config) {}, []string{
			"any issuer: a holder of any accepted key can claim to be any issuer; set Issuer",
			"any workload: the whole trust domain is accepted; set Paths or PathPrefixes",
		}},
		{"closed", func(c *spiffe.Config) { c.Issuer, c.Paths = "https://oidc.example", []string{"/a"} }, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			cfg := good(func(*spiffe.Config) {})
			c.change(&cfg)
			contract, err := spiffe.NewContract(cfg)
			if err != nil {
				t.Fatal(err)
			}
			if got := contract.Warnings(); !slices.Equal(got, c.want) {
				t.Errorf("the warnings are %q, not %q", got, c.want)
			}
		})
	}
}
