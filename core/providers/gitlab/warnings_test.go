package gitlab_test

import (
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core/providers/gitlab"
)

// TestWarnings: a contract says what it leaves open, and which field closes it.
func TestWarnings(t *testing.T) {
	cases := []struct {
		name   string
		change func(*gitlab.Config)
		want   []string
	}{
		{"one project", func(*gitlab.Config) {}, []string{"any branch: whoever may push one to an accepted project is accepted; set Refs or ProtectedRefs"}},
		{"a branch", func(c *gitlab.Config) { c.Refs = []string{"refs/heads/main"} }, nil},
		{"protected branches", func(c *gitlab.Config) { c.ProtectedRefs = true }, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			cfg := gitlab.Config{Audience: []string{"a"}, ProjectIDs: []string{"20"}}
			c.change(&cfg)
			contract, err := gitlab.NewContract(cfg)
			if err != nil {
				t.Fatal(err)
			}
			if got := contract.Warnings(); !slices.Equal(got, c.want) {
				t.Errorf("the warnings are %q, not %q", got, c.want)
			}
		})
	}
}
