// Package configtest is what the presets' own tests have in common: tables of
// configurations with mistakes, of what a configuration leads to, and of
// warnings, and the claims of the samples in package providertest.
package configtest

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/providertest"
)

// Mistake is a configuration that a preset must refuse.
type Mistake[C any] struct {
	Name   string
	Config C
	Fields []string // those at fault, sorted
}

// Mistakes demands that newContract reports the fields at fault of every case,
// all of them and no others.
func Mistakes[C any](t *testing.T, newContract func(C) (*core.Contract, error), cases []Mistake[C]) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			contract, err := newContract(c.Config)
			if got := Fields(err); !slices.Equal(got, c.Fields) {
				t.Errorf("the mistakes are in %q, not %q: %v", got, c.Fields, err)
			}
			if contract != nil {
				t.Error("there is a contract with the error")
			}
		})
	}
}

// Place is a configuration that a preset accepts, and where its tokens and keys
// come from.
type Place[C any] struct {
	Name         string
	Config       C
	Issuer, Keys string // the contract's issuer and Rules.JWKSURL
}

// Places demands that newContract finds the issuer and the keys of every case,
// and that its contracts are of the provider slug.
func Places[C any](t *testing.T, slug string, newContract func(C) (*core.Contract, error), cases []Place[C]) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			contract := accepted(t, newContract, c.Config)
			if got := contract.Issuer(); got != c.Issuer {
				t.Errorf("the issuer is %q, not %q", got, c.Issuer)
			}
			if got := contract.Rules().JWKSURL; got != c.Keys {
				t.Errorf("the keys are at %q, not %q", got, c.Keys)
			}
			if got := contract.Provider(); got != slug {
				t.Errorf("the provider is %q, not %q", got, slug)
			}
		})
	}
}

// Warning is a configuration that a preset accepts, and what its contract says
// that it leaves open.
type Warning[C any] struct {
	Name   string
	Config C
	Want   []string
}

// Warnings demands exactly these warnings.
func Warnings[C any](t *testing.T, newContract func(C) (*core.Contract, error), cases []Warning[C]) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			if got := accepted(t, newContract, c.Config).Warnings(); !slices.Equal(got, c.Want) {
				t.Errorf("the warnings are %q, not %q", got, c.Want)
			}
		})
	}
}

func accepted[C any](t *testing.T, newContract func(C) (*core.Contract, error), config C) *core.Contract {
	t.Helper()
	contract, err := newContract(config)
	if err != nil {
		t.Fatal(err)
	}
	return contract
}

// Fields names the fields at fault, each once, in order; nil without an error.
func Fields(err error) []string {
	var fields []string
	for _, e := range core.ConfigErrors(err) {
		if !slices.Contains(fields, e.Field) {
			fields = append(fields, e.Field)
		}
	}
	slices.Sort(fields)
	return fields
}

// Claims decodes the payload of a sample that the preset accepts, by its name.
func Claims[T any](t *testing.T, slug, name string) T {
	t.Helper()
	good, _, err := providertest.Tokens(slug)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(good, func(token providertest.Token) bool { return token.Name == name })
	if i < 0 {
		t.Fatalf("the samples of %s accept no %q", slug, name)
	}
	payload, err := json.Marshal(good[i].Claims)
	if err != nil {
		t.Fatal(err)
	}
	var claims T
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}
