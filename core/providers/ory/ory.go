// Package ory is the preset for Ory (https://www.ory.com): Ory Network, and Ory
// Hydra and Kratos on servers of your own.
//
//	contract, err := ory.NewContract(ory.Config{
//		Issuer:   "https://your-slug.projects.oryapis.com",
//		Audience: []string{"https://api.example.com"},
//	})
//
// It accepts OAuth2 access tokens in JWT form, which Hydra makes if its access
// token strategy is jwt (they are opaque, ory_at_…, by default), or sessions of
// Kratos that were turned into JWTs (tokenize_as).
package ory

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// The values of [Config.Kind].
const (
	KindAccess  = "access"  // OAuth2 access tokens of Hydra
	KindSession = "session" // sessions of Kratos as JWTs
)

// Config says which issuer to trust. Issuer is required; Audience for access
// tokens, JWKSURL or JWKS for sessions.
type Config struct {
	// Issuer is the exact iss. Hydra's own ends with a slash unless urls.self.issuer
	// is configured without one; Ory Network's does not:
	// https://<slug>.projects.oryapis.com, or the custom domain.
	Issuer string `json:"issuer"`
	// Kind is access or session; access by default.
	Kind string `json:"kind,omitempty"`
	// Audience must be in aud. A client gets one by asking for it (audience=…)
	// if it is in the client's list; aud is empty otherwise. Sessions have none,
	// unless the template's claims mapper adds one.
	Audience core.Strings `json:"audience,omitempty"`
	// ClientIDs are the OAuth2 clients whose access tokens are accepted; any with
	// the audience if empty.
	ClientIDs []string `json:"clientIds,omitempty"`
	// AllowMachines accepts access tokens of the client credentials grant (kind
	// machine), whose subject is the client.
	AllowMachines bool `json:"allowMachines,omitempty"`

	// JWKSURL is <Issuer>/.well-known/jwks.json by default, for access tokens.
	// Sessions are signed with a key set of your own, whose public half Ory does
	// not publish: name its URL here, or put it into JWKS.
	JWKSURL string          `json:"jwksUri,omitempty"`
	JWKS    json.RawMessage `json:"jwks,omitempty"`
	// Algorithms are RS256 and ES256 by default.
	Algorithms []string `json:"algorithms,omitempty"`
	// RolesClaim is the path of the session's roles, "ext.roles" by default for
	// access tokens (your consent app puts it there), "roles" for sessions.
	RolesClaim string `json:"rolesClaim,omitempty"`
	// Leeway is 30 s by default.
	Leeway time.Duration `json:"-"`
}

// NewContract returns the contract, or every mistake in cfg at once as
// [*core.ConfigError]. It does no I/O.
func NewContract(cfg Config) (*core.Contract, error) {
	var f preset.Faults
	f.Required("Issuer", cfg.Issuer, "copy the issuer of /.well-known/openid-configuration, with its slash if it has one")
	if cfg.JWKSURL != "" && len(cfg.JWKS) > 0 {
		f.Conflict("JWKS", "", "does not go with {JWKSURL}: keep one of the two")
	}
	rules := core.Rules{
		Provider:   "ory",
		Issuer:     cfg.Issuer,
		JWKSURL:    cfg.JWKSURL,
		JWKS:       cfg.JWKS,
		Algorithms: cfg.Algorithms,
		Audiences:  f.Values("Audience", cfg.Audience),
		TokenTypes: []string{"", "JWT", "at+jwt"},
		Leeway:     cfg.Leeway,
	}
	if len(rules.Algorithms) == 0 {
		rules.Algorithms = []string{"RS256", "ES256"}
	}
	fields := map[string]string{"Audiences": "Audience", "AuthorizedParties": "", "session.roles[0]": "RolesClaim"}
	switch cfg.Kind {
	case "", KindAccess:
		cfg.accessTokens(&rules, &f)
		if cfg.JWKSURL == "" {
			fields["JWKSURL"] = "Issuer"
		}
	case KindSession:
		cfg.sessions(&rules, &f)
	default:
		f.Add("Kind", cfg.Kind, "must be access or session")
	}
	return f.Contract(rules, fields)
}

func (c *Config) accessTokens(rules *core.Rules, f *preset.Faults) {
	if len(c.Audience) == 0 {
		f.Missing("Audience", "is required: name this service, list it at the client, and ask for it with audience=…")
	}
	if c.JWKSURL == "" && len(c.JWKS) == 0 {
		rules.JWKSURL = strings.TrimSuffix(c.Issuer, "/") + "/.well-known/jwks.json"
	}
	client := core.ClaimRule{
		Claim:  "client_id",
		Format: "nonEmpty",
		Reason: "an access token names its client, an ID token does not",
	}
	if len(c.ClientIDs) > 0 {
		client = core.ClaimRule{
			Claim:  "client_id",
			OneOf:  f.Values("ClientIDs", c.ClientIDs),
			Code:   core.CodePartyMismatch,
			Reason: "the client that obtained the token",
		}
	}
	rules.ClaimRules = append(rules.ClaimRules, client)
	isMachine := core.ClaimRule{Claim: "sub", SameAs: "client_id"}
	if !c.AllowMachines {
		// A rule cannot ask for two claims to differ, but for a claim's absence
		// where they are the same; sub is never absent.
		rules.ClaimRules = append(rules.ClaimRules, core.ClaimRule{
			Claim:  "sub",
			Absent: true,
			When:   []core.ClaimRule{isMachine},
			Reason: "the subject is the client itself: a machine, not a person; AllowMachines accepts it",
		})
	}
	roles := c.RolesClaim
	if roles == "" {
		roles = "ext.roles"
	}
	rules.Session = core.Mapping{
		Roles:    preset.Refs(roles),
		Scopes:   preset.Refs("scp", "scope"),
		Email:    preset.Refs("ext.email"),
		ClientID: preset.Refs("client_id"),
		Kinds:    []core.KindRule{{Kind: core.KindMachine, When: []core.ClaimRule{isMachine}}},
		Kind:     core.KindAccess,
	}
}

func (c *Config) sessions(rules *core.Rules, f *preset.Faults) {
	if c.JWKSURL == "" && len(c.JWKS) == 0 {
		f.Missing(
			"JWKSURL",
			"is required for sessions, or {JWKS}: the public half of the key set that the template signs with",
		)
	}
	if len(c.ClientIDs) > 0 {
		f.Conflict("ClientIDs", "", "does not go with {Kind} session: sessions belong to no OAuth2 client")
	}
	if c.AllowMachines {
		f.Conflict("AllowMachines", "true", "does not go with {Kind} session: machines have no sessions")
	}
	rules.InsecureAnyAudience = len(c.Audience) == 0
	rules.ClaimRules = []core.ClaimRule{
		{Claim: "sid", Format: "nonEmpty", Reason: "the session that the token was made of"},
	}
	roles := c.RolesClaim
	if roles == "" {
		roles = "roles"
	}
	rules.Session = core.Mapping{
		SessionID: preset.Refs("sid"),
		Roles:     preset.Refs(roles),
		Kind:      core.KindSession,
	}
}
