// Package cognito is the preset for user pools of Amazon Cognito
// (https://docs.aws.amazon.com/cognito).
//
//	contract, err := cognito.NewContract(cognito.Config{
//		UserPoolID: "eu-west-1_Qm7Tz4LxB", ClientID: []string{"4h8s2kq9v1n7x3t6b5d0mfcrjw"},
//	})
//
// A pool signs access tokens and ID tokens with one issuer, for all of its app
// clients. They differ in token_use, and name the client in different claims:
// client_id of an access token, aud of an ID token.
package cognito

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// Config says which user pool and which app clients. UserPoolID and ClientID
// are required.
type Config struct {
	// Region is the pool's, such as eu-west-1. The pool's id begins with it, so
	// it may be left out.
	Region string `json:"region,omitempty"`
	// UserPoolID is the pool's id, such as eu-west-1_Qm7Tz4LxB.
	UserPoolID string `json:"userPoolId,omitempty"`
	// IssuerURL replaces the issuers of the pool,
	// https://cognito-idp.<region>.amazonaws.com/<pool id> and, for pools that
	// were changed to it, https://issuer-cognito-idp.<region>.amazonaws.com/<pool id>:
	// for a partition with another host and for emulators on loopback.
	IssuerURL string `json:"issuerUrl,omitempty"`

	// ClientID are the app clients whose tokens are accepted.
	ClientID core.Strings `json:"clientId,omitempty"`
	// InsecureAnyClient accepts the tokens of every app client of the pool.
	InsecureAnyClient bool `json:"insecureAnyClient,omitempty"`
	// TokenUse is the kind of token: access by default.
	TokenUse TokenUse `json:"tokenUse,omitempty"`
	// Audience is checked if set: the aud that resource binding (RFC 8707)
	// gives an access token. Other access tokens have none.
	Audience core.Strings `json:"audience,omitempty"`
	// Groups lets only members of one of these groups pass.
	Groups []string `json:"groups,omitempty"`

	// UserIDClaim is "sub" by default; a path as in core.Rules.
	UserIDClaim string `json:"userIdClaim,omitempty"`
	// Leeway is 30 s by default, none if negative. AWS's own verifier has none
	// unless configured otherwise.
	Leeway time.Duration `json:"-"`
	// Adjust, if set, changes the rules before the contract is made of them: it
	// can add conditions that Config has no field for.
	Adjust func(*core.Rules) `json:"-"`
}

// TokenUse is a kind of token, the claim token_use.
type TokenUse string

// The kinds of tokens. An API takes access tokens; an ID token is for the
// application that signed the person in.
const (
	Access TokenUse = "access"
	ID     TokenUse = "id"
	Either TokenUse = "either"
)

// NewContract returns the contract, or every mistake in cfg at once as
// [*core.ConfigError]. It does no I/O.
func NewContract(cfg Config) (*core.Contract, error) {
	f := preset.Faults{Adjust: cfg.Adjust}
	issuer := cfg.issuer(&f)
	switch {
	case !slices.Contains([]TokenUse{"", Access, ID, Either}, cfg.TokenUse):
		f.Add("TokenUse", string(cfg.TokenUse), "is not a kind of token: use access, id or either")
	case cfg.TokenUse == ID && len(cfg.Audience) > 0:
		f.Add(
			"Audience",
			strings.Join(cfg.Audience, " "),
			"is of access tokens; an ID token's aud is compared with {ClientID}",
		)
	}
	switch {
	case len(cfg.ClientID) == 0 && !cfg.InsecureAnyClient:
		f.Missing(
			"ClientID",
			"is required: copy it from the pool's page App clients, or say {InsecureAnyClient} to accept all of them",
		)
	case len(cfg.ClientID) > 0 && cfg.InsecureAnyClient:
		f.Conflict("InsecureAnyClient", "true", "{ClientID} is set: remove one of the two")
	case slices.Contains(cfg.ClientID, ""):
		f.Missing("ClientID", "holds an empty client id: remove it, or set the environment variable that it comes from")
	}
	rules := core.Rules{
		Provider:            "cognito",
		Issuer:              issuer,
		Issuers:             cfg.updatedIssuer(issuer),
		JWKSURL:             issuer + "/.well-known/jwks.json",
		Algorithms:          []string{"RS256"},
		InsecureAnyAudience: true, TokenTypes: []string{"", "JWT"}, ClaimRules: cfg.rules(),
		UserIDClaim: cfg.UserIDClaim, Leeway: cfg.Leeway, Session: mapping(),
	}
	if cfg.TokenUse == ID && len(cfg.ClientID) > 0 {
		rules.Audiences, rules.InsecureAnyAudience = cfg.ClientID, false
	}
	return f.Contract(rules, map[string]string{
		"Issuer":            "IssuerURL",
		"Issuers":           "IssuerURL",
		"JWKSURL":           "IssuerURL",
		"Audiences":         "ClientID",
		"AuthorizedParties": "",
	})
}

// poolID is the documented pattern, regions of GovCloud and of the European
// Sovereign Cloud included.
var poolID = regexp.MustCompile(`^([a-z]{2,}(?:-[a-z]+)+-\d+)_[0-9A-Za-z]+$`)

const (
	originalHost = "https://cognito-idp."
	updatedHost  = "https://issuer-cognito-idp."
)

// updatedIssuer is the pool's second name. A pool writes one of the two, by its
// setting IssuerConfigurationType, and publishes the same keys under both.
func (c *Config) updatedIssuer(original string) []string {
	if rest, ok := strings.CutPrefix(original, originalHost); ok && c.IssuerURL == "" {
		return []string{updatedHost + rest}
	}
	return nil
}

func (c *Config) issuer(f *preset.Faults) string {
	if c.IssuerURL != "" {
		if c.Region != "" || c.UserPoolID != "" {
			f.Add("IssuerURL", c.IssuerURL, "names the pool already: remove {Region} and {UserPoolID}, or this")
		}
		return f.BaseURL("IssuerURL", c.IssuerURL)
	}
	f.Required("UserPoolID", c.UserPoolID, "the user pool's id, such as eu-west-1_Qm7Tz4LxB")
	if c.UserPoolID == "" {
		return ""
	}
	m := poolID.FindStringSubmatch(c.UserPoolID)
	switch {
	case m == nil:
		f.Add("UserPoolID", c.UserPoolID, "is not a user pool ID: write one such as eu-west-1_Qm7Tz4LxB")
	case c.Region != "" && c.Region != m[1]:
		f.Add("Region", c.Region, "is not the pool's: {UserPoolID} says %s", m[1])
	case !preset.AWSRegion(m[1]):
		f.Add(
			"UserPoolID",
			c.UserPoolID,
			"begins with %s, which is not an AWS region: copy the pool's id, or set {IssuerURL} for a region that is new",
			m[1],
		)
	case strings.HasPrefix(m[1], "cn-"):
		f.Add(
			"UserPoolID",
			c.UserPoolID,
			"is in China, whose issuer host is not confirmed: set {IssuerURL} to the tokens' iss instead",
		)
	default:
		domain := ".amazonaws.com/"
		if strings.HasPrefix(m[1], "eusc-") { // the European Sovereign Cloud
			domain = ".amazonaws.eu/"
		}
		return originalHost + m[1] + domain + c.UserPoolID
	}
	return ""
}

// rules compare each kind of token with the claim in which it names its client.
func (c *Config) rules() []core.ClaimRule {
	use, clients := c.TokenUse, slices.Clone(c.ClientID)
	if use == "" {
		use = Access
	}
	uses := []string{string(use)}
	if use == Either {
		uses = []string{string(Access), string(ID)}
	}
	rules := []core.ClaimRule{
		{Header: "kid", Type: "string", Reason: "every token of a pool names its key"},
		{Claim: "token_use", OneOf: uses, Reason: "an ID token is not an access token, and vice versa"},
	}
	only := func(u TokenUse) []core.ClaimRule {
		return []core.ClaimRule{{Claim: "token_use", OneOf: []string{string(u)}}}
	}
	if use != ID && len(clients) > 0 {
		rules = append(rules, core.ClaimRule{
			Claim: "client_id", OneOf: clients, When: only(Access), Code: core.CodeAudienceMismatch,
			Reason: "an access token names its app client in client_id, and has no aud",
		})
	}
	if use == Either && len(clients) > 0 {
		rules = append(rules, core.ClaimRule{
			Claim: "aud", ContainsAny: clients, When: only(ID), Code: core.CodeAudienceMismatch,
			Reason: "an ID token names its app client in aud",
		})
	}
	if len(c.Audience) > 0 {
		rules = append(rules, core.ClaimRule{
			Claim: "aud", ContainsAny: slices.Clone(c.Audience), When: only(Access), Code: core.CodeAudienceMismatch,
			Reason: "the access token is not bound to this resource (RFC 8707)",
		})
	}
	if len(c.Groups) > 0 {
		rules = append(rules, core.ClaimRule{
			Claim:       "cognito:groups",
			ContainsAny: slices.Clone(c.Groups),
			Reason:      "the user is in none of the pool's groups that are accepted",
		})
	}
	return rules
}

func mapping() core.Mapping {
	access := core.ClaimRule{Claim: "token_use", OneOf: []string{string(Access)}}
	return core.Mapping{
		SessionID: preset.Refs("origin_jti"), Roles: preset.Refs("cognito:groups"), Scopes: preset.Refs("scope"),
		ClientID: preset.Refs("client_id", "aud"), Permissions: []core.ClaimRef{},
		OrganizationID: []core.ClaimRef{}, OrganizationSlug: []core.ClaimRef{}, OrganizationName: []core.ClaimRef{},
		OrganizationRole: []core.ClaimRef{},
		Kinds: []core.KindRule{
			// A token of the client-credentials grant has no user.
			{Kind: core.KindMachine, When: []core.ClaimRule{access, {Claim: "username", Absent: true}}},
			{Kind: core.KindAccess, When: []core.ClaimRule{access}},
		},
		Kind: core.KindID,
	}
}
