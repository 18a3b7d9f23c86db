// Package oidc is the preset for any OpenID Connect or OAuth 2.0 issuer that
// publishes a discovery document.
//
//	contract, err := oidc.NewContract(oidc.Config{Issuer: "https://id.example.com", Audience: []string{"https://api.example.com"}})
//
// The keys' URL is found at the issuer when the first token needs it, and the
// document's issuer must equal the configured one (OpenID Connect Discovery 1.0
// §4.3).
package oidc

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// Config says which issuer to trust. Issuer and Audience are required.
type Config struct {
	// Issuer is the exact value of iss, with or without a trailing slash as
	// the issuer writes it.
	Issuer string `json:"issuer"`
	// Audience is this service's identifier; one of these must be in aud.
	Audience core.Strings `json:"audience,omitempty"`
	// InsecureAnyAudience accepts tokens for every service of the issuer.
	InsecureAnyAudience bool `json:"insecureAnyAudience,omitempty"`
	// JWKSURL replaces discovery, for issuers without a document.
	JWKSURL string `json:"jwksUri,omitempty"`
	// Algorithms are RS256 by default, the one that every issuer must have
	// (OpenID Connect Core §15.1).
	Algorithms []string `json:"algorithms,omitempty"`
	// AuthorizedParties are the accepted clients (azp). A token without azp is
	// refused then, unless InsecureMissingParty is set.
	AuthorizedParties []string `json:"authorizedParties,omitempty"`
	// InsecureMissingParty accepts tokens without azp although AuthorizedParties
	// is set.
	InsecureMissingParty bool `json:"insecureMissingParty,omitempty"`
	// TokenTypes are the accepted values of the header typ. "at+jwt" alone
	// keeps ID tokens out, if the issuer follows RFC 9068.
	TokenTypes []string `json:"tokenTypes,omitempty"`
	// UserIDClaim is "sub" by default; a dotted path.
	UserIDClaim string `json:"userIdClaim,omitempty"`
	// RequiredClaims must be there, ClaimRules must hold.
	RequiredClaims []string         `json:"requiredClaims,omitempty"`
	ClaimRules     []core.ClaimRule `json:"claimRules,omitempty"`
	// KeyUses are the accepted values of a key's use; "sig", and none, by
	// default. A SPIFFE bundle's keys have "jwt-svid".
	KeyUses []string `json:"keyUses,omitempty"`
	// Session maps the issuer's claims to the session's values. By default, Kinds
	// recognizes ID tokens (nonce, at_hash) and machines (sub is client_id, as
	// RFC 9068 §5 requires for the client credentials grant). Ory Hydra keeps
	// custom claims in ext: name "ext.roles".
	Session core.Mapping `json:"session,omitzero"`
	// Confirmation accepts tokens that are bound to a client's key: "dpop", "mtls"
	// or "either". ConfirmationRequired refuses all others. See core.Rules.
	Confirmation         string `json:"confirmation,omitempty"`
	ConfirmationRequired bool   `json:"confirmationRequired,omitempty"`

	// Leeway is 30 s by default; MaxAge bounds the time since iat.
	Leeway time.Duration `json:"-"`
	MaxAge time.Duration `json:"-"`
}

// Claims are those of RFC 9068 access tokens and OpenID Connect ID tokens.
type Claims struct {
	Issuer          string       `json:"iss"`
	Subject         string       `json:"sub"`
	Audience        core.Strings `json:"aud"`
	ExpiresAt       float64      `json:"exp"` // seconds since 1970
	NotBefore       float64      `json:"nbf,omitempty"`
	IssuedAt        float64      `json:"iat"`
	AuthTime        float64      `json:"auth_time,omitempty"`
	ID              string       `json:"jti,omitempty"`
	ClientID        string       `json:"client_id,omitempty"`
	AuthorizedParty string       `json:"azp,omitempty"`
	Scope           string       `json:"scope,omitempty"`
	// Scopes (scp) are an array in place of Scope, with Ory Hydra and Okta.
	Scopes core.Strings `json:"scp,omitempty"`
	// Groups and Roles have no standard form: those of another shape than a
	// string or an array of strings are left out.
	Groups Names `json:"groups,omitempty"`
	Roles  Names `json:"roles,omitempty"`
	// Actor is who acts as the subject (RFC 8693 §4.1).
	Actor         *Actor   `json:"act,omitempty"`
	SessionID     string   `json:"sid,omitempty"`
	Nonce         string   `json:"nonce,omitempty"`
	ACR           string   `json:"acr,omitempty"`
	AMR           []string `json:"amr,omitempty"`
	Email         string   `json:"email,omitempty"`
	EmailVerified bool     `json:"email_verified,omitempty"`
	Name          string   `json:"name,omitempty"`
}

// Actor is the claim act.
type Actor struct {
	Issuer  string `json:"iss,omitempty"`
	Subject string `json:"sub"`
	// Actor is who acted before, if the token was exchanged several times.
	Actor *Actor `json:"act,omitempty"`
}

// Names is a list of names, out of a string or an array of strings. Issuers also
// write objects: those leave it empty, so that the other claims can be read.
type Names []string

// UnmarshalJSON reads JSON of every shape.
func (n *Names) UnmarshalJSON(data []byte) error {
	var names core.Strings
	if json.Unmarshal(data, &names) != nil {
		names = nil
	}
	*n = Names(names)
	return nil
}

// NewContract returns the contract, or every mistake in cfg at once as
// [*core.ConfigError]. It does no I/O.
func NewContract(cfg Config) (*core.Contract, error) {
	var f preset.Faults
	f.Required("Issuer", cfg.Issuer, "the exact value of the tokens' iss claim")
	discovery := cfg.JWKSURL == ""
	switch {
	case strings.TrimSpace(cfg.Issuer) == "":
		cfg.Issuer = unknownIssuer
	case discovery && !strings.Contains(cfg.Issuer, "://"):
		f.Add(
			"Issuer",
			cfg.Issuer,
			"is not a URL, and so has no discovery document: write https://… as in the tokens' iss, or set {JWKSURL}",
		)
		cfg.Issuer = unknownIssuer
	}
	if cfg.Session.Kinds == nil {
		cfg.Session.Kinds = kinds()
	}
	return f.ContractWithPlaceholders(core.Rules{
		Provider: "oidc", Issuer: cfg.Issuer, Discovery: discovery, JWKSURL: cfg.JWKSURL, Algorithms: cfg.Algorithms,
		Audiences: cfg.Audience, InsecureAnyAudience: cfg.InsecureAnyAudience,
		AuthorizedParties: cfg.AuthorizedParties, InsecureMissingParty: cfg.InsecureMissingParty,
		TokenTypes: cfg.TokenTypes, UserIDClaim: cfg.UserIDClaim, RequiredClaims: cfg.RequiredClaims,
		Confirmation: cfg.Confirmation, ConfirmationRequired: cfg.ConfirmationRequired,
		ClaimRules: cfg.ClaimRules, KeyUses: cfg.KeyUses, Session: cfg.Session, Leeway: cfg.Leeway, MaxAge: cfg.MaxAge,
	}, map[string]string{"Audiences": "Audience"})
}

// kinds knows an ID token by what only the authorization endpoint's answer has
// (OpenID Connect Core §2, §3.1.3.6), and a machine by its subject.
func kinds() []core.KindRule {
	return []core.KindRule{
		{Kind: core.KindMachine, When: []core.ClaimRule{{Claim: "sub", SameAs: "client_id"}}},
		{Kind: core.KindID, When: []core.ClaimRule{{Claim: "nonce", Type: "string"}}},
		{Kind: core.KindID, When: []core.ClaimRule{{Claim: "at_hash", Type: "string"}}},
	}
}

// unknownIssuer is used after a mistake in the configuration, so that the
// other mistakes are found too. No contract is made with it.
const unknownIssuer = "https://issuer.invalid"
