package providers_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers"
	"github.com/revstackhq/auth-go/core/providers/providertest"
)

// TestParseContractsKnowsEveryProvider writes the whole catalog into one
// document. Each contract must be the one that Build makes.
func TestParseContractsKnowsEveryProvider(t *testing.T) {
	var document struct {
		Contracts []providertest.Object `json:"contracts"`
	}
	var want []*core.Contract
	for _, p := range providers.All() {
		good, _, err := providertest.Tokens(p.Slug)
		must(t, err)
		config, err := json.Marshal(secretInEnvironment(t, good[0].Config))
		must(t, err)
		if strings.Contains(string(config), "${") {
			t.Fatalf("%s: the first sample has the keys of its issuer in its configuration", p.Slug)
		}
		document.Contracts = append(document.Contracts, providertest.Object{
			"provider": json.RawMessage(`"` + p.Slug + `"`),
			"config":   config,
		})
		contract, err := providers.Build(p.Slug, config)
		must(t, err)
		want = append(want, contract)
	}
	data, err := json.Marshal(document)
	must(t, err)
	contracts, err := providers.ParseContracts(data)
	must(t, err)
	if !slices.EqualFunc(contracts, want, (*core.Contract).Equal) {
		t.Errorf("the contracts are %v, not %v", contracts, want)
	}
}

func TestLoad(t *testing.T) {
	t.Setenv("KIT_CLERK", "https://clerk.northwind.example")
	t.Setenv("KIT_POOL", "eu-west-1_Qm7Tz4LxB")
	t.Setenv("KIT_SECRET", "northwind-gateway's own secret, 32 bytes or more")
	file := filepath.Join(t.TempDir(), "contracts.json")
	must(t, os.WriteFile(file, []byte(`{"contracts": [
		{"provider": "clerk", "issuer": {"env": "KIT_CLERK"}, "authorizedParties": ["https://app.northwind.example"]},
		{"provider": "cognito", "config": {"userPoolId": {"env": "KIT_POOL"}, "clientId": ["c1"], "leewaySeconds": 5}},
		{"issuer": "https://internal.example", "signingSecretEnv": "KIT_SECRET", "strategy": "HS256", "audience": "api"}
	]}`), 0o600))
	contracts, err := providers.Load(file)
	must(t, err)
	var issuers []string
	for _, c := range contracts {
		issuers = append(issuers, c.Rules().Provider+" "+c.Issuer())
	}
	want := []string{
		"clerk https://clerk.northwind.example",
		"cognito https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Qm7Tz4LxB",
		"custom https://internal.example",
	}
	if !slices.Equal(issuers, want) {
		t.Errorf("the issuers are %q, not %q", issuers, want)
	}
	if len(contracts[0].Rules().ClaimRules) == 0 {
		t.Error("Clerk's contract has none of the preset's rules")
	}
	if _, err := core.NewVerifier(contracts); err != nil {
		t.Errorf("the contracts do not make a verifier: %v", err)
	}
}

func TestLoadErrors(t *testing.T) {
	folder := t.TempDir()
	if _, err := providers.Load(filepath.Join(folder, "none.json")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if _, err := providers.Load(folder); err == nil {
		t.Error("a folder was read")
	}
	large := filepath.Join(folder, "large.json")
	must(t, os.WriteFile(large, []byte(strings.Repeat(" ", 5<<20)), 0o600))
	if _, err := providers.Load(large); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("a large file: %v", err)
	}
	wrong := filepath.Join(folder, "wrong.json")
	must(t, os.WriteFile(wrong, []byte(`{"contracts": [{"provider": "okta", "config": {}}]}`), 0o600))
	_, err := providers.Load(wrong)
	if len(core.ConfigErrors(err)) != 2 || !strings.Contains(err.Error(), wrong) {
		t.Errorf("mistakes in a file: %v", err)
	}
}

// A Build that another package wrote may return any error.
func TestParseContractsOfAnotherCatalog(t *testing.T) {
	broken := errors.New("no such tenant")
	mine, err := providers.New(providers.Provider{
		Slug:  "acme",
		Build: func([]byte) (*core.Contract, error) { return nil, broken },
	})
	must(t, err)
	_, err = mine.ParseContracts([]byte(`{"contracts": [{"provider": "acme", "config": {"x": 1}}]}`))
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "contracts[0]") {
		t.Errorf("got %v", err)
	}
	_, err = mine.ParseContracts([]byte(`{"contracts": [{"provider": "okta", "config": {"x": 1}}]}`))
	if e := core.ConfigErrors(err); len(e) != 1 || e[0].Field != "contracts[0].provider" {
		t.Errorf("a provider of another catalog: %v", err)
	}
}

func TestParseContractsErrors(t *testing.T) {
	t.Setenv("KIT_EMPTY", "")
	t.Setenv("KIT_PAGE", "https://northwind-admin.okta.com/oauth2/default")
	const good = `{"provider": "auth0", "config": {"domain": "t.eu.auth0.com", "audience": "api"}}`
	type mistake struct {
		provider, field string
		kind            string
		line, column    int
		reason          string // a part of it
	}
	for name, c := range map[string]struct {
		json string
		want []mistake
	}{
		"not JSON":     {"contracts: []", []mistake{{"", "contracts", "invalid", 1, 1, "is not a JSON object"}}},
		"no contracts": {`{"contracts": []}`, []mistake{{"", "contracts", "missing", 1, 2, "is empty"}}},
		"one contract": {good, []mistake{
			{"", "provider", "invalid", 1, 2, "is unknown"},
			{"", "config", "invalid", 1, 23, "is unknown"},
		}},
		"null": {`{"contracts": [null]}`, []mistake{{"", "contracts[0]", "invalid", 1, 16, "must be an object, found null"}}},
		"null config": {
			`{"contracts": [{"provider": "auth0", "config": null}]}`,
			[]mistake{{"auth0", "contracts[0].config", "invalid", 1, 38, "must be an object, found null"}},
		},
		"null in config": {
			`{"contracts": [` + good + ",\n" + `{"provider": "auth0", "config": {"domain": null, "audience": "api"}}]}`,
			[]mistake{{"auth0", "contracts[1].config.domain", "invalid", 2, 34, "null"}},
		},
		"a duplicate in config": {
			`{"contracts": [` + good + ",\n" + `{"provider": "auth0", "config": {"domain": "a", "domain": "b"}}]}`,
			[]mistake{{"", "contracts[1].config.domain", "invalid", 2, 49, "twice"}},
		},
		"a duplicate provider": {
			`{"contracts": [{"provider": "auth0", "provider": "clerk"}]}`,
			[]mistake{{"", "contracts[0].provider", "invalid", 1, 38, "twice"}},
		},
		"an unknown member of config": {
			`{"contracts": [{"provider": "auth0",` + "\n" + `"config": {"domain": "t.eu.auth0.com", "audiance": "api"}}]}`,
			[]mistake{{"auth0", "contracts[0].config.audiance", "invalid", 2, 40, "write audience"}},
		},
		"members beside config": {
			`{"contracts": [{"provider": "auth0", "issuer": "https://t.eu.auth0.com/", "config": {}, "version": 1}]}`,
			[]mistake{
				{"auth0", "contracts[0].issuer", "conflicting", 1, 38, "can't be combined with config"},
				{"auth0", "contracts[0].version", "conflicting", 1, 89, "can't be combined with config"},
			},
		},
		"config without provider": {
			`{"contracts": [{"config": {"domain": "t.eu.auth0.com"}}]}`,
			[]mistake{{"", "contracts[0].provider", "missing", 1, 16, "is required with config"}},
		},
		"an unknown provider": {
			`{"contracts": [{"provider": "otka", "config": {}}]}`,
			[]mistake{{"", "contracts[0].provider", "invalid", 1, 17, "is unknown: use one of auth0"}},
		},
		"another case": {
			`{"contracts": [{"provider": "Okta", "config": {}}]}`,
			[]mistake{{"okta", "contracts[0].provider", "invalid", 1, 17, "write okta"}},
		},
		"no wire form": {
			`{"contracts": [{"provider": "okta", "issuer": "https://northwind.okta.com/oauth2/default"}]}`,
			[]mistake{{"okta", "contracts[0].provider", "invalid", 1, 17, `write {"provider": "okta", "config": {`}},
		},
		"an unset variable": {
			`{"contracts": [` + good + ",\n" + `{"provider": "okta", "config": {"issuer": {"env": "KIT_UNSET"}, "audience": {"env": "KIT_EMPTY"}}}]}`,
			[]mistake{
				{"", "contracts[1].config.issuer", "missing", 2, 33, "KIT_UNSET, which is not set or is empty"},
				{"", "contracts[1].config.audience", "missing", 2, 65, "KIT_EMPTY, which is not set or is empty"},
			},
		},
		"a secret in a variable": {
			`{"contracts": [{"provider": "auth0", "config": {"domain": "t.eu.auth0.com", "signingSecret": {"env": "KIT_PAGE"}}}]}`,
			[]mistake{{"", "contracts[0].config.signingSecret", "invalid", 1, 77, "signingSecretEnv"}},
		},
		"mistakes in and after a variable": {
			`{"contracts": [{"provider": "okta", "config": {"issuer": {"env": "KIT_PAGE"}, "audience": "a",` + "\n" +
				`"leewaySeconds": "1"}},` + "\n" + `{"provider": "okta", "config": {"issuer": {"env": "KIT_PAGE"}, "audience": "a"}}]}`,
			[]mistake{
				{"okta", "contracts[0].config.leewaySeconds", "invalid", 2, 1, "must be a number of seconds"},
				{"okta", "contracts[1].config.issuer", "invalid", 3, 33, "-admin"},
			},
		},
		"missing members of two contracts": {
			`{"contracts": [{"provider": "auth0", "config": {"domain": "t.eu.auth0.com"}},` + "\n" + `{"provider": "clerk"}]}`,
			[]mistake{
				{"auth0", "contracts[0].config.audience", "missing", 1, 48, "is empty"},
				{"clerk", "contracts[1].issuer", "missing", 2, 1, "is required"},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			contracts, err := providers.ParseContracts([]byte(c.json))
			if contracts != nil {
				t.Errorf("got contracts with an error: %v", contracts)
			}
			found := core.ConfigErrors(err)
			if len(found) != len(c.want) {
				t.Fatalf("%d mistakes, want %d:\n%v", len(found), len(c.want), err)
			}
			for i, e := range found {
				got := mistake{e.Provider, e.Field, e.Kind, e.Line, e.Column, c.want[i].reason}
				if got != c.want[i] || !strings.Contains(e.Reason, c.want[i].reason) {
					t.Errorf("mistake %d\n got %+v: %s\nwant %+v", i, got, e.Reason, c.want[i])
				}
			}
		})
	}
}
