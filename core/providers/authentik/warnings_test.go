package authentik_test

import (
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/authentik"
	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
)

// TestWarnings: a contract says what it leaves open, and which field closes it.
func TestWarnings(t *testing.T) {
	configtest.Warnings(t, authentik.NewContract, []configtest.Warning[authentik.Config]{
		{Name: "keys", Config: good(func(*authentik.Config) {})},
		{
			Name:   "a secret",
			Config: good(func(c *authentik.Config) { c.SigningSecret = core.NewSecret("0123456789abcdef0123456789abcdef") }),
			Want: []string{
				"client secret: every client that holds it can make tokens; choose a Signing Key and leave SigningSecret out",
			},
		},
	})
}
