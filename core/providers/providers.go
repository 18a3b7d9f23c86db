// Package providers is the catalog of presets: which identity providers there
// are, how to show them, and how to make a contract from configuration that
// arrives as JSON.
//
//	contract, err := providers.Build("auth0", []byte(`{"domain":"tenant.eu.auth0.com","audience":"https://api.example.com"}`))
//
// [Load] reads the contracts of several issuers from one file. A mistake in a
// configuration is a [*core.ConfigError] that names the JSON member.
//
// A program that knows its provider when it is compiled uses the preset itself,
// such as [github.com/revstackhq/auth-go/core/providers/clerk]; this package
// links all of them.
//
// # Your own presets
//
// Add your own preset to a catalog of your own. The catalog of this package
// cannot be changed, so that no package changes what another one sees:
//
//	catalog, err := providers.New(append(providers.All(), providers.Provider{
//		Slug: "acme", Name: "Acme", Build: providers.FromJSON(acme.NewContract),
//	})...)
package providers

//go:generate go run ./internal/table/generate -out ../../docs/providers/README.md

import (
	"fmt"
	"slices"
	"strings"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// Provider is an entry of a catalog. As JSON it is what a settings page
// needs, in the words of the TypeScript package's catalog.
type Provider struct {
	// Slug names the provider in configuration and in contracts: lower-case
	// letters, digits and hyphens.
	Slug string `json:"slug"`
	// Name and Description are for people.
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	// LogoURL is a white SVG of the provider's mark, "" if there is none.
	LogoURL string `json:"logoUrl,omitempty"`
	// Strategies are the ways of signing to offer in a settings page: those of
	// the TypeScript package for its six providers, Algorithms for the others.
	Strategies []string `json:"supportedStrategies"`
	// Algorithms are those that the preset accepts, by default or by option.
	Algorithms []string `json:"algorithms"`

	// Build makes a contract of the preset's configuration in JSON; see
	// [FromJSON]. It is required.
	Build func(config []byte) (*core.Contract, error) `json:"-"`
	// Claims returns a pointer to a new value of the preset's claims type. It
	// is nil if the preset has none.
	Claims func() any `json:"-"`
}

// claimsOf is a Provider's Claims for the type C.
func claimsOf[C any]() any { return new(C) }

// Catalog is a set of providers. It is immutable and safe for concurrent use.
type Catalog struct{ list []Provider }

// New returns the catalog of these providers, in this order. A slug that is
// malformed or given twice, and a provider without Build, are returned as
// [*core.ConfigError], all at once.
func New(list ...Provider) (*Catalog, error) {
	var f preset.Faults
	c := &Catalog{list: slices.Clone(list)}
	for i := range c.list {
		p := &c.list[i]
		switch at := fmt.Sprintf("providers[%d]", i); {
		case !wellFormed(p.Slug):
			f.Add(at+".Slug", p.Slug, "write lower-case letters, digits and hyphens")
		case slices.ContainsFunc(c.list[:i], func(q Provider) bool { return q.Slug == p.Slug }):
			f.Conflict(at+".Slug", p.Slug, "is in the catalog twice: leave one of the two out")
		case p.Build == nil:
			f.Missing(at+".Build", "is nil: write FromJSON(yourpreset.NewContract)")
		}
		p.own()
	}
	if !f.Empty() {
		return nil, f.Err()
	}
	return c, nil
}

// own makes p's slices its own and fills what follows from others.
func (p *Provider) own() {
	p.Algorithms = slices.Clone(p.Algorithms)
	if p.Strategies = slices.Clone(p.Strategies); p.Strategies == nil {
		p.Strategies = slices.Clone(p.Algorithms)
	}
}

func wellFormed(slug string) bool {
	return slug != "" && len(slug) <= 64 && !strings.ContainsFunc(slug, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-'
	})
}

// All returns the providers in the catalog's order. The slice is the caller's.
func (c *Catalog) All() []Provider {
	all := slices.Clone(c.list)
	for i := range all {
		all[i].own()
	}
	return all
}

// Lookup returns the provider with this slug.
func (c *Catalog) Lookup(slug string) (Provider, bool) {
	for _, p := range c.list {
		if p.Slug == slug {
			p.own()
			return p, true
		}
	}
	return Provider{}, false
}

// Build makes a contract from a provider's configuration in JSON. The members
// are those of the preset's Config; leewaySeconds and maxAgeSeconds replace
// its Leeway and MaxAge. Unknown, misspelled and duplicate members are refused.
//
// Every mistake is returned at once, as [*core.ConfigError] whose Field is the
// JSON member at fault. A secret's value is never in an error. Building does no
// I/O, except for reading the environment variable that holds a secret.
func (c *Catalog) Build(slug string, config []byte) (*core.Contract, error) {
	p, ok := c.Lookup(slug)
	if !ok {
		var f preset.Faults
		f.Add("provider", slug, "is unknown: use one of %s", strings.Join(c.slugs(), ", "))
		return nil, f.Err()
	}
	contract, err := p.Build(config)
	return contract, from(slug, err)
}

func (c *Catalog) slugs() []string {
	slugs := make([]string, len(c.list))
	for i := range c.list {
		slugs[i] = c.list[i].Slug
	}
	return slugs
}

// All returns the providers of this module. The slice is the caller's.
func All() []Provider { return builtin().All() }

// Lookup returns the provider of this module with this slug.
func Lookup(slug string) (Provider, bool) { return builtin().Lookup(slug) }

// Build makes a contract with a provider of this module; see [Catalog.Build].
func Build(slug string, config []byte) (*core.Contract, error) { return builtin().Build(slug, config) }

func builtin() *Catalog {
	return &Catalog{list: slices.Concat(model(), signIn(), infrastructure())}
}
