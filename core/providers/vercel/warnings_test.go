package vercel_test

import (
	"testing"

	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
	"github.com/revstackhq/auth-go/core/providers/vercel"
)

// TestWarnings: a contract says what it leaves open, and which field closes it.
func TestWarnings(t *testing.T) {
	configtest.Warnings(t, vercel.NewContract, []configtest.Warning[vercel.Config]{
		{Name: "named", Config: good(func(*vercel.Config) {})},
		{
			Name: "any",
			Config: good(func(c *vercel.Config) {
				c.ProjectIDs, c.InsecureAnyProject, c.Environments, c.InsecureAnyEnvironment = nil, true, nil, true
			}),
			Want: []string{
				"any project: every project of the team is accepted; set ProjectIDs",
				"any environment: previews run the code of anyone who can push a branch; set Environments",
			},
		},
	})
}
