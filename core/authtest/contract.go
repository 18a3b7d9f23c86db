package authtest

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
)

// Accepted is the expected result of a contract's test whose token is accepted.
const Accepted = "ACCEPTED"

// ParseContract reads a contract, as [core.ParseContract] and
// providers.ParseContract do.
type ParseContract func(data []byte) (*core.Contract, error)

// contractTest is an element of the member "tests" of a contract.
type contractTest struct {
	Name   string `json:"name"`
	Claims Claims `json:"claims"`
	Header Claims `json:"header"`
	Token  string `json:"token"`
	At     string `json:"at"`
	Expect string `json:"expect"`

	at time.Time
}

// ContractResult is the outcome of one test of a contract.
type ContractResult struct {
	Name string `json:"name"`
	// Expected and Got are codes, or [Accepted].
	Expected string `json:"expected"`
	Got      string `json:"got"`
	// Detail says why the token was rejected.
	Detail string `json:"detail,omitempty"`
}

// Passed reports whether the test got the expected result.
func (r ContractResult) Passed() bool { return r.Got == r.Expected }

// RunContract runs the tests that a contract's JSON file has in its member
// "tests", each as a subtest:
//
//	{
//	  "issuer": "https://issuer.example", "jwksUri": "https://issuer.example/keys", "audience": "api",
//	  "tests": [
//	    {"name": "a good token",     "claims": {"sub": "user_1"},   "expect": "ACCEPTED"},
//	    {"name": "another audience", "claims": {"aud": "other"},    "expect": "AUDIENCE_MISMATCH"},
//	    {"name": "no expiry",        "claims": {"exp": null},       "expect": "MISSING_CLAIM"},
//	    {"name": "last year's",      "token": "eyJ…", "at": "2026-11-26T12:00:00Z", "expect": "TOKEN_EXPIRED"}
//	  ]
//	}
//
// "claims" are signed by a key that the contract is made to trust for the test.
// Claims that are not given are iss, aud and azp (the first that the contract
// accepts), sub ("user_1"), iat and nbf ("at"), and exp (an hour later); null
// removes one. "header" adds header parameters. "token" is verified by the
// contract's own static keys or secret; keys are never fetched. "at" is the time
// of the verification, now if it is not given.
//
// parse is the function with which the program reads the file: by default
// [core.ParseContract]; pass providers.ParseContract for a file that names a
// preset.
func RunContract(t *testing.T, file string, parse ...ParseContract) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	results, err := CheckContract(data, parse...)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	for _, result := range results {
		t.Run(result.Name, func(t *testing.T) {
			if !result.Passed() {
				t.Errorf("got %s, want %s: %s", result.Got, result.Expected, result.Detail)
			}
		})
	}
}

// CheckContract is [RunContract] for programs. The error says what is wrong with
// the contract or with the form of a test.
func CheckContract(data []byte, parse ...ParseContract) ([]ContractResult, error) {
	tests, err := contractTests(data, len(parse) > 0)
	if err != nil {
		return nil, err
	}
	read := core.ParseContract
	if len(parse) > 0 {
		read = parse[0]
	}
	contract, err := read(data)
	if err != nil {
		return nil, err
	}
	kit, err := newContractKit(contract)
	if err != nil {
		return nil, err
	}
	results := make([]ContractResult, len(tests))
	for i, test := range tests {
		results[i] = kit.run(test)
	}
	return results, nil
}

// contractTests reads the tests of a contract.
func contractTests(data []byte, hasParse bool) ([]contractTest, error) {
	var file struct {
		Version  json.RawMessage `json:"version"`
		Provider string          `json:"provider"`
		Tests    json.RawMessage `json:"tests"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("authtest: the contract is not JSON: %w", err)
	}
	if !hasParse && file.Version == nil && file.Provider != "" && file.Provider != "custom" {
		return nil, fmt.Errorf("authtest: the contract names the preset %s, whose rules core.ParseContract does not add: "+
			"give the function that the program reads it with, such as providers.ParseContract", file.Provider)
	}
	var tests []contractTest
	decoder := json.NewDecoder(bytes.NewReader(file.Tests))
	decoder.DisallowUnknownFields() // a misspelled "expect" would expect nothing
	decoder.UseNumber()             // keep a claim's number unchanged
	if file.Tests == nil {
		return nil, errors.New(
			`authtest: the contract has no tests: add "tests": [{"name": "…", "claims": {…}, "expect": "ACCEPTED"}]`,
		)
	}
	if err := decoder.Decode(&tests); err != nil {
		return nil, fmt.Errorf("authtest: tests: %w", err)
	}
	var errs []error
	names := map[string]bool{}
	for i := range tests {
		if err := tests[i].check(); err != nil {
			errs = append(errs, fmt.Errorf("authtest: tests[%d]: %w", i, err))
		}
		if names[tests[i].Name] {
			errs = append(errs, fmt.Errorf("authtest: tests[%d]: the name %q is there twice", i, tests[i].Name))
		}
		names[tests[i].Name] = true
	}
	return tests, errors.Join(errs...)
}

// check returns the mistake in the form of a test.
func (c *contractTest) check() (err error) {
	switch {
	case c.Name == "":
		return errors.New("name is required")
	case c.Expect == "":
		return fmt.Errorf("expect is required: a code such as AUDIENCE_MISMATCH, or %s", Accepted)
	case (c.Token == "") == (c.Claims == nil):
		return errors.New("one of claims and token is required")
	case c.Token != "" && c.Header != nil:
		return errors.New("header belongs to claims: a token has its own")
	case c.At == "":
		c.at = time.Now()
		return nil
	}
	if c.at, err = time.Parse(time.RFC3339, c.At); err != nil {
		return fmt.Errorf("at %q is not a time: write one such as 2026-11-26T12:00:00Z", c.At)
	}
	return nil
}

// contractKit runs the tests of one contract.
type contractKit struct {
	contract *core.Contract // unchanged
	trusting *core.Contract // the same rules, with keys of the issuer
	rules    core.Rules
	issuer   *Issuer
	clock    *Clock
	options  []TokenOption // sign
}

func newContractKit(contract *core.Contract) (*contractKit, error) {
	k := &contractKit{contract: contract, rules: contract.Rules(), clock: NewClock(time.Now())}
	var published []string
	secret := ""
	for _, alg := range k.rules.Algorithms {
		if family(alg) != "" {
			published = append(published, alg)
		} else {
			secret = rand.Text() + rand.Text() + rand.Text() // longer than any hash
		}
	}
	if secret != "" && len(published) == 0 {
		k.options = append(k.options, WithSecret([]byte(secret)), WithAlgorithm(k.rules.Algorithms[0]))
	}
	cfg := Config{Algorithms: published, Clock: k.clock}
	cfg.fillDefaults()
	k.issuer = &Issuer{cfg: cfg, t: program{}} // it does not listen
	keys, err := k.issuer.newKeys()
	if err != nil {
		return nil, err
	}
	k.issuer.keys = keys
	trusting := contract.Rules()
	trusting.JWKSURL, trusting.KeyURLTemplate, trusting.PEM = "", "", ""
	trusting.Discovery, trusting.ExternalKeys = false, false
	trusting.JWKS, trusting.KeyUses = nil, nil
	if len(published) > 0 {
		trusting.JWKS = k.issuer.JWKS()
	}
	trusting.SecretEnv = ""
	if secret != "" {
		trusting.Secret = core.NewSecret(secret)
	}
	k.trusting, err = core.NewContract(trusting)
	return k, err
}

func (k *contractKit) run(test contractTest) ContractResult {
	result := ContractResult{Name: test.Name, Expected: test.Expect, Got: Accepted}
	k.clock.Set(test.at)
	contract, token := k.contract, test.Token
	if token == "" {
		contract, token = k.trusting, k.sign(test)
	}
	verifier, err := core.NewVerifier(contract,
		core.WithClock(k.clock),
		core.WithLogger(slog.New(slog.DiscardHandler)),
		core.WithHTTPClient(&http.Client{Transport: noNetwork{}}),
	)
	if err == nil {
		_, err = verifier.Verify(context.Background(), token)
	}
	if err != nil {
		result.Got, result.Detail = string(core.CodeOf(err)), strings.TrimPrefix(err.Error(), "auth: ")
	}
	return result
}

var placeholder = regexp.MustCompile(`\{([^}]+)\}`)

// sign makes the token of a test.
func (k *contractKit) sign(test contractTest) string {
	claims := Claims{"sub": "user_1", "iss": k.contract.Issuer(), "aud": nil}
	if k.rules.IssuerTemplate != "" && k.rules.Issuer == "" {
		claims["iss"] = placeholder.ReplaceAllStringFunc(k.rules.IssuerTemplate, func(claim string) string {
			return fmt.Sprint(test.Claims[strings.Trim(claim, "{}")])
		})
	}
	if len(k.rules.Audiences) > 0 {
		claims["aud"] = k.rules.Audiences[0]
	}
	if len(k.rules.AuthorizedParties) > 0 {
		claims["azp"] = k.rules.AuthorizedParties[0]
	}
	maps.Copy(claims, test.Claims)
	options := slices.Clone(k.options)
	for name, value := range test.Header {
		options = append(options, WithHeader(name, value))
	}
	if len(k.rules.Algorithms) == 0 { // the contract of an emulator
		return unsigned(k.issuer.Token(claims, options...))
	}
	return k.issuer.Token(claims, options...)
}

// unsigned returns the token with its header replaced and no signature (RFC 7519
// §6).
func unsigned(token string) string {
	_, payload, _, _ := segments(token)
	return b64([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + payload + "."
}

// noNetwork is the transport of verifiers that must not fetch.
type noNetwork struct{}

func (noNetwork) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New(
		"a contract's tests fetch no keys: write claims, or give the contract static keys (jwks or pem)",
	)
}
