// Package supabase is the preset for access tokens of Supabase Auth
// (https://supabase.com/auth), hosted, self-hosted and of the local CLI.
//
//	contract, err := supabase.NewContract(supabase.Config{ProjectURL: os.Getenv("SUPABASE_URL")})
//
// The legacy API keys anon and service_role are tokens too, signed with the
// legacy secret: the contract keeps them out.
package supabase

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// Config says which project. One of ProjectURL and ProjectRef is required,
// unless Issuer or InsecureNoIssuer and the keys are named.
type Config struct {
	// ProjectURL is the URL of the page API settings, such as
	// https://qwertnorthwindabcxyz.supabase.co, the project's custom domain, or
	// http://127.0.0.1:54321 of the CLI.
	ProjectURL string `json:"projectUrl,omitempty"`
	// ProjectRef stands for https://<ref>.supabase.co.
	ProjectRef string `json:"projectRef,omitempty"`
	// Issuer is <project URL>/auth/v1 by default. Self-hosted Auth writes what
	// GOTRUE_JWT_ISSUER says, and no iss at all if that is not set.
	Issuer string `json:"issuer,omitempty"`
	// InsecureNoIssuer accepts tokens without iss, of self-hosted Auth, in addition to
	// those of Issuer if that is set. The keys alone then say whose they are:
	// they must be yours, a secret or keys of your own server. Better set
	// GOTRUE_JWT_ISSUER.
	InsecureNoIssuer bool `json:"insecureNoIssuer,omitempty"`
	// JWKSURL and JWKS replace <project URL>/auth/v1/.well-known/jwks.json: with
	// the public keys in JWKS no network is used.
	JWKSURL string          `json:"jwksUri,omitempty"`
	JWKS    json.RawMessage `json:"jwks,omitempty"`

	// SigningSecret is the legacy JWT secret: with it tokens must be signed
	// with HS256, and no network is used. SigningSecretEnv names the
	// environment variable that holds it.
	SigningSecret    core.Secret `json:"signingSecret,omitzero"`
	SigningSecretEnv string      `json:"signingSecretEnv,omitempty"`
	// Migrating accepts tokens signed with the legacy secret as well as tokens
	// signed with the published keys. alg decides; neither kind of key is ever
	// used with an algorithm of the other.
	Migrating bool `json:"migrating,omitempty"`
	// Algorithms are those of the published keys: ES256 and RS256 by default;
	// EdDSA, ES512 and RS512 by name.
	Algorithms []string `json:"algorithms,omitempty"`

	// Audience is "authenticated" by default.
	Audience core.Strings `json:"audience,omitempty"`
	// ClientIDs are the OAuth clients of Supabase's OAuth server whose access
	// tokens are accepted. None if empty: a third party's token is no session
	// of your application.
	ClientIDs []string `json:"clientIds,omitempty"`
	// AllowAnonymous accepts anonymous users (is_anonymous), whose role is
	// authenticated as everyone's.
	AllowAnonymous bool `json:"allowAnonymous,omitempty"`
	// MinAAL is "aal2" to demand a second factor of every token; "aal1",
	// which all tokens have, by default. To demand it of some routes only, use
	// a policy.
	MinAAL string `json:"minAal,omitempty"`

	// UserIDClaim is "sub" by default; a path as in core.Rules.
	UserIDClaim string `json:"userIdClaim,omitempty"`
	// RolesClaim is where your own roles are, such as
	// "app_metadata.team_role". Never a claim below user_metadata: users edit
	// that themselves. The Postgres role is among the roles anyway.
	RolesClaim string `json:"rolesClaim,omitempty"`
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
	base := cfg.base(&f)
	secret := !cfg.SigningSecret.IsZero() || cfg.SigningSecretEnv != ""
	if cfg.Migrating && !secret {
		f.Conflict("Migrating", "true", "needs {SigningSecret}: without it the published keys are all there is")
	}
	rules := core.Rules{
		Provider: "supabase", Issuer: cfg.Issuer, Audiences: cfg.Audience, UserIDClaim: cfg.UserIDClaim,
		Secret: cfg.SigningSecret, SecretEnv: cfg.SigningSecretEnv,
		TokenTypes: []string{"", "JWT"}, ClaimRules: cfg.rules(&f), Leeway: cfg.Leeway, Session: cfg.mapping(&f),
	}
	rules.IssuerHints = map[string]string{
		"":         "self-hosted Auth writes iss only if GOTRUE_JWT_ISSUER is set: set GOTRUE_JWT_ISSUER, or accept such tokens with InsecureNoIssuer",
		"supabase": "this is an API key of the project, not a user's token",
	}
	switch {
	case cfg.InsecureNoIssuer:
		cfg.noIssuer(&rules, base, &f)
	case rules.Issuer == "" && base != "":
		rules.Issuer = base + "/auth/v1"
	}
	if len(rules.Audiences) == 0 {
		rules.Audiences = []string{"authenticated"}
	}
	if strings.HasPrefix(cfg.SigningSecret.Reveal(), "sb_") {
		f.Prohibit(
			"SigningSecret",
			"",
			"is an API key of the project: copy the legacy JWT secret, or leave it out if the project has signing keys",
		)
	}
	if secret {
		rules.Algorithms = []string{"HS256"}
	}
	if !secret || cfg.Migrating {
		cfg.keys(&rules, base, &f)
		rules.Algorithms = append(cfg.algorithms(&f), rules.Algorithms...)
	} else if len(cfg.Algorithms) > 0 {
		f.Conflict("Algorithms", strings.Join(cfg.Algorithms, " "),
			"are those of the published keys, but only {SigningSecret} is accepted: set {Migrating} to accept both")
	}
	keysField := "ProjectURL"
	if cfg.JWKSURL != "" {
		keysField = "JWKSURL"
	}
	return f.Contract(rules, map[string]string{
		"JWKSURL": keysField, "Secret": "SigningSecret", "SecretEnv": "SigningSecretEnv", "Audiences": "Audience",
	})
}

// base is the project's URL without the paths of its services, which people
// paste along with it.
func (c *Config) base(f *preset.Faults) string {
	base := f.BaseURL("ProjectURL", c.ProjectURL)
	for _, service := range []string{"/auth/v1", "/rest/v1"} {
		base = strings.TrimSuffix(base, service)
	}
	if c.ProjectRef == "" {
		keys := !c.SigningSecret.IsZero() || c.SigningSecretEnv != "" || c.JWKSURL != "" || len(c.JWKS) > 0
		if keys && (c.InsecureNoIssuer || c.Issuer != "") {
			return base
		}
		f.Required("ProjectURL", c.ProjectURL, "the project URL of the API settings, such as https://<ref>.supabase.co")
		return base
	}
	if strings.ContainsFunc(c.ProjectRef, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }) {
		f.Add("ProjectRef", c.ProjectRef, "must be lower-case letters and digits: the first part of <ref>.supabase.co")
		return base
	}
	if base != "" {
		f.Conflict("ProjectRef", c.ProjectRef, "{ProjectURL} is set too: keep one")
	}
	return "https://" + c.ProjectRef + ".supabase.co"
}

// noIssuer accepts the absence of iss. A hosted project always writes it, so its
// tokens without one are forged or someone else's.
func (c *Config) noIssuer(rules *core.Rules, base string, f *preset.Faults) {
	if strings.HasSuffix(base, ".supabase.co") {
		f.Add("InsecureNoIssuer", "true", "is for self-hosted Auth: every hosted project writes iss")
	}
	rules.Issuer, rules.InsecureAnyIssuer = "", true
	absent := core.ClaimRule{
		Claim:  "iss",
		Absent: true,
		Reason: "InsecureNoIssuer accepts tokens without iss, and no others",
	}
	if c.Issuer != "" {
		absent.Absent, absent.Optional, absent.OneOf = false, true, []string{c.Issuer}
		absent.Reason = "InsecureNoIssuer accepts tokens without iss, and Issuer's"
	}
	rules.ClaimRules = append([]core.ClaimRule{absent}, rules.ClaimRules...)
}

func (c *Config) keys(rules *core.Rules, base string, f *preset.Faults) {
	switch {
	case c.JWKSURL != "" && len(c.JWKS) > 0:
		f.Conflict("JWKS", "", "{JWKSURL} is set too: keep one of the two")
	case c.JWKSURL != "":
		rules.JWKSURL = c.JWKSURL
	case len(c.JWKS) > 0:
		rules.JWKS = c.JWKS
	case base != "":
		rules.JWKSURL = base + "/auth/v1/.well-known/jwks.json"
	case c.Migrating:
		f.Missing("ProjectURL", "is required with {Migrating}, or {JWKSURL} or {JWKS}: the published keys are there")
		rules.JWKSURL = "https://project.invalid" // a placeholder, so that this mistake is reported once
	}
}

func (c *Config) algorithms(f *preset.Faults) []string {
	for _, alg := range c.Algorithms {
		if !slices.Contains([]string{"ES256", "RS256", "EdDSA", "ES512", "RS512"}, alg) {
			f.Add(
				"Algorithms",
				alg,
				"is not an algorithm of Supabase's signing keys: use ES256, RS256, EdDSA, ES512 or RS512; for HS256 "+
					"set {SigningSecret}",
			)
		}
	}
	if len(c.Algorithms) == 0 {
		return []string{"ES256", "RS256"}
	}
	return slices.Clone(c.Algorithms)
}

func (c *Config) rules(f *preset.Faults) []core.ClaimRule {
	rules := []core.ClaimRule{
		{
			Claim: "role", Type: "string", Format: "nonEmpty", NoneOf: []string{"anon", "service_role"},
			Reason: "an API key of the project is not a user, though it is signed with the same secret",
		},
		{Claim: "sub", Format: "uuid", Reason: "the user id of Supabase Auth"},
	}
	if !c.AllowAnonymous {
		rules = append(rules, core.ClaimRule{
			Claim: "is_anonymous", Optional: true, Type: "boolean", NoneOf: []string{"true"},
			Reason: "the user is anonymous; AllowAnonymous accepts that",
		})
	}
	client := core.ClaimRule{
		Claim: "client_id", Absent: true, Code: core.CodePartyMismatch,
		Reason: "an OAuth client's token is not a session of the application; ClientIDs accepts some",
	}
	if len(c.ClientIDs) > 0 {
		client.Absent, client.Optional, client.OneOf = false, true, slices.Clone(c.ClientIDs)
	}
	rules = append(rules, client)
	switch c.MinAAL {
	case "", "aal1":
	case "aal2":
		rules = append(rules, core.ClaimRule{
			Claim:  "aal",
			OneOf:  []string{"aal2", "aal3"},
			Reason: "a second factor is needed",
		})
	case "aal3":
		rules = append(rules, core.ClaimRule{
			Claim:  "aal",
			OneOf:  []string{"aal3"},
			Reason: "a hardware-bound factor is needed",
		})
	default:
		f.Add("MinAAL", c.MinAAL, "is not an assurance level of Supabase: use aal1, aal2 or aal3")
	}
	return rules
}

func (c *Config) mapping(f *preset.Faults) core.Mapping {
	m := core.Mapping{
		SessionID: preset.Refs("session_id"), Roles: preset.Refs("role"), Scopes: preset.Refs("scope"),
		ClientID:       preset.Refs("client_id"),
		AAL:            preset.Refs("aal"),
		AuthMethods:    []core.ClaimRef{{Path: "amr", Field: "method"}},
		OrganizationID: []core.ClaimRef{}, OrganizationSlug: []core.ClaimRef{}, OrganizationName: []core.ClaimRef{},
		OrganizationRole: []core.ClaimRef{}, Permissions: []core.ClaimRef{},
		Kinds: []core.KindRule{{Kind: core.KindAccess, When: []core.ClaimRule{{Claim: "client_id", Type: "string"}}}},
	}
	if writtenByUser(c.UserIDClaim) {
		f.Prohibit(
			"UserIDClaim",
			c.UserIDClaim,
			"is written by the user, who could become anyone: use sub, or a claim in app_metadata",
		)
	}
	switch claim := c.RolesClaim; {
	case writtenByUser(claim):
		f.Prohibit(
			"RolesClaim",
			claim,
			"is written by the user: keep roles in app_metadata or in a claim of an access token hook",
		)
	case claim != "":
		m.Roles = preset.Refs("role", claim)
	}
	return m
}

// writtenByUser reports whether the claim at path is one that users edit.
func writtenByUser(path string) bool {
	return path == "user_metadata" || strings.HasPrefix(path, "user_metadata.") ||
		strings.HasPrefix(path, "/user_metadata")
}
