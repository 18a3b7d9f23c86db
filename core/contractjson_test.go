package core_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/test"
)

// everyRule sets every field of Rules that does not conflict with the others.
func everyRule() core.Rules {
	r := core.Rules{
		Provider:       "acme",
		Issuer:         kitIssuer,
		Issuers:        []string{"https://b.example", "c"},
		IssuerTemplate: "https://t.example/{tid}/v2",
		IssuerHints:    map[string]string{"": "unnamed", "https://old.example/": "old"}, Warnings: []string{"open: close it"},
		JWKSURL: kitIssuer + "/jwks?p=1", SecretEnv: "KIT_SECRET", Algorithms: []string{"ES256", "HS512"},
		Audiences:            []string{"api", "api2"},
		AuthorizedParties:    []string{"spa"},
		InsecureMissingParty: true,
		NumericUserID:        true,
		UserIDClaim:          "app.user", UserIDFallbacks: []string{"sub", "/a/0"}, RequiredClaims: []string{"jti"},
		ClaimRules: []core.ClaimRule{
			{
				Claim:       "use",
				Optional:    true,
				OneOf:       []string{"a"},
				NoneOf:      []string{"b"},
				ContainsAny: []string{"c"},
				SameAs:      "sub",
				Prefixes:    []string{"d"}, NotSuffixes: []string{"e"}, MaxLength: 9, Format: "uuid", Type: "string", InPast: true,
				When: []core.ClaimRule{{Header: "cat", Absent: true}}, Code: core.CodePartyMismatch, Reason: "why <not>",
			},
			{Claim: "name", OneOf: []string{"a"}, IgnoreCase: true},
		},
		CheckKeyIssuer:         true,
		FieldNames:             map[string]string{"Audiences": "Audience", "JWKSURL": ""},
		KeyIssuerClaims:        map[string]string{"tenantid": "tid"},
		KeyUses:                []string{"sig", "jwt-svid", ""},
		InsecurePrivateNetwork: true,
		TokenTypes:             []string{"at+jwt", ""},
		PaddedSegments:         true,
		Leeway:                 290 * time.Millisecond,
		MaxAge:                 90*time.Minute + time.Nanosecond,
		MaxTokenBytes:          4096,
		InsecureNoExpiry:       true,
		InsecureShortSecret:    true,
		InsecureHTTP:           true,
		Confirmation:           "either",
		ConfirmationRequired:   true,
		InsecureEmulator:       true,
	}
	refs := []core.ClaimRef{{Path: "a.b"}, {Path: "c"}}
	m := reflect.ValueOf(&r.Session).Elem()
	for i := range m.NumField() {
		if m.Field(i).Type() == reflect.TypeFor[[]core.ClaimRef]() {
			m.Field(i).Set(reflect.ValueOf(refs))
		}
	}
	r.Session.Roles = []core.ClaimRef{
		{Path: "r", Split: ",", Keys: true, Field: "f", TrimPrefix: "t", Prefix: "p", Single: true},
	}
	r.Session.Email = []core.ClaimRef{} // empty, not nil: maps nothing
	r.Session.FactorAgesClaim = "fva"
	r.Session.PackedPermissions = &core.PackedPermissions{
		Features:          "f",
		Permissions:       "p",
		Masks:             "m",
		OrganizationScope: "o",
		Prefix:            "org:",
	}
	r.Session.Kinds = []core.KindRule{
		{Kind: core.KindMachine, When: []core.ClaimRule{{Claim: "gty", OneOf: []string{"cc"}}}},
	}
	r.Session.Kind = core.KindAccess
	return r
}

func TestContractRoundTrip(t *testing.T) {
	t.Setenv("KIT_SECRET", kitSecret)
	every := everyRule()
	exclusive := []string{ // each of them conflicts with a field that is set
		"Secret", "Discovery", "ExternalKeys", "KeyURLTemplate", "JWKS", "PEM", "InsecureAnyAudience", "InsecureAnyIssuer",
		"InsecureIgnoreConfirmation",
	}
	if unset := unsetFields(reflect.ValueOf(every), exclusive...); unset != nil {
		t.Fatalf("everyRule leaves out %v", unset)
	}
	cases := map[string]core.Rules{
		"every field": every,
		"defaults":    keyRules(),
		"keys by kid": {Issuer: kitIssuer, KeyURLTemplate: "https://keys.example/pem/{kid}", Audiences: []string{"api"}},
		"discovery":   {Issuer: kitIssuer, Discovery: true, InsecureAnyAudience: true},
		"a source":    {Issuer: kitIssuer, ExternalKeys: true, InsecureAnyAudience: true},
		"static keys": {
			Issuer:    kitIssuer,
			Audiences: []string{"api"},
			JWKS:      jwksOf(t, publicJWK(rsaKey().Public(), "k1", "")),
			Leeway:    -1,
		},
		"PEM": {
			InsecureAnyIssuer: true,
			Audiences:         []string{"api"},
			PEM:               publicPEM(t, &p256Key().PublicKey),
			Algorithms:        []string{"ES256"},
		},
		"bound tokens as bearer tokens": {
			Issuer: kitIssuer, Discovery: true, Audiences: []string{"api"}, InsecureIgnoreConfirmation: true,
		},
		"emulator": {Issuer: kitIssuer, Audiences: []string{"api"}, InsecureEmulator: true},
		"long age": {
			Issuer:    kitIssuer,
			Audiences: []string{"api"},
			SecretEnv: "KIT_SECRET",
			MaxAge:    3650*24*time.Hour - time.Second,
		},
	}
	for name, rules := range cases {
		t.Run(name, func(t *testing.T) {
			made := newContract(t, rules)
			data := asJSON(t, made)
			read, err := core.ParseContract([]byte(data))
			if err != nil {
				t.Fatalf("%v in %s", err, data)
			}
			if !read.Equal(made) || !made.Equal(read) {
				t.Errorf("not equal:\n%s\n%s", data, asJSON(t, read))
			}
			if got, want := read.Rules(), made.Rules(); !reflect.DeepEqual(compact(t, got), compact(t, want)) {
				t.Errorf("rules differ:\n%s\n%s", asJSON(t, got), asJSON(t, want))
			}
			var decoded core.Contract
			if err := json.Unmarshal([]byte(data), &decoded); err != nil || !decoded.Equal(made) {
				t.Errorf("json.Unmarshal: %v", err)
			}
			if asJSON(t, &decoded) != data {
				t.Error("JSON differs the second time")
			}
		})
	}
}

// compact brings the static keys into the form that JSON writes.
func compact(t *testing.T, r core.Rules) core.Rules {
	t.Helper()
	if len(r.JWKS) > 0 {
		var b bytes.Buffer
		if err := json.Compact(&b, r.JWKS); err != nil {
			t.Fatal(err)
		}
		r.JWKS = b.Bytes()
	}
	return r
}

func unsetFields(v reflect.Value, except ...string) []string {
	var unset []string
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		if v.Field(i).IsZero() && !strings.Contains(" "+strings.Join(except, " ")+" ", " "+name+" ") {
			unset = append(unset, name)
		}
		if v.Field(i).Type() == reflect.TypeFor[core.Mapping]() {
			unset = append(unset, unsetFields(v.Field(i), except...)...)
		}
	}
	return unset
}

func TestContractJSONSecret(t *testing.T) {
	t.Setenv("KIT_SECRET", kitSecret)
	literal := asJSON(t, newContract(t, secretRules()))
	if !strings.Contains(literal, `"signingSecret":"[REDACTED]"`) {
		t.Errorf("JSON: %s", literal)
	}
	if _, err := core.ParseContract([]byte(literal)); err == nil || !strings.Contains(err.Error(), "signingSecretEnv") {
		t.Errorf("parsed it: %v", err)
	}
	rules := secretRules()
	rules.Secret, rules.SecretEnv = core.Secret{}, "KIT_SECRET"
	named := asJSON(t, newContract(t, rules))
	if strings.Contains(named, `"signingSecret"`) || !strings.Contains(named, `"signingSecretEnv":"KIT_SECRET"`) {
		t.Errorf("JSON: %s", named)
	}
}

// What reading a contract may allocate: see [test.Bounded].
const (
	contractBase = 64 << 10
	contractEach = 128
)

// FuzzParseContract: a contract is refused with typed errors, or reads back from its own JSON.
func FuzzParseContract(f *testing.F) {
	f.Setenv("KIT_SECRET", kitSecret)
	for _, rules := range []core.Rules{
		everyRule(), keyRules(), {Issuer: kitIssuer, Discovery: true, InsecureAnyAudience: true},
	} {
		contract, err := core.NewContract(rules)
		if err != nil {
			f.Fatal(err)
		}
		data, err := json.Marshal(contract)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(`{"provider":"custom","strategy":"HS256","signingSecret":"` + kitSecret + `"}`))
	f.Add([]byte(`{"issuer":"https://a.example","jwksUri":"https://a.example","leewaySeconds":1e-9,"maxAgeSeconds":0.1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		test.Bounded(t, len(data), contractBase, contractEach, func() { _, _ = core.ParseContract(data) })
		contract, err := core.ParseContract(data)
		if err != nil {
			if contract != nil || len(core.ConfigErrors(err)) == 0 {
				t.Fatalf("an error of another type: %v", err)
			}
			return
		}
		written, err := json.Marshal(contract)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(written, []byte(`"signingSecret":"[REDACTED]"`)) {
			return // the one thing that does not come back
		}
		again, err := core.ParseContract(written)
		if err != nil || !again.Equal(contract) {
			t.Fatalf("%v: %s\nbecame %s", err, data, written)
		}
	})
}

// TestContractsTestsChangeNothing: a contract with tests is the one without.
func TestContractsTestsChangeNothing(t *testing.T) {
	const tests = `,"tests":[{"name":"a","claims":{"env":{"env":"NOT_SET"},"sub":null},"expect":"ACCEPTED"}]}`
	for name, text := range map[string]string{
		"wire form": `{"issuer":"https://issuer.example","jwksUri":"https://issuer.example/keys"`,
		"contract":  `{"issuer":"https://issuer.example","jwksUri":"https://issuer.example/keys","audience":"api","tokenTypes":["JWT"]`,
	} {
		t.Run(name, func(t *testing.T) {
			without, err := core.ParseContract([]byte(text + "}"))
			if err != nil {
				t.Fatal(err)
			}
			with, err := core.ParseContract([]byte(text + tests))
			if err != nil || !with.Equal(without) {
				t.Errorf("got %v, %v", with, err)
			}
			several, err := core.ParseContracts([]byte(`{"contracts":[` + text + tests + `]}`))
			if err != nil || !several[0].Equal(without) {
				t.Errorf("in a file of several: %v, %v", several, err)
			}
		})
	}
}
