package spiffe_test

import (
	"testing"

	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
	"github.com/revstackhq/auth-go/core/providers/spiffe"
)

// TestWarnings: a contract says what it leaves open, and which field closes it.
func TestWarnings(t *testing.T) {
	configtest.Warnings(t, spiffe.NewContract, []configtest.Warning[spiffe.Config]{
		{
			Name:   "any issuer, any workload",
			Config: good(func(*spiffe.Config) {}),
			Want: []string{
				"any issuer: a holder of any accepted key can claim to be any issuer; set Issuer",
				"any workload: the whole trust domain is accepted; set Paths or PathPrefixes",
			},
		},
		{
			Name:   "closed",
			Config: good(func(c *spiffe.Config) { c.Issuer, c.Paths = "https://oidc.example", []string{"/a"} }),
		},
	})
}
