package core

import (
	"encoding/json"
	"time"
)

// Rules defines a [Contract]. Provider presets fill it; write it yourself for
// an issuer without a preset. NewContract copies it: later changes to the
// value have no effect.
//
// The JSON names are those of [ParseContract]. Leeway and MaxAge are written as
// leewaySeconds and maxAgeSeconds.
type Rules struct {
	// Provider is the preset's slug, "custom" if empty. It has no effect on what
	// is accepted.
	Provider string `json:"provider"`

	// Issuer is the exact value of iss (RFC 7519 §4.1.1). A value with a scheme
	// must be https, or http on loopback, without user info, query or fragment.
	Issuer string `json:"issuer,omitempty"`
	// Issuers are additional accepted values, for one party with several names
	// (custom domains, satellites). All of them have the same keys.
	Issuers []string `json:"issuers,omitempty"`
	// IssuerTemplate accepts https://host/{claim}/… with the token's own
	// top-level string claim put in place of {claim}, for multi-tenant issuers
	// such as Microsoft Entra. Restrict the claim with ClaimRules.
	IssuerTemplate string `json:"issuerTemplate,omitempty"`

	// IssuerHints explain unexpected issuers in the detail of a refusal. A key of
	// the map is the beginning of iss, or "" for a token without iss; the hint of
	// the longest key that fits is added. Hints do not change what is accepted.
	IssuerHints map[string]string `json:"issuerHints,omitempty"`

	// JWKSURL is where the issuer publishes its keys (RFC 7517 §5).
	JWKSURL string `json:"jwksUri,omitempty"`
	// ExternalKeys says that the keys come from the source that the verifier is given by [WithKeySource], such as a KMS
	// or a database, and not from a URL or a set in the contract.
	ExternalKeys bool `json:"externalKeys,omitempty"`
	// Discovery finds the JWKS URL in the issuer's OpenID configuration.
	Discovery bool `json:"discovery,omitempty"`
	// KeyURLTemplate is for an issuer that publishes each key as PEM at a URL of its
	// own, https://host/path/{kid}, and no set. A token's kid has to be a UUID:
	// anything else is refused before a URL is made of it. A key is fetched when a
	// token first names it, so [Verifier.Ready] fetches nothing.
	KeyURLTemplate string `json:"keyUrlTemplate,omitempty"`
	// JWKS is a static key set, PEM one or several static public keys or
	// certificates: no network is used.
	JWKS json.RawMessage `json:"jwks,omitempty"`
	PEM  string          `json:"pem,omitempty"`
	// Secret is the key of HS256, HS384 and HS512: at least as long as the
	// hash (RFC 7518 §3.2). It may be combined with one of the above while a
	// provider migrates; the algorithm then chooses.
	Secret Secret `json:"signingSecret,omitzero"`
	// SecretEnv names the environment variable that holds the secret, in place of
	// Secret. JSON has only this name. NewContract reads the variable once.
	SecretEnv string `json:"signingSecretEnv,omitempty"`

	// Algorithms are the accepted values of alg. Default: RS256 for keys, HS256
	// for a secret. A token never chooses outside this list (RFC 8725 §3.1).
	Algorithms []string `json:"algorithms,omitempty"`

	// Audiences: the token's audience must contain one of them (RFC 7519 §4.1.3).
	// Required, unless InsecureAnyAudience is set.
	Audiences Strings `json:"audience,omitempty"`
	// AuthorizedParties are the accepted values of azp. A token without azp is
	// refused, unless InsecureMissingParty is set.
	AuthorizedParties []string `json:"authorizedParties,omitempty"`

	// UserIDClaim is the path of the user id, "sub" by default: dotted
	// (`app.user_id`; `\.` is a literal dot), an RFC 6901 JSON Pointer if it
	// starts with "/", or a namespaced claim's whole name if it contains "/"
	// or ":". The value must be a non-empty string without control characters.
	UserIDClaim string `json:"userIdClaim,omitempty"`
	// UserIDFallbacks are the paths to try, in order, if the claim at UserIDClaim is absent or "".
	UserIDFallbacks []string `json:"userIdFallbacks,omitempty"`

	// NumericUserID accepts a user id that is an integer, and returns it as
	// canonical decimal: 42, never 42.0, 4.2e1 or -0. A database whose ids are
	// both numbers and strings must not set it: "42" and 42 become one user.
	NumericUserID bool `json:"numericUserId,omitempty"`

	// RequiredClaims are paths that must be present, and not null.
	RequiredClaims []string `json:"requiredClaims,omitempty"`
	// ClaimRules are the provider's further conditions.
	ClaimRules []ClaimRule `json:"claimRules,omitempty"`
	// CheckKeyIssuer requires the issuer that a published key names in its
	// member "issuer" to match the token's iss, so that one tenant's key can't
	// sign for another tenant. Keys without that member sign for any issuer.
	CheckKeyIssuer bool `json:"checkKeyIssuer,omitempty"`
	// KeyIssuerClaims are the claims that replace placeholders in a key's issuer:
	// with {"tenantid": "tid"}, https://login.example/{tenantid}/v2.0 matches
	// tokens whose tid is that part of their iss. A key with a placeholder that
	// is not named here cannot sign tokens.
	KeyIssuerClaims map[string]string `json:"keyIssuerClaims,omitempty"`
	// KeyUses are the accepted values of a published key's "use" (RFC 7517
	// §4.2), and "" accepts its absence. Default: "sig" and absence. A SPIFFE
	// bundle marks its keys for tokens "jwt-svid". It needs a key set: a PEM
	// block carries no use.
	KeyUses []string `json:"keyUses,omitempty"`
	// TokenTypes are the accepted values of the header's typ, compared without
	// case and without "application/" (RFC 8725 §3.11). "" accepts its absence.
	// Default: anything but the types of other tokens that are signed with the
	// same keys, such as logout+jwt; naming such a type here accepts it.
	TokenTypes []string `json:"tokenTypes,omitempty"`

	// PaddedSegments accepts tokens whose three segments are all padded with =
	// to a multiple of four characters, and those that follow RFC 7515 §2. AWS
	// load balancers write such tokens. The signature covers the padding.
	PaddedSegments bool `json:"paddedSegments,omitempty"`

	// Confirmation says which tokens that are bound to a client's key (cnf, RFC
	// 7800) are accepted, each with the proof that its sender holds the key:
	//   - "refuse", the default: none.
	//   - "dpop": those with cnf.jkt, sent by the DPoP scheme with a proof (RFC
	//     9449). A guard needs guard.ExternalURL or guard.TrustedProxies for it.
	//   - "mtls": those with cnf.x5t#S256, sent over a connection with that client
	//     certificate (RFC 8705 §3).
	//   - "either": both, and tokens that are bound to both.
	// A bound token is never accepted without its proof, and not by the Bearer
	// scheme if it has cnf.jkt.
	Confirmation string `json:"confirmation,omitempty"`
	// ConfirmationRequired refuses tokens that are not bound to a key.
	ConfirmationRequired bool `json:"confirmationRequired,omitempty"`

	// Leeway is the tolerated clock difference: 30 s if 0, none if negative, at
	// least 1 ms and at most 10 min otherwise.
	Leeway time.Duration `json:"-"`
	// MaxAge bounds the time since iat, to at most ten years; 0 means no bound.
	// It makes iat required.
	MaxAge time.Duration `json:"-"`
	// MaxTokenBytes bounds the token before it is read: 16 KiB if 0.
	MaxTokenBytes int `json:"maxTokenBytes,omitempty"`

	// Session names the claims that hold the values of the normalized session.
	Session Mapping `json:"session,omitzero"`

	// Warnings are sentences for [Contract.Warnings] about what a preset's
	// configuration leaves unchecked, each with the field that checks it.
	Warnings []string `json:"warnings,omitempty"`

	// FieldNames are the names that errors and warnings use for fields of Rules, if
	// a preset's own configuration has other names: {"Audiences": "Audience"}. ""
	// marks a field that it does not have, so that no warning suggests setting it.
	// They have no effect on which tokens are accepted.
	FieldNames map[string]string `json:"fieldNames,omitempty"`

	// InsecureAnyAudience accepts tokens with any audience or without one.
	InsecureAnyAudience bool `json:"insecureAnyAudience,omitempty"`
	// InsecureAnyIssuer accepts any issuer and tokens without one: only the keys
	// decide.
	InsecureAnyIssuer bool `json:"insecureAnyIssuer,omitempty"`
	// InsecureMissingParty accepts tokens without azp although AuthorizedParties
	// is set: native apps and a provider's backend API obtain such tokens.
	InsecureMissingParty bool `json:"insecureMissingParty,omitempty"`
	// InsecureNoExpiry accepts tokens without exp.
	InsecureNoExpiry bool `json:"insecureNoExpiry,omitempty"`
	// InsecureShortSecret accepts a Secret shorter than its hash.
	InsecureShortSecret bool `json:"insecureShortSecret,omitempty"`
	// InsecureHTTP accepts http URLs outside loopback for issuer and keys.
	InsecureHTTP bool `json:"insecureHttp,omitempty"`
	// InsecurePrivateNetwork fetches keys from private, loopback, link-local and
	// reserved addresses even where a tenant chose the host: the contract came
	// from a resolver, or a discovery document names a host that the contract
	// does not. Without it such a fetch is refused when it is dialed, unless
	// the contract itself states the address.
	InsecurePrivateNetwork bool `json:"insecurePrivateNetwork,omitempty"`
	// InsecureIgnoreConfirmation accepts a token bound to a client's key (cnf,
	// RFC 7800) as if it were a bearer token.
	InsecureIgnoreConfirmation bool `json:"insecureIgnoreConfirmation,omitempty"`
	// InsecureEmulator accepts unsigned tokens (alg "none") of a development
	// emulator such as Firebase's. Never set it on a service that others can reach.
	InsecureEmulator bool `json:"insecureEmulator,omitempty"`
}

// Defaults of [Rules].
const (
	defaultLeeway        = 30 * time.Second
	minDuration          = time.Millisecond // less is a number without a unit
	maxLeeway            = 10 * time.Minute
	maxMaxAge            = 10 * 365 * 24 * time.Hour
	defaultMaxTokenBytes = 16 << 10
	maxMaxTokenBytes     = 1 << 20
	maxUserIDBytes       = 512
)
