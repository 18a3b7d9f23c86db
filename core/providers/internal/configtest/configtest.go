// Package configtest is what the presets' own tests have in common: naming the
// fields that a configuration error is about, and reading the sample tokens of
// package providertest.
package configtest

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/providertest"
)

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

// Payload returns the payload of a sample that the preset accepts, by its name.
func Payload(slug, name string) (json.RawMessage, error) {
	good, _, err := providertest.Tokens(slug)
	if err != nil {
		return nil, err
	}
	for _, sample := range good {
		if sample.Name == name {
			return json.Marshal(sample.Claims)
		}
	}
	return nil, fmt.Errorf("the samples of %s accept no %q", slug, name)
}
