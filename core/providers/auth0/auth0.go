// Package auth0 is the preset for access tokens of Auth0 (https://auth0.com).
//
//	contract, err := auth0.NewContract(auth0.Config{
//		Domain: "northwind.eu.auth0.com", Audience: []string{"https://api.northwind.example"},
//	})
//
// Auth0 signs ID tokens and access tokens with one key and one issuer. What
// keeps an ID token out of an API is the audience: an ID token's is a client
// id, an access token's the API's identifier.
package auth0

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// Config says which tenant and which API. Domain and Audience are required.
type Config struct {
	// Domain is the tenant's domain, such as northwind.eu.auth0.com, or its
	// custom domain; with or without https:// and a trailing slash. Its keys
	// serve all issuers of the tenant.
	Domain string `json:"domain,omitempty"`
	// CustomDomains are further domains of the same tenant. iss follows the
	// domain of the sign-in, so a tenant with a custom domain that is also
	// used by its canonical name has several.
	CustomDomains []string `json:"customDomains,omitempty"`

	// Audience is the API's identifier, of the page APIs; never a client id.
	// One of these must be in aud.
	Audience core.Strings `json:"audience,omitempty"`
	// InsecureAnyAudience accepts tokens for every API of the tenant.
	InsecureAnyAudience bool `json:"insecureAnyAudience,omitempty"`

	// Algorithms are the API's signing algorithm: RS256 by default, or PS256,
	// or HS256, which needs SigningSecret.
	Algorithms []string `json:"algorithms,omitempty"`
	// SigningSecret is the API's secret where it signs with HS256.
	// SigningSecretEnv names the environment variable that holds it.
	SigningSecret    core.Secret `json:"signingSecret,omitzero"`
	SigningSecretEnv string      `json:"signingSecretEnv,omitempty"`

	// ClientIDs are the applications that may have asked for the token; any
	// application of the tenant if empty.
	ClientIDs []string `json:"clientIds,omitempty"`
	// Organizations are the accepted values of org_id (org_…). A token without
	// an organization is refused then. Any, and none, if empty.
	Organizations []string `json:"organizations,omitempty"`

	// UserIDClaim is "sub" by default; a path as in core.Rules.
	UserIDClaim string `json:"userIdClaim,omitempty"`
	// RolesClaim is the claim in which your Action puts roles, such as
	// "https://northwind.example/roles". Auth0 sends none of its own accord.
	RolesClaim string `json:"rolesClaim,omitempty"`
	// Confirmation accepts tokens that are bound to a client's key: "dpop", "mtls"
	// or "either". ConfirmationRequired refuses all others. See core.Rules.
	Confirmation         string `json:"confirmation,omitempty"`
	ConfirmationRequired bool   `json:"confirmationRequired,omitempty"`

	// Leeway is 30 s by default, none if negative.
	Leeway time.Duration `json:"-"`
	// Adjust, if set, changes the rules before the contract is made of them: it
	// can add conditions that Config has no field for.
	Adjust func(*core.Rules) `json:"-"`
}

// NewContract returns the contract, or every mistake in cfg at once as
// [*core.ConfigError]. It does no I/O, except for reading the environment
// variable that SigningSecretEnv names.
func NewContract(cfg Config) (*core.Contract, error) {
	f := preset.Faults{Adjust: cfg.Adjust}
	f.Required("Domain", cfg.Domain, "the domain of the application's page, such as tenant.eu.auth0.com")
	base := domain(&f, "Domain", cfg.Domain)
	rules := core.Rules{
		Provider: "auth0", Issuer: slashed(base), Algorithms: cfg.algorithms(&f),
		Secret: cfg.SigningSecret, SecretEnv: cfg.SigningSecretEnv,
		Audiences: cfg.Audience, InsecureAnyAudience: cfg.InsecureAnyAudience,
		Confirmation: cfg.Confirmation, ConfirmationRequired: cfg.ConfirmationRequired,
		UserIDClaim: cfg.UserIDClaim, Leeway: cfg.Leeway, Session: cfg.mapping(),
		TokenTypes: []string{"", "JWT", "at+jwt"}, ClaimRules: cfg.rules(),
	}
	for _, audience := range cfg.Audience {
		if isClientID(audience) {
			rules.Warnings = append(rules.Warnings, "the audience "+audience+" looks like a client id: "+
				"an ID token without nonce is then accepted; set Audience to the API's identifier")
		}
	}
	for _, custom := range cfg.CustomDomains {
		rules.Issuers = append(rules.Issuers, slashed(domain(&f, "CustomDomains", custom)))
	}
	if slices.ContainsFunc(rules.Algorithms, func(alg string) bool { return alg != "HS256" }) {
		rules.JWKSURL = base + "/.well-known/jwks.json"
	}
	return f.Contract(rules, map[string]string{
		"Issuer": "Domain", "JWKSURL": "Domain", "Secret": "SigningSecret", "SecretEnv": "SigningSecretEnv",
		"Audiences": "Audience", "AuthorizedParties": "",
	})
}

// domain reads a host, however it was pasted.
func domain(f *preset.Faults, field, raw string) string {
	base := f.BaseURL(field, raw)
	if u, err := url.Parse(base); err == nil && u.Path != "" {
		f.Add(field, raw, "must be a domain without a path, such as tenant.eu.auth0.com")
	}
	return base
}

// isClientID reports whether s has the form of Auth0's client ids. The identifier
// of an API is a URL by convention.
func isClientID(s string) bool {
	return len(s) == 32 && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
}

// slashed ends an issuer as Auth0 does.
func slashed(base string) string {
	if base == "" {
		return ""
	}
	return base + "/"
}

func (c *Config) algorithms(f *preset.Faults) []string {
	secret := !c.SigningSecret.IsZero() || c.SigningSecretEnv != ""
	if len(c.Algorithms) == 0 {
		if secret {
			return []string{"HS256"}
		}
		return []string{"RS256"}
	}
	for _, alg := range c.Algorithms {
		switch {
		case !slices.Contains([]string{"RS256", "PS256", "HS256"}, alg):
			f.Add("Algorithms", alg, "is not an algorithm that Auth0 signs with: use RS256, PS256 or HS256")
		case alg == "HS256" && !secret:
			f.Missing("SigningSecret", "is required for HS256: copy the signing secret from the API's settings")
		}
	}
	return c.Algorithms
}

func (c *Config) rules() []core.ClaimRule {
	rules := []core.ClaimRule{
		{
			Claim:  "nonce",
			Absent: true,
			Reason: "an ID token has a nonce, and an ID token is for the application, not for an API",
		},
	}
	if c.InsecureAnyAudience {
		rules = append(rules, core.ClaimRule{
			Claim: "azp", Type: "string", Format: "nonEmpty", When: []core.ClaimRule{{Claim: "client_id", Absent: true}},
			Reason: "an access token names its client, an ID token does not; " +
				"without an audience nothing else distinguishes them",
		})
	}
	if len(c.ClientIDs) > 0 {
		const why = "the application is not one of the client ids"
		rules = append(rules,
			core.ClaimRule{
				Claim: "azp", OneOf: slices.Clone(c.ClientIDs), Code: core.CodePartyMismatch, Reason: why,
				When: []core.ClaimRule{{Claim: "client_id", Absent: true}},
			},
			// The RFC 9068 profile names the client in client_id.
			core.ClaimRule{
				Claim: "client_id", Optional: true, OneOf: slices.Clone(c.ClientIDs), Code: core.CodePartyMismatch, Reason: why,
			})
	}
	if len(c.Organizations) > 0 {
		rules = append(rules, core.ClaimRule{
			Claim:  "org_id",
			OneOf:  slices.Clone(c.Organizations),
			Reason: "the token is not for one of the accepted organizations",
		})
	}
	return rules
}

// mapping knows a machine by its grant or, where a tenant leaves gty out, by
// its subject <client id>@clients.
func (c *Config) mapping() core.Mapping {
	m := core.Mapping{
		OrganizationID:   preset.Refs("org_id"),
		OrganizationSlug: preset.Refs("org_name"),
		OrganizationName: preset.Refs("org_name"),
		OrganizationRole: []core.ClaimRef{}, Roles: []core.ClaimRef{}, Permissions: preset.Refs("permissions"),
		Scopes: preset.Refs("scope"), ClientID: preset.Refs("azp", "client_id"),
		Kinds: []core.KindRule{
			{Kind: core.KindMachine, When: []core.ClaimRule{{Claim: "gty", ContainsAny: []string{"client-credentials"}}}},
			{Kind: core.KindAccess, When: []core.ClaimRule{{Claim: "sub", NotSuffixes: []string{"@clients"}}}},
		},
		Kind: core.KindMachine,
	}
	if claim := strings.TrimSpace(c.RolesClaim); claim != "" {
		m.Roles = preset.Refs(claim)
	}
	return m
}
