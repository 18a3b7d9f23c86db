// Package clerk is the preset for Clerk (https://clerk.com).
//
//	contract, err := clerk.NewContract(clerk.Config{IssuerURL: os.Getenv("CLERK_ISSUER_URL")})
//
// One key of a Clerk instance signs session tokens, JWT-template tokens, OAuth
// access tokens and machine tokens alike. The contract accepts session tokens
// and refuses the others, unless [Config.Accept] says otherwise.
package clerk

import (
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
	// network is used, and a rotated key must be replaced by hand. Line breaks
	// may be written as \n, as environment files do.
	JWTKey string `json:"jwtKey,omitempty"`

	// AuthorizedParties are the origins that may have obtained the token (azp),
	// such as https://app.your-domain.com, without a slash at the end. Without them a token minted for any
	// origin of the instance is accepted, also one that a sibling subdomain
	// got hold of. With them a token without azp is refused, unless
	// InsecureMissingParty is set. OAuth and machine tokens have no azp and are
	// not asked for one.
	AuthorizedParties []string `json:"authorizedParties,omitempty"`
	// InsecureMissingParty accepts tokens without azp although AuthorizedParties
	// is set: those of native apps and of the Backend API have none.
	InsecureMissingParty bool `json:"insecureMissingParty,omitempty"`

	// Accept lists the kinds of tokens; session tokens if empty.
	Accept []Token `json:"accept,omitempty"`
	// AllowPending accepts sessions with tasks left to do (sts "pending"),
	// which Clerk treats as signed out.
	AllowPending bool `json:"allowPending,omitempty"`
	// Audience is checked if set: for JWT templates with an aud, and for
	// machine tokens, whose aud are the machine ids they are meant for. Session
	// tokens have no aud unless you add one: where Accept has them together with other
	// kinds, those without pass.
	Audience core.Strings `json:"audience,omitempty"`
	// UserIDClaim is "sub" by default. "organization_id", "org_id" and "o.id"
	// all mean the active organization's id, in tokens of both versions.
	UserIDClaim string `json:"userIdClaim,omitempty"`
	// Leeway is 5 s by default, as in Clerk's SDKs: session tokens live 60 s.
	Leeway time.Duration `json:"-"`
	// Adjust, if set, changes the rules before the contract is made of them: it
	// can add conditions that Config has no field for.
	Adjust func(*core.Rules) `json:"-"`
}

const defaultLeeway = 5 * time.Second

// NewContract returns the contract, or every mistake in cfg at once as
// [*core.ConfigError]. It does no I/O.
func NewContract(cfg Config) (*core.Contract, error) {
	f := preset.Faults{Adjust: cfg.Adjust}
	issuer := cfg.issuer(&f)
	accept := cfg.accept(&f)
	cfg.checkParties(&f)
	rules := core.Rules{
		Provider: "clerk", Issuer: issuer, Issuers: cfg.satellites(&f), Algorithms: []string{"RS256"},
		PEM:       strings.ReplaceAll(cfg.JWTKey, `\n`, "\n"),
		Audiences: cfg.Audience, InsecureAnyAudience: len(cfg.Audience) == 0,
		AuthorizedParties: cfg.AuthorizedParties, InsecureMissingParty: cfg.InsecureMissingParty,
		TokenTypes: accept.types(), ClaimRules: accept.rules(cfg.AllowPending), Leeway: cfg.Leeway, Session: accept.mapping(),
	}
	if len(cfg.Audience) > 0 && accept.has(SessionToken) && len(accept) > 1 {
		rules.Audiences, rules.InsecureAnyAudience = nil, true
		rules.ClaimRules = append(rules.ClaimRules, accept.audienceRules(cfg.Audience)...)
		if len(cfg.AuthorizedParties) == 0 {
			rules.Warnings = []string{
				"no authorized parties: a session token minted for any origin of this instance is accepted; set AuthorizedParties",
			}
		}
	}
	if len(cfg.AuthorizedParties) > 0 && (accept.has(OAuthToken) || accept.has(MachineToken)) {
		rules.InsecureMissingParty = true // OAuth and machine tokens have no azp
		if !cfg.InsecureMissingParty {
			rules.ClaimRules = append(rules.ClaimRules, accept.partyRule())
		}
	}
	if rules.Leeway == 0 {
		rules.Leeway = defaultLeeway
	}
	if cfg.JWTKey == "" {
		rules.JWKSURL = issuer + "/.well-known/jwks.json"
	}
	rules.UserIDClaim, rules.UserIDFallbacks = userIDClaims(cfg.UserIDClaim)
	return f.ContractWithPlaceholders(rules, map[string]string{
		"Issuer": "IssuerURL", "JWKSURL": "IssuerURL", "PEM": "JWTKey", "Audiences": "Audience",
		"Algorithms": "", // always RS256
	})
}

// checkParties catches what no Origin header looks like (RFC 6454 §7), and so
// would refuse every token.
func (c *Config) checkParties(f *preset.Faults) {
	for _, party := range c.AuthorizedParties {
		if party == "" {
			f.Missing("AuthorizedParties", "holds an empty entry: remove it, or set the environment variable that it comes from")
			continue
		}
		if written := asBrowsersWrite(party); written != party {
			f.Add("AuthorizedParties", party, "is not written as browsers do, and is compared exactly: write %s", written)
		}
		if _, host, ok := strings.Cut(party, "://"); !ok || strings.Contains(host, "/") {
			f.Add(
				"AuthorizedParties",
				party,
				"is not an origin: write https://host, without path and without a slash at the end",
			)
		}
	}
}

// asBrowsersWrite returns the origin of a website in lower case and without the
// port that its scheme implies (RFC 6454 §6.1), and anything else as it is.
func asBrowsersWrite(origin string) string {
	lower := strings.ToLower(origin)
	switch {
	case strings.HasPrefix(lower, "https://"):
		return strings.TrimSuffix(lower, ":443")
	case strings.HasPrefix(lower, "http://"):
		return strings.TrimSuffix(lower, ":80")
	default:
		return origin
	}
}

// userIDClaims treats every name of the organization's id as the same: version
// 2 tokens have o.id, version 1 and OAuth tokens org_id, and the TypeScript
// package's guide says organization_id.
func userIDClaims(claim string) (first string, fallbacks []string) {
	names := []string{"o.id", "org_id", "organization_id"}
	if slices.Contains(names, claim) {
		return names[0], names[1:]
	}
	return claim, nil
}

// mapping reads tokens of version 1 and 2.
func (a accepted) mapping() core.Mapping {
	return core.Mapping{
		SessionID:        preset.Refs("sid"),
		OrganizationID:   preset.Refs("o.id", "org_id", "organization_id"),
		OrganizationSlug: preset.Refs("o.slg", "org_slug"),
		OrganizationRole: []core.ClaimRef{{Path: "o.rol", Prefix: "org:"}, {Path: "org_role", Prefix: "org:"}},
		Permissions:      preset.Refs("org_permissions"),
		PackedPermissions: &core.PackedPermissions{
			Features: "fea", Permissions: "o.per", Masks: "o.fpm", OrganizationScope: "o", Prefix: "org:",
		},
		Scopes:          preset.Refs("scope", "scp", "scopes"),
		FactorAgesClaim: "fva",
		Kinds:           a.kinds(),
	}
}
