// Package kinde is the preset for Kinde (https://kinde.com).
//
//	contract, err := kinde.NewContract(kinde.Config{Domain: "your-business.kinde.com", Audience: []string{"https://api.example.com"}})
//
// It accepts access tokens. Their audience is an array that is empty when the
// application asked for no API: register the API and ask for it, or name the
// applications with ClientIDs.
package kinde

import (
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// Config says which business to trust. Domain is required, and one of Audience
// and ClientIDs.
type Config struct {
	// Domain is your Kinde domain, your-business.kinde.com, or the custom
	// domain: the one that sign-in uses is in iss.
	Domain string `json:"domain"`
	// Audience is the audience of an API registered in Settings, APIs.
	Audience core.Strings `json:"audience,omitempty"`
	// ClientIDs are the applications (azp) whose tokens are accepted.
	ClientIDs []string `json:"clientIds,omitempty"`
	// InsecureAnyAudience accepts tokens of every application of the business,
	// for any API and for none.
	InsecureAnyAudience bool `json:"insecureAnyAudience,omitempty"`
	// Organizations restricts access to these organizations (org_code).
	Organizations []string `json:"organizations,omitempty"`
	// AllowMachines accepts tokens of machine-to-machine applications. They
	// have no sub: the user id is then the client id (azp), the kind machine.
	AllowMachines bool `json:"allowMachines,omitempty"`
	// Leeway is 30 s by default.
	Leeway time.Duration `json:"-"`
}

// NewContract returns the contract, or every mistake in cfg at once as
// [*core.ConfigError]. It does no I/O.
func NewContract(cfg Config) (*core.Contract, error) {
	var f preset.Faults
	f.Required("Domain", cfg.Domain, "copy the domain from Settings, Applications, Details")
	issuer := f.BaseURL("Domain", cfg.Domain)
	if strings.Contains(strings.TrimPrefix(issuer, "https://"), "/") {
		f.Add("Domain", cfg.Domain, "must be a host alone: your-business.kinde.com")
	}
	bound := len(cfg.Audience) > 0 || len(cfg.ClientIDs) > 0
	switch {
	case !bound && !cfg.InsecureAnyAudience:
		f.Missing("Audience", "is required, or {ClientIDs}: register the API and ask for its audience at sign-in, "+
			"or name the applications whose tokens you accept")
	case bound && cfg.InsecureAnyAudience:
		f.Conflict("InsecureAnyAudience", "true", "{Audience} or {ClientIDs} are named: remove one of the two")
	}
	rules := core.Rules{
		Provider: "kinde", Issuer: issuer,
		JWKSURL:             issuer + "/.well-known/jwks", // without .json
		Algorithms:          []string{"RS256"},
		Audiences:           f.Values("Audience", cfg.Audience),
		InsecureAnyAudience: len(cfg.Audience) == 0,
		AuthorizedParties:   f.Values("ClientIDs", cfg.ClientIDs),
		ClaimRules:          cfg.rules(&f), TokenTypes: []string{"", "JWT", "at+jwt"}, Leeway: cfg.Leeway, Session: mapping(),
	}
	if cfg.AllowMachines {
		rules.UserIDFallbacks = []string{"azp"}
	}
	return f.Contract(rules, map[string]string{
		"Issuer": "Domain", "JWKSURL": "Domain", "Audiences": "Audience", "AuthorizedParties": "ClientIDs",
	})
}

const clientCredentials = "client_credentials"

func (c *Config) rules(f *preset.Faults) []core.ClaimRule {
	machine := core.ClaimRule{Claim: "gty", ContainsAny: []string{clientCredentials}}
	rules := []core.ClaimRule{
		{Claim: "scp", Type: "array", Reason: "an access token lists its scopes, an ID token has none"},
	}
	if c.AllowMachines {
		rules = append(rules, core.ClaimRule{
			Claim: "sub", Format: "nonEmpty", When: []core.ClaimRule{{
				Claim: "gty", Optional: true, NoneOf: []string{clientCredentials},
			}}, Reason: "the user id of a person never falls back to the client id",
		}, core.ClaimRule{Claim: "sub", Absent: true, When: []core.ClaimRule{machine}, Reason: "a machine has no subject"})
	} else {
		rules = append(rules, core.ClaimRule{
			Claim: "gty", Optional: true, NoneOf: []string{clientCredentials},
			Reason: "the token is an application's, not a person's",
		})
	}
	if len(c.Organizations) > 0 {
		rules = append(rules, core.ClaimRule{
			Claim: "org_code", OneOf: f.Values("Organizations", c.Organizations), Reason: "the organization signed in to",
		})
	}
	return rules
}

func mapping() core.Mapping {
	return core.Mapping{
		OrganizationID: preset.Refs("org_code"), OrganizationName: preset.Refs("org_name"),
		// With the roles switched on each is an object.
		Roles: []core.ClaimRef{{Path: "roles", Field: "key"}}, Permissions: preset.Refs("permissions"),
		Scopes: preset.Refs("scp", "scope"), ClientID: preset.Refs("azp"), Kind: core.KindAccess,
		Kinds: []core.KindRule{{
			Kind: core.KindMachine, When: []core.ClaimRule{{Claim: "gty", ContainsAny: []string{clientCredentials}}},
		}},
	}
}
