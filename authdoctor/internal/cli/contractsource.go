package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers"
)

// contractSource has the flags that give a command its contract.
type contractSource struct {
	Contract string `xor:"source" required:"" placeholder:"FILE" help:"A contract in JSON: a complete one, the wire form of the TypeScript package, or {\"provider\": …, \"config\": {…}}."`
	Config   string `xor:"source" required:"" placeholder:"FILE" help:"Several contracts in JSON: {\"contracts\": […]}. The token's issuer chooses."`
	Provider string `xor:"source" required:"" placeholder:"SLUG" help:"The preset of a provider, configured by the flags below." completion:"providers"`

	Issuer          string            `placeholder:"URL" help:"With --provider: the issuer, or what the preset takes instead, such as Auth0's domain."`
	Audience        []string          `sep:"none" placeholder:"AUD" help:"With --provider: an accepted audience; may be repeated."`
	AuthorizedParty []string          `sep:"none" placeholder:"AZP" help:"With --provider: an accepted authorized party; may be repeated."`
	Set             map[string]string `mapsep:"none" placeholder:"NAME=VALUE" help:"With --provider: any other member of the configuration, see authdoctor providers SLUG; may be repeated."`
}

// maxContractBytes is far more than any contract needs.
const maxContractBytes = 4 << 20

// read returns the contracts, at least one, or errors of type
// [*core.ConfigError].
func (s *contractSource) read(env *Env) ([]*core.Contract, error) {
	if s.Provider != "" {
		contract, err := s.build()
		return []*core.Contract{contract}, err
	}
	if s.Issuer != "" || len(s.Audience)+len(s.AuthorizedParty)+len(s.Set) > 0 {
		return nil, errors.New(
			"--issuer, --audience, --authorized-party and --set configure a --provider: a file contains its own values",
		)
	}
	if s.Config != "" {
		data, err := readContractFile(env, s.Config)
		if err != nil {
			return nil, err
		}
		return providers.ParseContracts(data)
	}
	data, err := readContractFile(env, s.Contract)
	if err != nil {
		return nil, err
	}
	contract, err := providers.ParseContract(data)
	return []*core.Contract{contract}, err
}

// build makes a preset's contract from the flags.
func (s *contractSource) build() (*core.Contract, error) {
	config := map[string]any{}
	if s.Issuer != "" {
		config[issuerMember(s.Provider)] = s.Issuer
	}
	switch len(s.Audience) {
	case 0:
	case 1:
		config[audienceMember(s.Provider)] = s.Audience[0]
	default:
		config[audienceMember(s.Provider)] = s.Audience
	}
	if len(s.AuthorizedParty) > 0 {
		config["authorizedParties"] = s.AuthorizedParty
	}
	for name, value := range s.Set {
		if strings.HasSuffix(strings.ToLower(name), "secret") {
			return nil, fmt.Errorf("--set %s: a secret is not accepted as an argument, because others can read it there: "+
				"put it in an environment variable and write --set %sEnv=NAME", name, name)
		}
		config[name] = value
		if json.Valid([]byte(value)) {
			config[name] = json.RawMessage(value)
		}
	}
	data, err := json.Marshal(config)
	if err != nil {
		return nil, err
	}
	contract, err := providers.Build(s.Provider, data)
	for _, mistake := range core.ConfigErrors(err) {
		mistake.Line, mistake.Column = 0, 0 // the configuration is not in a file
	}
	return contract, err
}

// issuerMember returns the member of a preset's configuration that says whose tokens
// to accept.
func issuerMember(provider string) string {
	switch provider {
	case "clerk", "cognito":
		return "issuerUrl"
	case "auth0":
		return "domain"
	case "supabase":
		return "projectUrl"
	default:
		return "issuer"
	}
}

func audienceMember(provider string) string {
	if provider == "cognito" {
		return "clientId"
	}
	return "audience"
}

// readContractFile reads a file, or standard input for "-".
func readContractFile(env *Env, name string) ([]byte, error) {
	from := env.Stdin
	if name != "-" {
		file, err := openFile(name)
		if err != nil {
			return nil, err
		}
		defer func() { _ = file.Close() }()
		from = file
	}
	data, err := io.ReadAll(io.LimitReader(from, maxContractBytes+1))
	if err == nil && len(data) > maxContractBytes {
		err = fmt.Errorf("%s has more than %d bytes: that is not a contract", name, maxContractBytes)
	}
	return data, err
}
