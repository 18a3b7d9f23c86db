package providers

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/contractfile"
	"github.com/revstackhq/auth-go/core/internal/strictjson"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// maxFileBytes is far more than any list of contracts needs. A path that names
// a device or a log by mistake must not fill the memory.
const maxFileBytes = 4 << 20

// ParseContracts reads several contracts from one JSON document, as
// [core.ParseContracts] does, with the presets' own rules added:
//
//	{"contracts": [
//	  {"provider": "clerk", "issuer": {"env": "CLERK_ISSUER_URL"}},
//	  {"provider": "cognito", "config": {"userPoolId": {"env": "COGNITO_POOL"}, "clientId": "4h8s2kq9v1"}},
//	  {"issuer": "https://id.example", "signingSecretEnv": "ID_SECRET", "strategy": "HS256", "audience": "api"}
//	]}
//
// Each contract is what [Catalog.ParseContract] reads. In place of any string,
// {"env": "NAME"} stands for the value of the environment variable NAME; a
// variable that is not set, or empty, is an error that names it. A signing
// secret is not written so: signingSecretEnv names its variable.
//
// Every mistake in all of the contracts is returned at once, as
// [*core.ConfigError] whose Field is the path in the document, such as
// contracts[1].config.clientId, with its line and column.
// [core.NewVerifier] takes them all.
func (c *Catalog) ParseContracts(data []byte) ([]*core.Contract, error) {
	entries, problems := contractfile.Split(data, os.LookupEnv)
	if len(problems) > 0 {
		return nil, problemsOf("contracts", data, problems)
	}
	contracts := make([]*core.Contract, len(entries))
	var f preset.Faults
	for i := range entries {
		contract, err := c.ParseContract(entries[i].JSON)
		contracts[i] = contract
		found := core.ConfigErrors(err)
		for _, e := range found {
			e.Field, e.Line, e.Column = entries[i].Locate(e.Field, "contract", e.Line, e.Column)
			f.Append(e)
		}
		if err != nil && len(found) == 0 { // a Build of another package
			f.Append(fmt.Errorf("auth: %s: %w", entries[i].Field, err))
		}
	}
	if !f.Empty() {
		return nil, f.Err()
	}
	return contracts, nil
}

// Load reads the contracts of a file; see [Catalog.ParseContracts]. Errors of
// the file's content follow its name.
func (c *Catalog) Load(file string) ([]*core.Contract, error) {
	data, err := readFile(file)
	if err != nil {
		return nil, fmt.Errorf("auth: contracts: %w", err)
	}
	contracts, err := c.ParseContracts(data)
	if err != nil {
		return nil, fmt.Errorf("auth: contracts of %s:\n%w", file, err)
	}
	return contracts, nil
}

func readFile(name string) ([]byte, error) {
	f, err := os.Open(name) //nolint:gosec // G304: the program names its own configuration file
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFileBytes+1))
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	if len(data) > maxFileBytes {
		return nil, fmt.Errorf("%s has more than %d bytes, which a list of contracts never has", name, maxFileBytes)
	}
	return data, nil
}

// ParseContracts reads several contracts with the presets of this module; see
// [Catalog.ParseContracts].
func ParseContracts(data []byte) ([]*core.Contract, error) { return builtin().ParseContracts(data) }

// Load reads the contracts of a file with the presets of this module; see
// [Catalog.Load].
func Load(file string) ([]*core.Contract, error) { return builtin().Load(file) }

// buildConfig makes the contract of {"provider": slug, "config": {…}}.
func (c *Catalog) buildConfig(slug string, data []byte, document *strictjson.Document) (*core.Contract, error) {
	var f preset.Faults
	var config strictjson.Value
	for _, m := range document.Root().Members() {
		switch {
		case m.Name == "config":
			config = m.Value
			if !config.IsObject() {
				f.Add("config", "", "must be an object, found %s", config.Describe())
			}
		case m.Name != "provider" && m.Name != "tests":
			f.Conflict(
				m.Name,
				"",
				"can't be combined with config: write what the preset's Config has in there, and remove this member",
			)
		}
	}
	if !f.Empty() {
		return nil, inJSON(f.Err(), document, nil)
	}
	contract, err := c.Build(slug, data[config.Start():config.End()])
	if err != nil {
		return nil, withinConfig(err, data, config)
	}
	return contract, nil
}

// withinConfig returns the mistakes of a preset's configuration with the paths
// and positions that they have in the document around it.
func withinConfig(err error, data []byte, config strictjson.Value) error {
	for _, e := range core.ConfigErrors(err) {
		fields := strings.Split(e.Field, ", ") // fields that contradict each other
		for i, field := range fields {
			if field != "config" { // the configuration itself
				fields[i] = "config." + field
			}
		}
		e.Field = strings.Join(fields, ", ")
		at := config.Start()
		if e.Line > 0 {
			at += strictjson.Offset(data[config.Start():config.End()], e.Line, e.Column)
		}
		e.Line, e.Column = strictjson.LineColumn(data, at)
	}
	return err
}
