// Package custom is the preset for tokens of your own issuer: signed with
// a shared secret, or with keys that you publish or ship.
//
//	contract, err := custom.NewContract(custom.Config{
//		SigningSecret: core.NewSecret(os.Getenv("JWT_SECRET")), Issuer: "my-gateway", Audience: []string{"my-api"},
//	})
package custom

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// Config says how tokens are signed and what they must say. One of
// SigningSecret, SigningSecretEnv, JWKSURL, JWKS and PEM is required. A secret
// may accompany keys while you change from one to the other: name the
// Algorithms of both then, the token's chooses.
type Config struct {
	// SigningSecret is the key of HS256, HS384 or HS512, at least as long as
	// the hash: 32, 48 or 64 bytes.
	SigningSecret core.Secret `json:"signingSecret,omitzero"`
	// SigningSecretEnv names the environment variable that holds it.
	SigningSecretEnv string `json:"signingSecretEnv,omitempty"`
	// JWKSURL is where the keys are published.
	JWKSURL string `json:"jwksUri,omitempty"`
	// JWKS is a static key set; PEM are static public keys or certificates.
	JWKS json.RawMessage `json:"jwks,omitempty"`
	PEM  string          `json:"pem,omitempty"`
	// Algorithms are HS256 for a secret and RS256 for keys by default.
	Algorithms []string `json:"algorithms,omitempty"`

	// Issuer is the exact iss. InsecureAnyIssuer accepts any.
	Issuer            string `json:"issuer,omitempty"`
	InsecureAnyIssuer bool   `json:"insecureAnyIssuer,omitempty"`
	// Audience: one of these must be in aud. InsecureAnyAudience accepts any.
	Audience            core.Strings `json:"audience,omitempty"`
	InsecureAnyAudience bool         `json:"insecureAnyAudience,omitempty"`

	// UserIDClaim is "sub" by default; a dotted path.
	UserIDClaim string `json:"userIdClaim,omitempty"`
	// NumericUserID accepts a user id that is an integer, as canonical decimal.
	NumericUserID bool `json:"numericUserId,omitempty"`
	// RequiredClaims must be there, ClaimRules must hold.
	RequiredClaims []string         `json:"requiredClaims,omitempty"`
	ClaimRules     []core.ClaimRule `json:"claimRules,omitempty"`
	// TokenTypes are the accepted values of the header typ; any if empty.
	TokenTypes []string `json:"tokenTypes,omitempty"`
	// Session maps your claims to the session's values.
	Session core.Mapping `json:"session,omitzero"`
	// Confirmation accepts tokens that are bound to a client's key: "dpop", "mtls"
	// or "either". ConfirmationRequired refuses all others. See core.Rules.
	Confirmation         string `json:"confirmation,omitempty"`
	ConfirmationRequired bool   `json:"confirmationRequired,omitempty"`

	// Leeway is 30 s by default; MaxAge bounds the time since iat.
	Leeway time.Duration `json:"-"`
	MaxAge time.Duration `json:"-"`
	// InsecureShortSecret accepts a secret shorter than its hash.
	InsecureShortSecret bool `json:"insecureShortSecret,omitempty"`
}

// Claims are the registered claims of RFC 7519. Embed it in a struct with your
// own.
type Claims struct {
	Issuer    string       `json:"iss,omitempty"`
	Subject   string       `json:"sub,omitempty"`
	Audience  core.Strings `json:"aud,omitempty"`
	ExpiresAt float64      `json:"exp,omitempty"` // seconds since 1970
	NotBefore float64      `json:"nbf,omitempty"`
	IssuedAt  float64      `json:"iat,omitempty"`
	ID        string       `json:"jti,omitempty"`
}

// NewContract returns the contract, or every mistake in cfg at once as
// [*core.ConfigError]. It does no I/O.
func NewContract(cfg Config) (*core.Contract, error) {
	var f preset.Faults
	rules := core.Rules{
		Provider: "custom", Secret: cfg.SigningSecret, SecretEnv: cfg.SigningSecretEnv, JWKSURL: cfg.JWKSURL, JWKS: cfg.JWKS,
		PEM: cfg.PEM, Algorithms: cfg.Algorithms, Issuer: cfg.Issuer, InsecureAnyIssuer: cfg.InsecureAnyIssuer,
		Audiences:           cfg.Audience,
		InsecureAnyAudience: cfg.InsecureAnyAudience,
		UserIDClaim:         cfg.UserIDClaim,
		NumericUserID:       cfg.NumericUserID,
		RequiredClaims:      cfg.RequiredClaims, ClaimRules: cfg.ClaimRules, TokenTypes: cfg.TokenTypes, Session: cfg.Session,
		Confirmation: cfg.Confirmation, ConfirmationRequired: cfg.ConfirmationRequired,
		Leeway: cfg.Leeway, MaxAge: cfg.MaxAge, InsecureShortSecret: cfg.InsecureShortSecret,
	}
	if cfg.SigningSecret.IsZero() && cfg.SigningSecretEnv == "" && cfg.JWKSURL == "" && len(cfg.JWKS) == 0 &&
		cfg.PEM == "" {
		f.Missing("SigningSecret", "is required: set it, or one of {SigningSecretEnv}, {JWKSURL}, {JWKS} and {PEM}")
		standIn(&rules)
	}
	return f.ContractWithPlaceholders(rules, map[string]string{
		"Secret": "SigningSecret", "SecretEnv": "SigningSecretEnv", "Audiences": "Audience",
		"Discovery": "", "KeyURLTemplate": "", // Config has no such field
	})
}

// standIn fills in keys after their absence was reported, so that the other mistakes
// are found too. No contract is made with them.
func standIn(rules *core.Rules) {
	symmetric := func(alg string) bool { return strings.HasPrefix(alg, "HS") }
	if len(rules.Algorithms) == 0 || slices.ContainsFunc(rules.Algorithms, symmetric) {
		rules.Secret = core.NewSecret(strings.Repeat("-", 64))
	}
	if slices.ContainsFunc(rules.Algorithms, func(alg string) bool { return !symmetric(alg) }) {
		rules.JWKSURL = "https://keys.invalid"
	}
}
