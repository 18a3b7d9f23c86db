package core

import (
	"encoding/json"
	"reflect"
	"slices"
	"time"

	"github.com/revstackhq/auth-go/core/internal/faults"
	"github.com/revstackhq/auth-go/core/internal/strictjson"
)

// contractVersion marks the JSON of this package. Without it the JSON is read
// as the TypeScript package's wire form.
const contractVersion = 1

// contractJSON is the JSON form of a contract: [Rules], plus "strategy", the
// TypeScript package's name for its one algorithm.
type contractJSON struct {
	Version  int    `json:"version,omitempty"`
	Strategy string `json:"strategy,omitempty"`
	Rules
	// Tests are for package authtest and the command authdoctor. A contract does
	// not keep them.
	Tests json.RawMessage `json:"tests,omitempty"`
}

// writtenContract adds the durations in seconds; encoding/json would write nanoseconds.
type writtenContract struct {
	contractJSON
	LeewaySeconds seconds `json:"leewaySeconds,omitempty"`
	MaxAgeSeconds seconds `json:"maxAgeSeconds,omitempty"`
}

// wireMembers returns the members that the wire form may have: those of the
// TypeScript package, and signingSecretEnv and tests.
func wireMembers() []string {
	return []string{
		"provider", "strategy", "jwksUri", "issuer", "audience", "userIdClaim", "signingSecret", "signingSecretEnv", "tests",
	}
}

// seconds is a duration as JSON's number of seconds.
type seconds time.Duration

// MarshalJSON writes seconds, with a fraction where there is one.
func (s seconds) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(s).Seconds()) }

// MarshalJSON writes the contract so that [ParseContract] reads it back equal.
// For a secret from SecretEnv, it writes the variable's name. A secret that was
// given literally becomes [REDACTED], which ParseContract refuses.
func (k *Contract) MarshalJSON() ([]byte, error) {
	if !k.valid() {
		return nil, errNoContract()
	}
	r := k.c.rules
	w := writtenContract{contractJSON{Version: contractVersion, Rules: r}, seconds(r.Leeway), seconds(r.MaxAge)}
	if len(r.Algorithms) > 0 { // an emulator's contract may have none
		w.Strategy = r.Algorithms[0]
	}
	if len(r.Algorithms) == 1 {
		w.Algorithms = nil
	}
	if r.MaxTokenBytes == defaultMaxTokenBytes {
		w.MaxTokenBytes = 0
	}
	if k.c.secret != nil && r.SecretEnv == "" {
		w.Secret = NewSecret(redacted)
	}
	return json.Marshal(w)
}

// UnmarshalJSON replaces k with the contract that [ParseContract] reads from data.
func (k *Contract) UnmarshalJSON(data []byte) error {
	parsed, err := ParseContract(data)
	if err != nil {
		return err
	}
	*k = *parsed
	return nil
}

// ParseContract reads a contract from JSON: what MarshalJSON wrote, or the wire
// form of the TypeScript package @revstackhq/auth (provider, strategy, jwksUri,
// issuer, audience, userIdClaim, signingSecret).
//
// Names are exact. Unknown members, duplicates, null and members that are
// present but empty are refused: a misspelled check would have no effect, and an
// unset variable in a template must not disable one. Every mistake is returned,
// as [*ConfigError] with the JSON name and the position.
//
// A member "tests" is accepted and has no effect on the contract: it holds tests
// of the contract, which authtest.RunContract runs.
//
// The wire form may lack an audience, and with a secret an issuer. Such a
// contract is accepted as it is, and Warnings says what it leaves unchecked. JSON
// with any other member must name both, or say InsecureAnyAudience and
// InsecureAnyIssuer. Package providers reads the wire form with the preset's own
// rules added.
func ParseContract(data []byte) (*Contract, error) {
	var j contractJSON
	document, problems := strictjson.Parse(data)
	if problems == nil {
		problems = document.Decode(&j)
	}
	if len(problems) > 0 {
		return nil, withProvider(errorsOf("contract", data, problems), j.Provider)
	}
	f := configErrors{Names: rulesJSON()}
	if !document.Has("algorithms") && !document.Has("version") {
		f.Names["Algorithms"] = "strategy" // as the wire form calls it
	}
	if document.Has("version") && j.Version != contractVersion {
		f.Invalid(
			"version",
			faults.Plain(j.Version),
			"is not a version this package reads: update auth-go, or write version %d",
			contractVersion,
		)
	}
	switch {
	case len(j.Algorithms) == 0 && j.Strategy != "":
		j.Algorithms = []string{j.Strategy}
	case j.Strategy != "" && !slices.Contains(j.Algorithms, j.Strategy):
		f.Conflict("strategy", faults.Show(j.Strategy), "is not among {Algorithms}: remove it, or name it there")
	}
	isWire := !slices.ContainsFunc(
		document.Names(),
		func(name string) bool { return !slices.Contains(wireMembers(), name) },
	)
	if isWire {
		j.InsecureAnyAudience = !document.Has("audience")
		j.InsecureAnyIssuer = !document.Has("issuer") && (!j.Secret.IsZero() || j.SecretEnv != "")
	}
	contract, err := newContract(j.Rules, f.Names)
	if f.Empty() && err == nil {
		return contract, nil
	}
	f.Append(err)
	err = withProvider(f.Err(), j.Provider)
	for _, e := range ConfigErrors(err) {
		e.Line, e.Column = document.Position(e.Field)
	}
	return nil, err
}

// rulesJSON returns the JSON names of the fields of [Rules].
func rulesJSON() faults.Names { return strictjson.Names(reflect.TypeFor[Rules]()) }

// errorsOf converts a document's problems to configuration errors. A problem with
// the document as a whole gets the field whole.
func errorsOf(whole string, data []byte, problems []strictjson.Problem) error {
	var f configErrors
	for _, p := range problems {
		e := &ConfigError{
			Field:  p.Path,
			Kind:   faults.Invalid,
			Reason: p.Reason,
		}
		if p.Path == "" {
			e.Field = whole
		}
		if p.Empty {
			e.Kind = faults.Missing
		}
		e.Line, e.Column = strictjson.LineColumn(data, p.Offset)
		f.Append(e)
	}
	return f.Err()
}
