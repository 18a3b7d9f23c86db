// Package clerk is the preset for Clerk (https://clerk.com).
//
//	contract, err := clerk.NewContract(clerk.Config{IssuerURL: os.Getenv("CLERK_ISSUER_URL")})
//
// One key of a Clerk instance signs session tokens, JWT-template tokens, OAuth
// access tokens and machine tokens alike. The contract accepts session tokens
// and refuses the others, unless [Config.Accept] says otherwise.
package clerk

import (
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// Config says which Clerk instance to trust. One of IssuerURL and
// PublishableKey is required.
type Config struct {
	// IssuerURL is the Frontend API URL of the API Keys page, such as
	// https://clerk.your-domain.com or https://your-app.clerk.accounts.dev, or
	// the proxy URL if the instance has one. Trailing slashes are dropped.
	IssuerURL string `json:"issuerUrl,omitempty"`
	// PublishableKey (pk_live_… or pk_test_…) holds the same URL.
	PublishableKey string `json:"publishableKey,omitempty"`
	// SatelliteIssuers are further issuers of the same instance, for satellite
	// domains. All share the instance's keys.
	SatelliteIssuers []string `json:"satelliteIssuers,omitempty"`
	// JWTKey is the PEM "JWKS Public Key" of the API Keys page: with it no
	// network is used, and a rotated key must be replaced by hand.
	JWTKey string `json:"jwtKey,omitempty"`

	// AuthorizedParties are the origins that may have obtained the token (azp),
	// such as https://app.your-domain.com. Without them a token minted for any
	// origin of the instance is accepted, also one that a sibling subdomain
	// got hold of. Tokens without azp (native apps, the Backend API) pass,
	// unless RequireAuthorizedParty is set.
	AuthorizedParties      []string `json:"authorizedParties,omitempty"`
	RequireAuthorizedParty bool     `json:"requireAuthorizedParty,omitempty"`

	// Accept lists the kinds of tokens; session tokens if empty.
	Accept []Token `json:"accept,omitempty"`
	// AllowPending accepts sessions with tasks left to do (sts "pending"),
	// which Clerk treats as signed out.
	AllowPending bool `json:"allowPending,omitempty"`
	// Audience is checked if set: for JWT templates with an aud, and for
	// machine tokens, whose aud are the machine ids they are meant for.
	Audience core.Strings `json:"audience,omitempty"`
	// UserIDClaim is "sub" by default. "organization_id", "org_id" and "o.id"
	// all mean the active organisation's id, in tokens of both versions.
	UserIDClaim string `json:"userIdClaim,omitempty"`
	// Leeway is 5 s by default, as in Clerk's SDKs: session tokens live 60 s.
	Leeway time.Duration `json:"-"`
}

// Token is a kind of token that a Clerk instance signs.
type Token string

// The kinds of tokens, see https://clerk.com/docs/guides/sessions/session-tokens.
const (
	SessionToken  Token = "session"
	TemplateToken Token = "template" // JWT templates: getToken({template})
	OAuthToken    Token = "oauth"    // access tokens of Clerk as an OAuth server
	MachineToken  Token = "machine"  // M2M tokens in JWT form
)

// Values of the header parameter cat, by which Clerk tells its tokens apart
// (@clerk/backend, tokens/jwtCategories.ts).
const (
	categoryTemplate = "cl_B7d4PD222AAA"
	categoryMachine  = "cl_B7d4PD333AAA"
)

const defaultLeeway = 5 * time.Second

// NewContract returns the contract, or every mistake in cfg at once as
// [*core.ConfigError]. It does no I/O.
func NewContract(cfg Config) (*core.Contract, error) {
	var f preset.Faults
	issuer := cfg.issuer(&f)
	accept := cfg.accept(&f)
	rules := core.Rules{
		Provider: "clerk", Issuer: issuer, Algorithms: []string{"RS256"}, PEM: cfg.JWTKey,
		Audiences: cfg.Audience, InsecureAnyAudience: len(cfg.Audience) == 0,
		AuthorizedParties: cfg.AuthorizedParties, RequireAuthorizedParty: cfg.RequireAuthorizedParty,
		TokenTypes: accept.types(), ClaimRules: accept.rules(cfg.AllowPending), Leeway: cfg.Leeway, Session: mapping(),
	}
	if rules.Leeway == 0 {
		rules.Leeway = defaultLeeway
	}
	for _, satellite := range cfg.SatelliteIssuers {
		rules.Issuers = append(rules.Issuers, f.BaseURL("SatelliteIssuers", satellite))
	}
	if cfg.JWTKey == "" && issuer != "" {
		rules.JWKSURL = issuer + "/.well-known/jwks.json"
	}
	rules.UserIDClaim, rules.UserIDFallbacks = userIDClaims(cfg.UserIDClaim)
	return f.Contract(rules, map[string]string{
		"Issuer": "IssuerURL", "JWKSURL": "IssuerURL", "PEM": "JWTKey", "Audiences": "Audience",
	})
}

func (c *Config) issuer(f *preset.Faults) string {
	fromKey := ""
	if c.PublishableKey != "" {
		fromKey = issuerOf(c.PublishableKey)
		if fromKey == "" {
			f.Add("PublishableKey", c.PublishableKey, "is not a Clerk publishable key: copy pk_live_… or pk_test_… from the API Keys page")
		}
	}
	issuer := f.BaseURL("IssuerURL", c.IssuerURL)
	switch {
	case c.IssuerURL == "" && c.PublishableKey == "":
		f.Add("IssuerURL", "", "is required: copy the Frontend API URL from the API Keys page, or set PublishableKey")
	case issuer == "":
		issuer = fromKey
	case fromKey != "" && fromKey != issuer:
		f.Add("PublishableKey", c.PublishableKey, "belongs to %s, not to IssuerURL: keep one of the two", fromKey)
	}
	return issuer
}

// issuerOf decodes pk_<test|live>_ + base64("<host>$"); "" if it is not that.
func issuerOf(key string) string {
	encoded, ok := strings.CutPrefix(key, "pk_live_")
	if !ok {
		if encoded, ok = strings.CutPrefix(key, "pk_test_"); !ok {
			return ""
		}
	}
	decoded, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(encoded, "="))
	if err != nil {
		return ""
	}
	host, rest, ended := strings.Cut(string(decoded), "$")
	if !ended || rest != "" || !strings.Contains(host, ".") || strings.ContainsAny(host, "/?#@: ") {
		return ""
	}
	return "https://" + host
}

// userIDClaims lets every name of the organisation's id stand for all: version
// 2 tokens have o.id, version 1 and OAuth tokens org_id, and the TypeScript
// package's guide says organization_id.
func userIDClaims(claim string) (first string, fallbacks []string) {
	names := []string{"o.id", "org_id", "organization_id"}
	if slices.Contains(names, claim) {
		return names[0], names[1:]
	}
	return claim, nil
}

// accepted are the kinds of tokens that a contract takes.
type accepted []Token

func (c *Config) accept(f *preset.Faults) accepted {
	if len(c.Accept) == 0 {
		return accepted{SessionToken}
	}
	for _, t := range c.Accept {
		if !slices.Contains([]Token{SessionToken, TemplateToken, OAuthToken, MachineToken}, t) {
			f.Add("Accept", string(t), "is no kind of token: use session, template, oauth or machine")
		}
	}
	return accepted(c.Accept)
}

func (a accepted) has(t Token) bool { return slices.Contains(a, t) }

func (a accepted) types() []string {
	var types []string
	if a.has(SessionToken) || a.has(TemplateToken) || a.has(MachineToken) {
		types = append(types, "", "JWT")
	}
	if a.has(OAuthToken) {
		types = append(types, "at+jwt") // RFC 9068 §2.1
	}
	return types
}

func (a accepted) rules(allowPending bool) []core.ClaimRule {
	var refusedCategories, subjects []string
	if !a.has(TemplateToken) {
		refusedCategories = append(refusedCategories, categoryTemplate)
	}
	if !a.has(MachineToken) {
		refusedCategories = append(refusedCategories, categoryMachine)
	} else {
		subjects = append(subjects, "mch_")
	}
	people := a.has(SessionToken) || a.has(TemplateToken) || a.has(OAuthToken)
	if people {
		subjects = append(subjects, "user_")
	}
	rules := []core.ClaimRule{{Claim: "sub", Prefixes: subjects, Reason: "the kind of subject tells the kind of token"}}
	if len(refusedCategories) > 0 {
		rules = append(rules, core.ClaimRule{
			Header: "cat", Optional: true, NoneOf: refusedCategories,
			Reason: "the same key signs JWT-template and machine tokens, which are no sessions",
		})
	}
	person := core.ClaimRule{Claim: "sub", Prefixes: []string{"user_"}}
	oauth := []string{"at+jwt", "application/at+jwt"}
	if a.has(SessionToken) && !a.has(TemplateToken) {
		rules = append(rules, core.ClaimRule{
			Claim: "sid", Type: "string", Format: "nonEmpty", Reason: "a session token has a session id",
			When: []core.ClaimRule{person, {Header: "typ", Optional: true, NoneOf: oauth}},
		})
	}
	if a.has(OAuthToken) {
		rules = append(rules, core.ClaimRule{
			Claim: "client_id", Type: "string", Format: "nonEmpty", Reason: "an OAuth access token names its client (RFC 9068 §2.2)",
			When: []core.ClaimRule{{Header: "typ", OneOf: oauth}},
		})
	}
	if !allowPending {
		rules = append(rules, core.ClaimRule{
			Claim: "sts", Optional: true, NoneOf: []string{"pending"},
			Reason: "the session has tasks left to do, which counts as signed out",
		})
	}
	return rules
}

// mapping reads tokens of version 1 and 2.
func mapping() core.Mapping {
	return core.Mapping{
		SessionID:        core.Refs("sid"),
		OrganizationID:   core.Refs("o.id", "org_id", "organization_id"),
		OrganizationSlug: core.Refs("o.slg", "org_slug"),
		OrganizationRole: []core.ClaimRef{{Path: "o.rol", Prefix: "org:"}, {Path: "org_role", Prefix: "org:"}},
		Permissions:      core.Refs("org_permissions"),
		PermissionBits: &core.PermissionBits{
			Features: "fea", Permissions: "o.per", Masks: "o.fpm", OrganizationScope: "o", Prefix: "org:",
		},
		Scopes:     core.Refs("scope", "scp", "scopes"),
		FactorAges: "fva",
		Kinds: []core.KindRule{
			{Kind: core.KindMachine, When: []core.ClaimRule{{Claim: "sub", Prefixes: []string{"mch_"}}}},
			{Kind: core.KindAccess, When: []core.ClaimRule{{Header: "typ", OneOf: []string{"at+jwt", "application/at+jwt"}}}},
		},
	}
}
