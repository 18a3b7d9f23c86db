// Package configtest is what the presets' own tests have in common: naming the
// fields that a configuration error is about, and reading the sample tokens of
// providers/testdata.
package configtest

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/testdata"
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
	data, err := testdata.Files.ReadFile(slug + ".json")
	if err != nil {
		return nil, err
	}
	var file struct {
		Accept []struct {
			Name    string          `json:"name"`
			Payload json.RawMessage `json:"payload"`
		} `json:"accept"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, err
	}
	for _, sample := range file.Accept {
		if sample.Name == name {
			return sample.Payload, nil
		}
	}
	return nil, fmt.Errorf("testdata/%s.json accepts no %q", slug, name)
}
