package core

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"time"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

// contractVersion marks the JSON of this package. Without it the JSON is read
// as the TypeScript package's wire form.
const contractVersion = 1

// wire is a contract in JSON. The first block is the wire form of
// @revstackhq/auth.
type wire struct {
	Provider      string  `json:"provider"`
	Strategy      string  `json:"strategy,omitempty"`
	JWKSURI       string  `json:"jwksUri,omitempty"`
	Issuer        Strings `json:"issuer,omitempty"`
	Audience      Strings `json:"audience,omitempty"`
	UserIDClaim   string  `json:"userIdClaim,omitempty"`
	SigningSecret Secret  `json:"signingSecret,omitempty"`

	Version                    int             `json:"version,omitempty"`
	SigningSecretEnv           string          `json:"signingSecretEnv,omitempty"`
	IssuerTemplate             string          `json:"issuerTemplate,omitempty"`
	Discovery                  bool            `json:"discovery,omitempty"`
	JWKS                       json.RawMessage `json:"jwks,omitempty"`
	PEM                        string          `json:"pem,omitempty"`
	Algorithms                 []string        `json:"algorithms,omitempty"`
	AuthorizedParties          []string        `json:"authorizedParties,omitempty"`
	RequireAuthorizedParty     bool            `json:"requireAuthorizedParty,omitempty"`
	UserIDFallbacks            []string        `json:"userIdFallbacks,omitempty"`
	RequiredClaims             []string        `json:"requiredClaims,omitempty"`
	ClaimRules                 []ClaimRule     `json:"claimRules,omitempty"`
	CheckKeyIssuer             bool            `json:"checkKeyIssuer,omitempty"`
	KeyUses                    []string        `json:"keyUses,omitempty"`
	TokenTypes                 []string        `json:"tokenTypes,omitempty"`
	Leeway                     seconds         `json:"leewaySeconds,omitempty"`
	MaxAge                     seconds         `json:"maxAgeSeconds,omitempty"`
	MaxTokenBytes              int             `json:"maxTokenBytes,omitempty"`
	Session                    *Mapping        `json:"session,omitempty"`
	InsecureAnyAudience        bool            `json:"insecureAnyAudience,omitempty"`
	InsecureAnyIssuer          bool            `json:"insecureAnyIssuer,omitempty"`
	InsecureNoExpiry           bool            `json:"insecureNoExpiry,omitempty"`
	InsecureShortSecret        bool            `json:"insecureShortSecret,omitempty"`
	InsecureHTTP               bool            `json:"insecureHttp,omitempty"`
	InsecurePrivateNetwork     bool            `json:"insecurePrivateNetwork,omitempty"`
	InsecureIgnoreConfirmation bool            `json:"insecureIgnoreConfirmation,omitempty"`
	InsecureEmulator           bool            `json:"insecureEmulator,omitempty"`

	// What a preset says to people; it decides nothing.
	IssuerHints map[string]string `json:"issuerHints,omitempty"`
	Warnings    []string          `json:"warnings,omitempty"`
}

// seconds is a duration as JSON's number of seconds.
type seconds time.Duration

// MarshalJSON writes seconds, with a fraction where there is one.
func (s seconds) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(s).Seconds()) }

// UnmarshalJSON reads a number of seconds.
func (s *seconds) UnmarshalJSON(data []byte) error {
	var n float64
	if err := json.Unmarshal(data, &n); err != nil {
		return err
	}
	const most = 1e9 // far beyond every bound, and safe to multiply
	if n > most || n < -most {
		return fmt.Errorf("%v seconds is out of range", n)
	}
	*s = seconds(math.Round(n * float64(time.Second))) // 0.29 s are not 289,999,999 ns
	return nil
}

// MarshalJSON writes the contract so that [ParseContract] reads it back equal.
// A secret that came from SecretEnv is named, one that was given literally is
// written as [REDACTED], which ParseContract refuses.
func (k *Contract) MarshalJSON() ([]byte, error) {
	if !k.valid() {
		return nil, &ConfigError{Field: "contract", Reason: "is nil or zero: make it with NewContract"}
	}
	r := k.c.rules
	w := wire{
		Version: contractVersion, Provider: r.Provider, JWKSURI: r.JWKSURL,
		Issuer: k.c.issuers, Audience: r.Audiences, UserIDClaim: r.UserIDClaim, SigningSecretEnv: r.SecretEnv,
		IssuerTemplate: r.IssuerTemplate, Discovery: r.Discovery, JWKS: r.JWKS, PEM: r.PEM,
		AuthorizedParties: r.AuthorizedParties, RequireAuthorizedParty: r.RequireAuthorizedParty,
		UserIDFallbacks: r.UserIDFallbacks, RequiredClaims: r.RequiredClaims, ClaimRules: r.ClaimRules,
		CheckKeyIssuer: r.CheckKeyIssuer, KeyUses: r.KeyUses, TokenTypes: r.TokenTypes, Leeway: seconds(r.Leeway), MaxAge: seconds(r.MaxAge), Session: &r.Session,
		InsecureAnyAudience: r.InsecureAnyAudience, InsecureAnyIssuer: r.InsecureAnyIssuer,
		InsecureNoExpiry: r.InsecureNoExpiry, InsecureShortSecret: r.InsecureShortSecret, InsecureHTTP: r.InsecureHTTP,
		InsecurePrivateNetwork:     r.InsecurePrivateNetwork,
		InsecureIgnoreConfirmation: r.InsecureIgnoreConfirmation, InsecureEmulator: r.InsecureEmulator,
		IssuerHints: r.IssuerHints, Warnings: r.Warnings,
	}
	if len(r.Algorithms) > 0 { // an emulator's contract may have none
		w.Strategy = r.Algorithms[0]
	}
	if len(r.Algorithms) > 1 {
		w.Algorithms = r.Algorithms
	}
	if r.MaxTokenBytes != defaultMaxTokenBytes {
		w.MaxTokenBytes = r.MaxTokenBytes
	}
	if k.c.secret != nil && r.SecretEnv == "" {
		w.SigningSecret = redacted
	}
	return json.Marshal(w)
}

// UnmarshalJSON is [ParseContract] into k.
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
// issuer, audience, userIdClaim, signingSecret). Unknown members are refused,
// for a misspelt check would be no check.
//
// The wire form may lack an audience, and with a secret an issuer. Such a
// contract is accepted as it stands, and Warnings tells what it leaves open.
// Package providers reads the wire form with the preset's own rules added.
func ParseContract(data []byte) (*Contract, error) {
	var w wire
	if err := strictUnmarshal(data, &w); err != nil {
		return nil, &ConfigError{Field: "contract", Reason: "is not a contract in JSON: " + err.Error()}
	}
	if w.Version != 0 && w.Version != contractVersion {
		return nil, &ConfigError{
			Field: "version", Value: itoa(w.Version),
			Reason: "is newer than this package: update auth-go, or write version " + itoa(contractVersion),
		}
	}
	if w.Strategy != "" && len(w.Algorithms) > 0 && !slices.Contains(w.Algorithms, w.Strategy) {
		return nil, &ConfigError{
			Field: "strategy", Value: quoted(w.Strategy), Reason: "is not among the algorithms: remove it, or name it there",
		}
	}
	if w.Version == 0 {
		w.InsecureAnyAudience = w.InsecureAnyAudience || len(w.Audience) == 0
		w.InsecureAnyIssuer = w.InsecureAnyIssuer || len(w.Issuer) == 0 && w.SigningSecret != ""
	}
	return NewContract(w.rules())
}

func (w *wire) rules() Rules {
	r := Rules{
		Provider: w.Provider, IssuerTemplate: w.IssuerTemplate, JWKSURL: w.JWKSURI, Discovery: w.Discovery,
		JWKS: w.JWKS, PEM: w.PEM, Secret: w.SigningSecret, SecretEnv: w.SigningSecretEnv, Algorithms: w.Algorithms,
		Audiences: w.Audience, AuthorizedParties: w.AuthorizedParties, RequireAuthorizedParty: w.RequireAuthorizedParty,
		UserIDClaim: w.UserIDClaim, UserIDFallbacks: w.UserIDFallbacks, RequiredClaims: w.RequiredClaims,
		ClaimRules: w.ClaimRules, CheckKeyIssuer: w.CheckKeyIssuer, KeyUses: w.KeyUses, TokenTypes: w.TokenTypes, Leeway: time.Duration(w.Leeway),
		MaxAge: time.Duration(w.MaxAge), MaxTokenBytes: w.MaxTokenBytes, InsecureAnyAudience: w.InsecureAnyAudience,
		InsecureAnyIssuer: w.InsecureAnyIssuer, InsecureNoExpiry: w.InsecureNoExpiry,
		InsecurePrivateNetwork: w.InsecurePrivateNetwork,
		InsecureShortSecret:    w.InsecureShortSecret, InsecureHTTP: w.InsecureHTTP,
		InsecureIgnoreConfirmation: w.InsecureIgnoreConfirmation, InsecureEmulator: w.InsecureEmulator,
		IssuerHints: w.IssuerHints, Warnings: w.Warnings,
	}
	if len(w.Issuer) > 0 {
		r.Issuer = w.Issuer[0]
	}
	if len(w.Issuer) > 1 {
		r.Issuers = w.Issuer[1:]
	}
	if len(r.Algorithms) == 0 && w.Strategy != "" {
		r.Algorithms = []string{w.Strategy}
	}
	if w.Session != nil {
		r.Session = *w.Session
	}
	return r
}

// strictUnmarshal refuses unknown and duplicate members, members in another
// case, and anything after the value: what a person reads first and what the
// decoder keeps must be the same. v is a pointer to a zero value.
func strictUnmarshal(data []byte, v any) error {
	if _, err := jose.ParseObject(data, jose.Limits{}); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	exact := reflect.New(reflect.TypeOf(v).Elem()) // encoding/json takes Audience for audience
	if err := jose.Decode(data, exact.Interface()); err != nil {
		return err
	}
	if !reflect.DeepEqual(exact.Interface(), v) {
		return errors.New("a member's name is not written in its exact case")
	}
	return nil
}
