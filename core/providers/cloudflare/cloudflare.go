// Package cloudflare is the preset for Cloudflare Access, of Cloudflare One.
//
//	contract, err := cloudflare.NewContract(cloudflare.Config{TeamDomain: "your-team", Audience: []string{os.Getenv("ACCESS_AUD")}})
//	g, err := guard.New(contract, guard.Extractors(guard.Header(cloudflare.Header)))
//
// Access puts its token into the header [Header] of every request it lets
// through, and into the cookie [Cookie]. A client that bypasses
// Cloudflare can send any header, so the token must be verified.
package cloudflare

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// Header is the request header that carries the token, without a scheme. Cookie
// is the cookie with the same token; Cloudflare recommends the header.
const (
	Header = "Cf-Access-Jwt-Assertion"
	Cookie = "CF_Authorization"
)

// Config says which application this is. TeamDomain and Audience are required.
type Config struct {
	// TeamDomain is the team's name or its domain,
	// your-team.cloudflareaccess.com.
	TeamDomain string `json:"teamDomain"`
	// Audience is the Application Audience (AUD) Tag of the application, 64
	// hexadecimal digits. One set of keys serves all applications of a team:
	// the tag alone says that a token is for this one.
	Audience core.Strings `json:"audience"`
	// AllowServiceTokens accepts requests with a service token, kind machine.
	// Their sub is empty: the user id is common_name, <id>.access.
	AllowServiceTokens bool `json:"allowServiceTokens,omitempty"`
	// Leeway is 30 s by default.
	Leeway time.Duration `json:"-"`
}

// Claims are the claims of Access's application tokens; a field is zero if the
// token lacks its claim.
//
// Source: https://developers.cloudflare.com/cloudflare-one/identity/authorization-cookie/application-token/.
type Claims struct {
	Issuer string `json:"iss"`
	// Subject is the person's id, "" for a service token.
	Subject   string       `json:"sub"`
	Audience  core.Strings `json:"aud"`
	ExpiresAt int64        `json:"exp"` // seconds since 1970
	IssuedAt  int64        `json:"iat"`
	NotBefore int64        `json:"nbf,omitempty"`
	// Type is "app"; "org" is the team-wide session.
	Type  string `json:"type"`
	Email string `json:"email,omitempty"`
	// CommonName is the service token's client id.
	CommonName string `json:"common_name,omitempty"`
	// IdentityNonce is the key of the sign-in's full identity.
	IdentityNonce string `json:"identity_nonce,omitempty"`
	Country       string `json:"country,omitempty"`
	// Custom are the claims that were configured at the identity provider.
	Custom json.RawMessage `json:"custom,omitempty"`
}

// NewContract returns the contract, or every mistake in cfg at once as
// [*core.ConfigError]. It does no I/O.
func NewContract(cfg Config) (*core.Contract, error) {
	var f preset.Faults
	issuer := cfg.issuer(&f)
	if len(cfg.Audience) == 0 {
		f.Missing("Audience", "is required: copy the Application {Audience} (AUD) Tag of the application; "+
			"without it a token for any application of the team would do")
	}
	audiences := make([]string, len(cfg.Audience))
	for i, tag := range cfg.Audience {
		audiences[i] = strings.ToLower(strings.TrimSpace(tag))
		if len(audiences[i]) != 64 || strings.Trim(audiences[i], "0123456789abcdef") != "" {
			f.Add("Audience", tag, "is not an AUD tag: it has 64 hexadecimal digits")
		}
	}
	rules := core.Rules{
		Provider:   "cloudflare-access",
		Issuer:     issuer,
		JWKSURL:    issuer + "/cdn-cgi/access/certs",
		Algorithms: []string{"RS256"},
		Audiences:  audiences,
		TokenTypes: []string{"", "JWT"},
		ClaimRules: cfg.rules(),
		Leeway:     cfg.Leeway,
		Session:    mapping(),
	}
	if cfg.AllowServiceTokens {
		rules.UserIDFallbacks = []string{"common_name"}
	}
	return f.Contract(rules, map[string]string{"Issuer": "TeamDomain", "JWKSURL": "TeamDomain", "Audiences": "Audience"})
}

const teamSuffix = ".cloudflareaccess.com"

func (c *Config) issuer(f *preset.Faults) string {
	f.Required("TeamDomain", c.TeamDomain, "copy the team domain from Settings of Cloudflare One")
	team := strings.TrimSpace(c.TeamDomain)
	if team != "" && !strings.ContainsAny(team, ".:/") {
		team += teamSuffix
	}
	issuer := f.BaseURL("TeamDomain", team)
	host, isHTTPS := strings.CutPrefix(issuer, "https://")
	name, isTeam := strings.CutSuffix(host, teamSuffix)
	if issuer != "" && (!isHTTPS || !isTeam || name == "" || strings.ContainsAny(name, "./:")) {
		f.Add("TeamDomain", c.TeamDomain, "must be the team's name, or <team>.cloudflareaccess.com: "+
			"tokens name it even where the application has a domain of its own")
	}
	return issuer
}

func (c *Config) rules() []core.ClaimRule {
	rules := []core.ClaimRule{{
		Claim: "type", OneOf: []string{"app"}, Reason: "the team-wide session token (org) is for no application",
	}}
	if !c.AllowServiceTokens {
		rules = append(rules, core.ClaimRule{Claim: "sub", Format: "nonEmpty", Reason: "a service token has no subject"})
	}
	return rules
}

func noSubject() core.ClaimRule {
	return core.ClaimRule{Claim: "sub", Optional: true, OneOf: []string{""}}
}

func mapping() core.Mapping {
	return core.Mapping{
		// Policies were evaluated by Access: its tokens carry no rights.
		Roles: []core.ClaimRef{}, Permissions: []core.ClaimRef{}, Scopes: []core.ClaimRef{},
		SessionID: preset.Refs("identity_nonce"), ClientID: preset.Refs("common_name"), Kind: core.KindSession,
		Kinds: []core.KindRule{{Kind: core.KindMachine, When: []core.ClaimRule{noSubject()}}},
	}
}
