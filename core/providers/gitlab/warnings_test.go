package gitlab_test

import (
	"testing"

	"github.com/revstackhq/auth-go/core/providers/gitlab"
	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
)

// TestWarnings: a contract says what it leaves open, and which field closes it.
func TestWarnings(t *testing.T) {
	configtest.Warnings(t, gitlab.NewContract, []configtest.Warning[gitlab.Config]{
		{
			Name:   "one project",
			Config: good(func(*gitlab.Config) {}),
			Want: []string{
				"any branch: anyone who can push one to an accepted project is accepted; set Refs or ProtectedRefs",
			},
		},
		{Name: "a branch", Config: good(func(c *gitlab.Config) { c.Refs = []string{"refs/heads/main"} })},
		{Name: "protected branches", Config: good(func(c *gitlab.Config) { c.ProtectedRefs = true })},
	})
}
