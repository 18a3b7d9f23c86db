// Package entra is the preset for Microsoft Entra ID, formerly Azure Active
// Directory (https://learn.microsoft.com/entra/identity-platform).
//
//	contract, err := entra.NewContract(entra.Config{
//		Tenants:  []string{"7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73"},
//		Audience: []string{"5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65"},
//	})
//
// It accepts access tokens for your own API, of one version: version 2.0,
// or 1.0 with [Config.Version]. The API's registration decides which one it
// gets, not the endpoint that the client calls. Tokens for Microsoft Graph are not
// meant for your API and cannot be verified.
package entra

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// Version is the version of access tokens.
type Version string

// The versions, see accessTokenAcceptedVersion in the API's manifest: 2 asks for
// V2, 1 and null for V1.
const (
	V1 Version = "1.0"
	V2 Version = "2.0"
)

// Config says which tenants to trust. Audience is required, and one of Tenants
// and InsecureAnyTenant.
type Config struct {
	// Tenants are the Directory (tenant) IDs of the accepted organizations, as
	// GUIDs; not "common", "organizations" or a domain name.
	Tenants core.Strings `json:"tenants,omitempty"`
	// InsecureAnyTenant accepts every organization that Microsoft knows, and
	// personal accounts: the token's tenant (the session's organization) then
	// has to be checked by you.
	InsecureAnyTenant bool `json:"insecureAnyTenant,omitempty"`
	// Audience is the API's Application (client) ID, a GUID. With V1 it may be
	// the Application ID URI (api://…) instead, and often both are needed.
	Audience core.Strings `json:"audience"`
	// Version is V2 by default.
	Version Version `json:"version,omitempty"`

	// ClientIDs are the applications (azp, with V1 appid) whose tokens are
	// accepted; any of the tenant's if empty.
	ClientIDs []string `json:"clientIds,omitempty"`
	// AllowAppTokens accepts tokens of the client credentials grant, kind
	// machine, whose user id is the service principal's. Any application of the
	// tenant can obtain one, so it must have been given an app role (roles), or
	// be among ClientIDs.
	AllowAppTokens bool `json:"allowAppTokens,omitempty"`

	// CloudHost is login.microsoftonline.com by default; for national clouds
	// e.g. login.microsoftonline.us or login.partner.microsoftonline.cn; for
	// Microsoft Entra External ID <tenant id>.ciamlogin.com.
	CloudHost string `json:"cloudHost,omitempty"`
	// STSHost is the host of V1 issuers, sts.windows.net by default. In a
	// national cloud it must be named with V1: take it from a token.
	STSHost string `json:"stsHost,omitempty"`
	// SigningKeyAppID is the client id of an API with its own signing keys,
	// as claims mapping brings them: the keys are then asked for by ?appid=.
	SigningKeyAppID string `json:"signingKeyAppId,omitempty"`

	// InsecureAnyKeyIssuer does not hold the issuer that a key of Microsoft's
	// set names against the token's. With V1 it is never done: the keys of that
	// set name no issuer.
	InsecureAnyKeyIssuer bool `json:"insecureAnyKeyIssuer,omitempty"`

	// UserIDClaim is "oid" by default: unchanging, and the same for every
	// application. It is unique together with the tenant. Never identify people
	// by email, upn or preferred_username.
	UserIDClaim string `json:"userIdClaim,omitempty"`
	// Leeway is 5 min by default, as in Microsoft's own library.
	Leeway time.Duration `json:"-"`
}

const (
	defaultCloud  = "login.microsoftonline.com"
	defaultSTS    = "sts.windows.net"
	defaultLeeway = 5 * time.Minute
)

// NewContract returns the contract, or every mistake in cfg at once as
// [*core.ConfigError]. It does no I/O.
func NewContract(cfg Config) (*core.Contract, error) {
	var f preset.Faults
	if cfg.Version == "" {
		cfg.Version = V2
	}
	if cfg.Version != V1 && cfg.Version != V2 {
		f.Add("Version", string(cfg.Version), `use "2.0" or "1.0"`)
	}
	rules := core.Rules{
		Provider: "entra", Algorithms: []string{"RS256"}, Audiences: cfg.audience(&f),
		UserIDClaim: cfg.UserIDClaim, Leeway: preset.Leeway(cfg.Leeway, defaultLeeway), Session: cfg.mapping(),
		CheckKeyIssuer: cfg.Version == V2 && !cfg.InsecureAnyKeyIssuer,
	}
	if rules.CheckKeyIssuer {
		rules.KeyIssuerClaims = map[string]string{"tenantid": "tid"}
	}
	if rules.UserIDClaim == "" {
		rules.UserIDClaim = "oid"
	}
	cfg.trust(&rules, &f)
	rules.ClaimRules = append(rules.ClaimRules, cfg.rules(&f)...)
	return f.Contract(rules, map[string]string{
		"Issuer":         "CloudHost",
		"IssuerTemplate": "CloudHost",
		"JWKSURL":        "CloudHost",
		"Audiences":      "Audience",
		"ClaimRules":     "Tenants",
	})
}

// trust determines issuer and keys. A single tenant has its own; for several, the
// issuer is a template that must fit the token's own tid, and the tenant is
// held against the list.
func (c *Config) trust(rules *core.Rules, f *preset.Faults) {
	cloud, sts := c.host(f, "CloudHost", c.CloudHost, defaultCloud), c.host(f, "STSHost", c.STSHost, defaultSTS)
	if c.Version == V1 && cloud != defaultCloud && c.STSHost == "" {
		f.Missing("STSHost", "is required with V1 in a national cloud: take the host of iss from one of its tokens")
	}
	issuer := func(tenant string) string { return "https://" + cloud + "/" + tenant + "/v2.0" }
	path := "/discovery/v2.0/keys"
	if c.Version == V1 {
		issuer = func(tenant string) string { return "https://" + sts + "/" + tenant + "/" }
		path = "/discovery/keys"
	}
	directory := "common"
	tenant := core.ClaimRule{Claim: "tid", Format: "uuid", Reason: "the tenant that the issuer speaks for"}
	switch {
	case c.InsecureAnyTenant && len(c.Tenants) > 0:
		f.Conflict("InsecureAnyTenant", "true", "{Tenants} are named: remove one of the two")
	case !c.InsecureAnyTenant && len(c.Tenants) == 0:
		f.Missing(
			"Tenants",
			"is required: copy the Directory (tenant) ID of the app registration, or say {InsecureAnyTenant}",
		)
	case len(c.Tenants) > 0:
		tenants := c.guids(f)
		tenant.OneOf, tenant.Format = tenants, ""
		if len(tenants) == 1 {
			directory = tenants[0]
		}
	}
	rules.IssuerHints = c.hints(cloud, sts)
	if directory != "common" {
		rules.Issuer = issuer(directory)
	} else {
		rules.IssuerTemplate = issuer("{tid}")
	}
	rules.JWKSURL = "https://" + cloud + "/" + directory + path
	if c.SigningKeyAppID != "" {
		rules.JWKSURL += "?appid=" + url.QueryEscape(c.SigningKeyAppID)
	}
	rules.ClaimRules = append(rules.ClaimRules, tenant, core.ClaimRule{
		Claim:  "ver",
		OneOf:  []string{string(c.Version)},
		Reason: "the API's manifest (accessTokenAcceptedVersion) sets the version",
	})
}

// hints recognize a token of the other version: the API's registration, whose default
// is version 1.0, decides which one there is.
func (c *Config) hints(cloud, sts string) map[string]string {
	if c.Version == V1 {
		return map[string]string{"https://" + cloud + "/": "this is a version 2.0 token: set Version 2.0"}
	}
	return map[string]string{"https://" + sts + "/": "this is a version 1.0 token: set requestedAccessTokenVersion " +
		"(accessTokenAcceptedVersion) to 2 in the manifest of the API's registration, or Version 1.0 here"}
}

func (c *Config) host(f *preset.Faults, field, host, byDefault string) string {
	if host == "" {
		return byDefault
	}
	if strings.ContainsAny(host, "/?#@:{} ") || !strings.Contains(host, ".") {
		f.Add(field, host, "must be a host name alone, such as %s", byDefault)
	}
	return strings.ToLower(host)
}

// guids returns the tenants in lower case, as tokens write them.
func (c *Config) guids(f *preset.Faults) []string {
	ids := make([]string, 0, len(c.Tenants))
	for _, t := range c.Tenants {
		id := strings.ToLower(t)
		switch {
		case slices.Contains([]string{"common", "organizations", "consumers"}, id):
			f.Add("Tenants", t, "is not a tenant: write its Directory (tenant) ID, or say {InsecureAnyTenant}")
		case !isGUID(id):
			f.Add("Tenants", t, "is not a GUID: write the Directory (tenant) ID, not a domain name")
		case !slices.Contains(ids, id):
			ids = append(ids, id)
		}
	}
	return ids
}

func (c *Config) audience(f *preset.Faults) []string {
	if len(c.Audience) == 0 {
		f.Missing("Audience", "is required: copy the Application (client) ID of the API's app registration")
	}
	audience := make([]string, 0, len(c.Audience))
	for _, aud := range f.Values("Audience", c.Audience) {
		switch id := strings.ToLower(aud); {
		case isGUID(id):
			aud = id // as tokens write it
		case c.Version == V2 && aud != "":
			f.Add(
				"Audience",
				aud,
				"is never in a 2.0 token: write the API's Application (client) ID, a GUID, or set {Version} 1.0",
			)
		}
		audience = append(audience, aud)
	}
	return audience
}

// rules distinguish access tokens from ID tokens, and people from applications. An API
// that shares its registration with the application has the same audience for
// both.
func (c *Config) rules(f *preset.Faults) []core.ClaimRule {
	party := "azp"
	if c.Version == V1 {
		party = "appid"
	}
	client := core.ClaimRule{
		Claim:  party,
		Format: "nonEmpty",
		Reason: "an access token names its client, an ID token does not",
	}
	if len(c.ClientIDs) > 0 {
		client = core.ClaimRule{
			Claim: party, OneOf: f.Values("ClientIDs", c.ClientIDs), Code: core.CodePartyMismatch,
			Reason: "the client that obtained the token",
		}
	}
	scopes := core.ClaimRule{Claim: "scp", Format: "nonEmpty"}
	if !c.AllowAppTokens {
		scopes.Reason = "a token without scp is an application's, not a person's"
		return []core.ClaimRule{client, scopes, {
			Claim: "idtyp", Optional: true, NoneOf: []string{"app"}, Reason: "the token is an application's",
		}}
	}
	if len(c.ClientIDs) > 0 {
		return []core.ClaimRule{client}
	}
	return []core.ClaimRule{client, {
		Claim: "roles", Type: "array", When: []core.ClaimRule{{Claim: "scp", Absent: true}},
		Reason: "any application of the tenant can get a token for this API; only an app role says that this one may use it",
	}}
}

func (c *Config) mapping() core.Mapping {
	return core.Mapping{
		OrganizationID: preset.Refs("tid"), OrganizationSlug: []core.ClaimRef{}, OrganizationName: []core.ClaimRef{},
		OrganizationRole: []core.ClaimRef{},
		Roles:            preset.Refs("roles"),
		Scopes:           preset.Refs("scp"),
		ClientID:         preset.Refs("azp", "appid"),
		Kind:             core.KindAccess, Kinds: []core.KindRule{
			{Kind: core.KindMachine, When: []core.ClaimRule{{Claim: "idtyp", OneOf: []string{"app"}}}},
			{Kind: core.KindMachine, When: []core.ClaimRule{{Claim: "scp", Absent: true}}},
		},
	}
}

func isGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (s[i] == '-') || !dash && strings.IndexByte("0123456789abcdef", s[i]) < 0 {
			return false
		}
	}
	return true
}
