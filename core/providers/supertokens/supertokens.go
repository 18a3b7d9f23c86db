// Package supertokens is the preset for SuperTokens (https://supertokens.com).
//
//	contract, err := supertokens.NewContract(supertokens.Config{APIDomain: "https://api.example.com"})
//
// It accepts session access tokens, for services other than the one that runs a
// backend SDK of SuperTokens. It does not see revocation, and does not do the
// SDK's anti-CSRF check: take the token from the Authorization header, or let
// the guard's own rule for cookies protect the cookie sAccessToken.
package supertokens

import (
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// Config says which backend's sessions to trust. APIDomain is required.
type Config struct {
	// APIDomain is the backend SDK's apiDomain, https://api.example.com.
	APIDomain string `json:"apiDomain"`
	// APIBasePath is the backend SDK's apiBasePath, /auth by default; "/" if it
	// is served at the root.
	APIBasePath string `json:"apiBasePath,omitempty"`
	// Issuer replaces APIDomain and APIBasePath as the exact iss, for backends
	// that write another one.
	Issuer string `json:"issuer,omitempty"`
	// JWKSURL is <APIDomain><APIBasePath>/jwt/jwks.json by default.
	JWKSURL string `json:"jwksUri,omitempty"`
	// Audience is checked if set: for backends that add an aud. Session tokens
	// have none of their own.
	Audience core.Strings `json:"audience,omitempty"`

	// RequireEmailVerified refuses people whose e-mail address is not verified
	// (st-ev). Without it they pass, unless the backend never makes sessions for
	// them.
	RequireEmailVerified bool `json:"requireEmailVerified,omitempty"`
	// RequireMFA refuses sessions whose second factors are not completed
	// (st-mfa). Set it if the backend uses MultiFactorAuth.
	RequireMFA bool `json:"requireMfa,omitempty"`
	// Tenants restricts access to these tenants (tId); the default one is public.
	Tenants []string `json:"tenants,omitempty"`
	// Leeway is 30 s by default.
	Leeway time.Duration `json:"-"`
}

// NewContract returns the contract, or every mistake in cfg at once as
// [*core.ConfigError]. It does no I/O.
func NewContract(cfg Config) (*core.Contract, error) {
	var f preset.Faults
	f.Required("APIDomain", cfg.APIDomain, "copy apiDomain from the backend's appInfo, such as https://api.example.com")
	base := f.BaseURL("APIDomain", cfg.APIDomain)
	if _, host, _ := strings.Cut(base, "://"); strings.Contains(host, "/") {
		f.Add("APIDomain", cfg.APIDomain, "must be a domain without a path: the path belongs into {APIBasePath}")
	}
	base += cfg.basePath(&f)
	fields := map[string]string{
		"Issuer":            "APIDomain",
		"JWKSURL":           "APIDomain",
		"Audiences":         "Audience",
		"AuthorizedParties": "",
	}
	issuer, keys := base, base+"/jwt/jwks.json"
	if cfg.Issuer != "" {
		issuer = cfg.Issuer
		delete(fields, "Issuer")
	}
	if cfg.JWKSURL != "" {
		keys = cfg.JWKSURL
		delete(fields, "JWKSURL")
	}
	rules := core.Rules{
		Provider:            "supertokens",
		Issuer:              issuer,
		JWKSURL:             keys,
		Algorithms:          []string{"RS256"},
		Audiences:           f.Values("Audience", cfg.Audience),
		InsecureAnyAudience: len(cfg.Audience) == 0,
		TokenTypes:          []string{"", "JWT"},
		ClaimRules:          cfg.rules(&f),
		Leeway:              cfg.Leeway,
		Session:             mapping(),
		Warnings:            cfg.warnings(),
	}
	return f.Contract(rules, fields)
}

func (c *Config) warnings() []string {
	if c.RequireEmailVerified {
		return nil
	}
	return []string{"unverified e-mail: people who did not verify their address are accepted; set RequireEmailVerified"}
}

func (c *Config) basePath(f *preset.Faults) string {
	path := c.APIBasePath
	if path == "" {
		path = "/auth"
	}
	if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "?#% ") || strings.Contains(path, "//") {
		f.Add("APIBasePath", path, "must be a path that begins with /, such as /auth")
	}
	return strings.TrimRight(path, "/")
}

func (c *Config) rules(f *preset.Faults) []core.ClaimRule {
	rules := []core.ClaimRule{
		{
			Claim:  "sessionHandle",
			Format: "nonEmpty",
			Reason: "a session has a handle; tokens of the JWT recipe are signed with the same keys and have none",
		},
		{
			// The SDKs check the same: 1 is an OAuth2 access token, 2 an ID token.
			Claim:    "stt",
			Optional: true,
			OneOf:    []string{"0"},
			Reason:   "the type of the token is a session",
		},
	}
	isTrue := func(claim, reason string) core.ClaimRule {
		return core.ClaimRule{Claim: claim, Type: "boolean", OneOf: []string{"true"}, Reason: reason}
	}
	if c.RequireEmailVerified {
		rules = append(rules, isTrue("st-ev.v", "the e-mail address is verified"))
	}
	if c.RequireMFA {
		rules = append(rules, isTrue("st-mfa.v", "the second factors are completed"))
	}
	if len(c.Tenants) > 0 {
		rules = append(rules, core.ClaimRule{
			Claim:  "tId",
			OneOf:  f.Values("Tenants", c.Tenants),
			Reason: "the tenant that the person signed in to",
		})
	}
	return rules
}

func mapping() core.Mapping {
	none := []core.ClaimRef{}
	return core.Mapping{
		SessionID:        preset.Refs("sessionHandle"),
		OrganizationID:   preset.Refs("tId"),
		OrganizationSlug: none,
		OrganizationName: none,
		OrganizationRole: none,
		Roles:            preset.Refs("st-role.v"),
		Permissions:      preset.Refs("st-perm.v"),
		Scopes:           none,
		ClientID:         none,
		Kind:             core.KindSession,
	}
}
