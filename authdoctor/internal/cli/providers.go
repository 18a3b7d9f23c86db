package cli

import (
	"fmt"
	"strings"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers"
)

type providersCommand struct {
	Slug string `arg:"" optional:"" help:"Show this provider in full." completion:"providers"`
	JSON bool   `name:"json" help:"Print JSON."`
}

// Help is printed below the flags.
func (providersCommand) Help() string {
	return `Examples:
  authdoctor providers
  authdoctor providers clerk`
}

// Run lists the providers, or shows one.
func (c *providersCommand) Run(env *Env) error {
	if c.Slug == "" {
		return c.list(env)
	}
	provider, ok := providers.Lookup(strings.ToLower(c.Slug))
	if !ok {
		return fmt.Errorf("unknown provider %q: run authdoctor providers for the list, "+
			"or use oidc for any OpenID Connect issuer", c.Slug)
	}
	if c.JSON {
		return env.showJSON(provider)
	}
	p := env.page()
	p.Line(p.Bold(provider.Name), "  ", provider.Description)
	p.Line()
	p.Table(2,
		[]string{"slug", provider.Slug},
		[]string{"algorithms", strings.Join(provider.Algorithms, ", ")},
		[]string{"configuration", membersOf(provider)},
		[]string{"page", "https://github.com/revstackhq/auth-go/blob/main/docs/providers/" + provider.Slug + ".md"},
	)
	return env.show(p)
}

// membersOf returns the members of a preset's configuration. It takes them from
// the error that Build returns for an unknown member.
func membersOf(provider providers.Provider) string {
	_, err := provider.Build([]byte(`{"?":0}`))
	for _, mistake := range core.ConfigErrors(err) {
		if members, ok := strings.CutPrefix(mistake.Reason, "is unknown: use "); ok {
			return members
		}
	}
	return "-"
}

func (c *providersCommand) list(env *Env) error {
	if c.JSON {
		return env.showJSON(providers.All())
	}
	p := env.page()
	rows := [][]string{{p.Bold("slug"), p.Bold("name"), p.Bold("algorithms")}}
	for _, provider := range providers.All() {
		rows = append(rows, []string{provider.Slug, provider.Name, strings.Join(provider.Algorithms, ", ")})
	}
	p.Table(0, rows...)
	return env.show(p)
}
