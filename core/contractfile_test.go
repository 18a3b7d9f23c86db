package core_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/test"
)

func TestParseContracts(t *testing.T) {
	t.Setenv("KIT_ISSUER", "https://clerk.example")
	t.Setenv("KIT_PARTY", `https://app.example/?a=1&b="2"`)
	t.Setenv("KIT_SECRET", kitSecret)
	contracts, err := core.ParseContracts([]byte(`{"contracts": [
		{"issuer": {"env": "KIT_ISSUER"}, "jwksUri": "https://clerk.example/jwks", "audience": ["api", {"env": "KIT_PARTY"}],
		 "claimRules": [{"claim": "azp", "oneOf": [{"env": "KIT_PARTY"}]}]},
		{"issuer": "https://internal.example", "signingSecretEnv": "KIT_SECRET", "strategy": "HS256", "audience": "api"}
	]}`))
	if err != nil {
		t.Fatal(err)
	}
	want := []core.Rules{
		{
			Issuer:     "https://clerk.example",
			JWKSURL:    "https://clerk.example/jwks",
			Audiences:  core.Strings{"api", `https://app.example/?a=1&b="2"`},
			ClaimRules: []core.ClaimRule{{Claim: "azp", OneOf: []string{`https://app.example/?a=1&b="2"`}}},
		},
		{
			Issuer:     "https://internal.example",
			SecretEnv:  "KIT_SECRET",
			Algorithms: []string{"HS256"},
			Audiences:  core.Strings{"api"},
		},
	}
	if len(contracts) != len(want) {
		t.Fatalf("%d contracts, want %d", len(contracts), len(want))
	}
	for i, rules := range want {
		if made := newContract(t, rules); !made.Equal(contracts[i]) {
			t.Errorf("contract %d differs:\n%s\n%s", i, asJSON(t, contracts[i]), asJSON(t, made))
		}
	}
	if _, err := core.NewVerifier(contracts); err != nil {
		t.Errorf("the contracts do not make a verifier: %v", err)
	}
}

func TestParseContractsErrors(t *testing.T) {
	t.Setenv("KIT_ISSUER", "https://clerk.example")
	t.Setenv("KIT_PAGE", "https://dashboard.clerk.com/apps")
	t.Setenv("KIT_EMPTY", "")
	t.Setenv("KIT_BYTES", "a\xff")
	const good = `{"issuer": "https://a.example", "jwksUri": "https://a.example/jwks", "audience": "api"}`
	type mistake struct {
		field        string
		kind         string
		line, column int
		reason       string // a part of it
	}
	cases := map[string]struct {
		json string
		want []mistake
	}{
		"not JSON": {
			"{\"contracts\": [\n  {\"issuer\": nope}]}",
			[]mistake{{"contracts", "invalid", 2, 15, "is not a JSON object"}},
		},
		"a bare array": {
			"[" + good + "]",
			[]mistake{{"contracts", "invalid", 1, 1, "is not a JSON object"}},
		},
		"one contract": {
			"{\n\"issuer\": \"https://a.example\"}",
			[]mistake{{"issuer", "invalid", 2, 1, `is unknown: write {"contracts": [`}},
		},
		"an empty object": {`{}`, []mistake{{"contracts", "missing", 1, 1, "is missing"}}},
		"no contracts":    {`{"contracts": []}`, []mistake{{"contracts", "missing", 1, 2, "is empty"}}},
		"not an array": {
			`{"contracts": ` + good + `}`,
			[]mistake{{"contracts", "invalid", 1, 2, "must be an array of contracts, found an object"}},
		},
		"not objects": {
			`{"contracts": ["https://a.example", null]}`,
			[]mistake{
				{"contracts[0]", "invalid", 1, 16, "must be an object, found a string"},
				{"contracts[1]", "invalid", 1, 37, "must be an object, found null"},
			},
		},
		"two mistakes in two contracts": {
			`{"contracts": [` + "\n" +
				`  {"issuer": "https://dashboard.clerk.com", "jwksUri": "https://a.example/jwks"},` + "\n" + good + ",\n" +
				`  {"issuer": "https://b.example", "audiance": "api"}]}`,
			[]mistake{
				{"contracts[0].issuer", "invalid", 2, 4, "is Clerk's dashboard"},
				{"contracts[2].audiance", "invalid", 4, 35, "write audience"},
			},
		},
		"mistakes after a variable": {
			`{"contracts": [{"issuer": {"env": "KIT_ISSUER"}, "jwksUri": "https://a.example/jwks", "audience": "",` + "\n" +
				`"leewaySeconds": "1"}]}`,
			[]mistake{
				{"contracts[0].audience", "missing", 1, 87, "is empty"},
				{"contracts[0].leewaySeconds", "invalid", 2, 1, "must be a number of seconds, found a string"},
			},
		},
		"a variable with a value that can't work": {
			`{"contracts": [` + good + "," + "\n" + `{"jwksUri": "https://a.example/jwks", "issuer":{"env": "KIT_PAGE"}}]}`,
			[]mistake{{"contracts[1].issuer", "invalid", 2, 39, "is Clerk's dashboard"}},
		},
		"variables without a value": {
			`{"contracts": [` + good + "," + "\n" +
				`{"issuer": {"env": "KIT_UNSET"}, "jwksUri": {"env": "KIT_EMPTY"}, "audience": ["api",` + "\n" + ` {"env": "KIT_UNSET"}]}]}`,
			[]mistake{
				{
					"contracts[1].issuer", "missing", 2, 2,
					"refers to the environment variable KIT_UNSET, which is not set or is empty",
				},
				{
					"contracts[1].jwksUri", "missing", 2, 34,
					"refers to the environment variable KIT_EMPTY, which is not set or is empty",
				},
				{"contracts[1].audience[1]", "missing", 3, 2, "KIT_UNSET"},
			},
		},
		"a value that is not text": {
			`{"contracts": [{"issuer": {"env": "KIT_BYTES"}}]}`,
			[]mistake{{"contracts[0].issuer", "invalid", 1, 17, "KIT_BYTES, whose value is not UTF-8"}},
		},
		"a default": {
			`{"contracts": [{"issuer": {"env": "KIT_UNSET", "default": "https://a.example"}}]}`,
			[]mistake{{"contracts[0].issuer", "invalid", 1, 17, `write {"env": "NAME"} and nothing more`}},
		},
		"not a name": {
			`{"contracts": [{"issuer": {"env": "https://hidden.example"}, "audience": {"env": 7}}]}`,
			[]mistake{
				{"contracts[0].issuer", "invalid", 1, 17, "is not a reference to an environment variable"},
				{"contracts[0].audience", "invalid", 1, 62, "is not a reference to an environment variable"},
			},
		},
		"in place of a boolean": {
			`{"contracts": [{"insecureHttp": {"env": "KIT_ISSUER"}}]}`,
			[]mistake{{"contracts[0].insecureHttp", "invalid", 1, 17, "must be true or false, found a string"}},
		},
		"in place of a contract": {
			`{"contracts": [{"env": "KIT_ISSUER"}]}`,
			[]mistake{{"contracts[0]", "invalid", 1, 16, "is not a JSON object"}},
		},
		"a secret": {
			`{"contracts": [{"issuer": "https://a.example", "signingSecret": {"env": "KIT_ISSUER"}}]}`,
			[]mistake{{"contracts[0].signingSecret", "invalid", 1, 48, "signingSecretEnv"}},
		},
		"a missing member": {
			`{"contracts": [` + good + ",\n " + `{"issuer": "https://b.example", "audience": "api"}]}`,
			[]mistake{{"contracts[1].jwksUri", "missing", 2, 2, "no keys"}},
		},
		"fields that contradict each other": {
			`{"contracts": [{"issuer": "https://a.example", "audience": "api",` + "\n" + `"jwksUri": "https://a.example/jwks", "discovery": true}]}`,
			[]mistake{{"contracts[0].discovery, contracts[0].jwksUri", "conflicting", 2, 38, "are different sources of keys"}},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			contracts, err := core.ParseContracts([]byte(c.json))
			if contracts != nil {
				t.Errorf("got contracts with an error: %v", contracts)
			}
			found := core.ConfigErrors(err)
			if len(found) != len(c.want) {
				t.Fatalf("%d mistakes, want %d:\n%v", len(found), len(c.want), err)
			}
			for i, e := range found {
				got := mistake{e.Field, e.Kind, e.Line, e.Column, c.want[i].reason}
				if got != c.want[i] || !strings.Contains(e.Reason, c.want[i].reason) {
					t.Errorf("mistake %d\n got %+v: %s\nwant %+v", i, got, e.Reason, c.want[i])
				}
			}
			if err != nil && strings.Contains(err.Error(), "hidden") {
				t.Errorf("a text in place of a variable's name is repeated: %v", err)
			}
		})
	}
}

// FuzzParseContracts: a file is refused with typed errors, or each of its contracts reads back from its own JSON.
func FuzzParseContracts(f *testing.F) {
	f.Setenv("KIT_SECRET", kitSecret)
	f.Setenv("FILE_ISSUER", kitIssuer)
	for _, seed := range []string{
		`{"contracts":[{"issuer":{"env":"FILE_ISSUER"},"jwksUri":"https://issuer.example/keys","audience":"api"}]}`,
		`{"contracts":[{"issuer":"https://a.example","signingSecretEnv":"KIT_SECRET","strategy":"HS256","audience":["api"]},{}]}`,
		`{"contracts":[{"issuer":{"env":"NOT_SET"}},{"issuer":{"env":1}},{"issuer":{"env":"A","env":"B"}}]}`,
		`{"contracts":[]}`, `{"contracts":{}}`, `{}`, `[]`, `{"contracts":[null]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		test.Bounded(t, len(data), contractBase, contractEach, func() { _, _ = core.ParseContracts(data) })
		contracts, err := core.ParseContracts(data)
		if err != nil {
			if contracts != nil || len(core.ConfigErrors(err)) == 0 {
				t.Fatalf("%q: %v, or an error of another type: %v", data, contracts, err)
			}
			return
		}
		for _, contract := range contracts {
			written, err := json.Marshal(contract)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(written, []byte(`"signingSecret":"[REDACTED]"`)) {
				continue // the one thing that does not come back
			}
			if again, err := core.ParseContract(written); err != nil || !again.Equal(contract) {
				t.Fatalf("%v: %q became %s", err, data, written)
			}
		}
	})
}
