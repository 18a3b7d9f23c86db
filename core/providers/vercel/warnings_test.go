package vercel_test

import (
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core/providers/vercel"
)

// TestWarnings: a contract says what it leaves open, and which field closes it.
func TestWarnings(t *testing.T) {
	cases := []struct {
		name   string
		change func(*vercel.Config)
		want   []string
	}{
		{"named", func(*vercel.Config) {}, nil},
		{"any", func(c *vercel.Config) {
			c.ProjectIDs, c.InsecureAnyProject, c.Environments, c.InsecureAnyEnvironment = nil, true, nil, true
		}, []string{
			"any project: every project of the team is accepted; set ProjectIDs",
			"any environment: previews run the code of whoever may push a branch; set Environments",
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			cfg := good(func(*vercel.Config) {})
			c.change(&cfg)
			contract, err := vercel.NewContract(cfg)
			if err != nil {
				t.Fatal(err)
			}
			if got := contract.Warnings(); !slices.Equal(got, c.want) {
				t.Errorf("the warnings are %q, not %q", got, c.want)
			}
		})
	}
}
