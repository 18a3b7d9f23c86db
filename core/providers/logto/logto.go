// Package logto is the preset for Logto (https://logto.io).
//
//	contract, err := logto.NewContract(logto.Config{Endpoint: "https://your-tenant.logto.app", Audience: []string{"https://api.example.com"}})
//
// It accepts access tokens for an API resource, or for organizations. Without a
// resource in the sign-in request Logto's access tokens are opaque and can't be
// verified.
package logto

import (
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// Config says which tenant to trust. Endpoint is required, and one of Audience,
// Organizations and AnyOrganization.
type Config struct {
	// Endpoint is the Logto endpoint of the application's details page,
	// https://<tenant>.logto.app or the custom domain. An issuer that ends with
	// /oidc is understood too.
	Endpoint string `json:"endpoint"`
	// Audience is the API identifier (resource indicator) of the API resource.
	Audience core.Strings `json:"audience,omitempty"`
	// Organizations are ids of organizations whose organization tokens (aud
	// urn:logto:organization:<id>) are accepted, in addition to Audience.
	Organizations []string `json:"organizations,omitempty"`
	// AnyOrganization accepts the organization tokens of every organization of
	// the tenant, and no other tokens: the session's organization says whose.
	AnyOrganization bool `json:"anyOrganization,omitempty"`
	// AllowMachines accepts tokens of machine-to-machine applications, kind
	// machine. Their user id is the application's.
	AllowMachines bool `json:"allowMachines,omitempty"`
	// Algorithms are ES384, which current tenants sign with, and RS256, for
	// tenants with RSA keys, by default: the key decides.
	Algorithms []string `json:"algorithms,omitempty"`
	// Leeway is 30 s by default.
	Leeway time.Duration `json:"-"`
}

// organizationAudience is followed by the organization's id.
const organizationAudience = "urn:logto:organization:"

// NewContract returns the contract, or every mistake in cfg at once as
// [*core.ConfigError]. It does no I/O.
func NewContract(cfg Config) (*core.Contract, error) {
	var f preset.Faults
	f.Required("Endpoint", cfg.Endpoint, "copy the Logto endpoint of the application's details page")
	issuer := strings.TrimSuffix(f.BaseURL("Endpoint", cfg.Endpoint), "/oidc") + "/oidc"
	if strings.Contains(issuer, "/oidc/") {
		f.Add("Endpoint", cfg.Endpoint, "must be https://<tenant>.logto.app, without the path of a single endpoint")
	}
	if len(cfg.Algorithms) == 0 {
		cfg.Algorithms = []string{"ES384", "RS256"}
	}
	audiences := cfg.audiences(&f)
	rules := core.Rules{
		Provider: "logto", Issuer: issuer, JWKSURL: issuer + "/jwks", Algorithms: cfg.Algorithms,
		Audiences: audiences, InsecureAnyAudience: len(audiences) == 0, // a rule on aud takes its place
		TokenTypes: []string{"at+jwt"}, ClaimRules: cfg.rules(), Leeway: cfg.Leeway, Session: mapping(),
	}
	return f.Contract(rules, map[string]string{"Issuer": "Endpoint", "JWKSURL": "Endpoint", "Audiences": "Audience"})
}

func (c *Config) audiences(f *preset.Faults) []string {
	named := len(c.Audience) > 0 || len(c.Organizations) > 0
	switch {
	case !named && !c.AnyOrganization:
		f.Missing("Audience", "is required, or {Organizations}: copy the API identifier of the API resource")
	case named && c.AnyOrganization:
		f.Conflict("AnyOrganization", "true", "{Audience} or {Organizations} are named: remove one of the two")
	}
	audiences := append([]string{}, f.Values("Audience", c.Audience)...)
	for _, id := range f.Values("Organizations", c.Organizations) {
		audiences = append(audiences, organizationAudience+strings.TrimPrefix(id, organizationAudience))
	}
	return audiences
}

func (c *Config) rules() []core.ClaimRule {
	var rules []core.ClaimRule
	if c.AnyOrganization {
		rules = append(rules, core.ClaimRule{
			Claim: "aud", Prefixes: []string{organizationAudience}, Code: core.CodeAudienceMismatch,
			Reason: "an organization token of this tenant",
		})
	}
	rules = append(rules, core.ClaimRule{
		Claim: "client_id", Format: "nonEmpty", Reason: "an access token names its client (RFC 9068 §2.2)",
	})
	if !c.AllowMachines {
		rules = append(rules, core.ClaimRule{
			Claim: "sub", Absent: true, When: []core.ClaimRule{isMachine()},
			Reason: "the token is an application's, not a person's",
		})
	}
	return rules
}

// isMachine recognizes the client credentials grant, in which the subject is the
// application itself.
func isMachine() core.ClaimRule { return core.ClaimRule{Claim: "sub", SameAs: "client_id"} }

func mapping() core.Mapping {
	return core.Mapping{
		OrganizationID: []core.ClaimRef{{Path: "organization_id"}, {Path: "aud", TrimPrefix: organizationAudience}},
		Scopes:         preset.Refs("scope"), ClientID: preset.Refs("client_id"), Kind: core.KindAccess,
		Kinds: []core.KindRule{{Kind: core.KindMachine, When: []core.ClaimRule{isMachine()}}},
	}
}
