package supertokens_test

import (
	"testing"

	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
	"github.com/revstackhq/auth-go/core/providers/supertokens"
)

// TestWarnings: a contract says what it leaves open, and which field closes it.
func TestWarnings(t *testing.T) {
	configtest.Warnings(t, supertokens.NewContract, []configtest.Warning[supertokens.Config]{
		{
			Name:   "default",
			Config: good(func(*supertokens.Config) {}),
			Want: []string{
				"no audience: a token this issuer made for any other service is accepted; set Audience",
				"unverified e-mail: people who did not verify their address are accepted; set RequireEmailVerified",
			},
		},
		{
			Name:   "closed",
			Config: good(func(c *supertokens.Config) { c.RequireEmailVerified, c.Audience = true, []string{"a"} }),
		},
	})
}
