// Package okta is the preset for Okta (https://www.okta.com).
//
//	contract, err := okta.NewContract(okta.Config{Issuer: "https://your-org.okta.com/oauth2/default", Audience: []string{"api://default"}})
//
// It accepts the access tokens of a custom authorization server. Those of the
// org authorization server are meant for Okta's own APIs, and Okta asks not to
// validate them; its ID tokens are accepted with [Config.IDTokens].
package okta

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// Config says which authorization server to trust. Issuer and Audience are
// required.
type Config struct {
	// Issuer is the Issuer URI of Security, API, Authorization Servers:
	// https://<domain>/oauth2/<id>, where <id> is "default" or begins with
	// "aus". A trailing slash is dropped; the -admin host is refused, for no
	// token names it.
	Issuer string `json:"issuer"`
	// Audience is the authorization server's Audience, "api://default" for the
	// default one. For ID tokens it is your application's client id.
	Audience core.Strings `json:"audience"`
	// ClientIDs are the applications (cid) whose access tokens are accepted;
	// any of the authorization server's if empty.
	ClientIDs []string `json:"clientIds,omitempty"`
	// AllowMachines accepts access tokens of the client credentials grant. They
	// have no uid: the user id is then the client id, and the kind is machine.
	AllowMachines bool `json:"allowMachines,omitempty"`
	// IDTokens accepts ID tokens, and no access tokens. The issuer may then be
	// the org authorization server, https://<domain>.
	IDTokens bool `json:"idTokens,omitempty"`

	// GroupsClaim is the path of the claim that you mapped groups to, "groups"
	// by default. Its values are the session's roles.
	GroupsClaim string `json:"groupsClaim,omitempty"`
	// UserIDClaim is "uid" by default, "sub" for ID tokens: both hold the
	// unchanging 00u… id. The sub of an access token is the person's login.
	UserIDClaim string `json:"userIdClaim,omitempty"`
	// Confirmation accepts tokens that are bound to a client's key: "dpop", "mtls"
	// or "either". ConfirmationRequired refuses all others. See core.Rules.
	Confirmation         string `json:"confirmation,omitempty"`
	ConfirmationRequired bool   `json:"confirmationRequired,omitempty"`

	// Leeway is 120 s by default, as in Okta's own Go verifier.
	Leeway time.Duration `json:"-"`
}

const defaultLeeway = 120 * time.Second

// NewContract returns the contract, or every mistake in cfg at once as
// [*core.ConfigError]. It does no I/O.
func NewContract(cfg Config) (*core.Contract, error) {
	var f preset.Faults
	f.Required("Issuer", cfg.Issuer, "copy the {Issuer} URI of Security, API, Authorization Servers")
	if len(cfg.Audience) == 0 {
		f.Missing("Audience", "is required: copy the {Audience} of the authorization server, or for ID tokens your client id")
	}
	issuer := f.BaseURL("Issuer", cfg.Issuer)
	keys := cfg.keys(issuer, &f)
	rules := core.Rules{
		Provider: "okta", Issuer: issuer, JWKSURL: keys, Algorithms: []string{"RS256"},
		Audiences: f.Values("Audience", cfg.Audience), UserIDClaim: cfg.UserIDClaim,
		Confirmation: cfg.Confirmation, ConfirmationRequired: cfg.ConfirmationRequired,
		Leeway: preset.Leeway(cfg.Leeway, defaultLeeway), Session: cfg.mapping(),
	}
	if cfg.IDTokens {
		cfg.idTokens(&rules, &f)
	} else {
		cfg.accessTokens(&rules, &f)
	}
	return f.Contract(rules, map[string]string{
		"Audiences":        "Audience",
		"JWKSURL":          "Issuer",
		"session.roles[0]": "GroupsClaim",
	})
}

// keys also judges the issuer's form; both kinds of servers keep their keys at
// v1/keys, the org's below oauth2.
func (c *Config) keys(issuer string, f *preset.Faults) string {
	if issuer == "" {
		return ""
	}
	u, err := url.Parse(issuer)
	if err != nil {
		f.Add("Issuer", issuer, "is not a URL")
		return ""
	}
	if isAdminHost(u.Hostname()) {
		f.Add("Issuer", issuer, "is the address of the admin console: remove -admin from the host")
	}
	parts := strings.Split(strings.TrimPrefix(u.Path, "/"), "/")
	switch {
	case len(parts) == 2 && parts[0] == "oauth2" && parts[1] != "" && parts[1] != "v1":
		return issuer + "/v1/keys"
	case u.Path == "" && c.IDTokens:
		return issuer + "/oauth2/v1/keys"
	case u.Path == "":
		f.Add("Issuer", issuer, "is the org authorization server, whose access tokens are for Okta alone: "+
			"use a custom one (https://<domain>/oauth2/default), or set {IDTokens}")
	default:
		f.Add("Issuer", issuer, "must be https://<domain>/oauth2/<authorization server id>")
	}
	return ""
}

func isAdminHost(host string) bool {
	name, domain, _ := strings.Cut(host, ".")
	return strings.HasSuffix(name, "-admin") &&
		slices.Contains([]string{"okta.com", "oktapreview.com", "okta-emea.com", "okta-gov.com", "okta.mil"}, domain)
}

func (c *Config) accessTokens(rules *core.Rules, f *preset.Faults) {
	client := core.ClaimRule{
		Claim:  "cid",
		Format: "nonEmpty",
		Reason: "an access token names its client, an ID token does not",
	}
	if len(c.ClientIDs) > 0 {
		client = core.ClaimRule{
			Claim: "cid", OneOf: f.Values("ClientIDs", c.ClientIDs), Code: core.CodePartyMismatch,
			Reason: "the client that obtained the token",
		}
	}
	rules.ClaimRules = append(rules.ClaimRules, client)
	if rules.UserIDClaim == "" {
		rules.UserIDClaim = "uid"
	}
	person := core.ClaimRule{Claim: "uid", Format: "nonEmpty"}
	if !c.AllowMachines {
		person.Reason = "a token without uid is a client's, not a person's"
		rules.ClaimRules = append(rules.ClaimRules, person)
		return
	}
	rules.UserIDFallbacks = []string{"cid"}
	if rules.UserIDClaim != "uid" { // or all people without that claim would be one: their client
		rules.ClaimRules = append(rules.ClaimRules, core.ClaimRule{
			Claim: rules.UserIDClaim, Format: "nonEmpty", When: []core.ClaimRule{person},
			Reason: "the user id of a person never falls back to the client id",
		})
	}
}

func (c *Config) idTokens(rules *core.Rules, f *preset.Faults) {
	if len(c.ClientIDs) > 0 {
		f.Conflict(
			"ClientIDs",
			"",
			"does not go with {IDTokens}: the audience of an ID token is its client, name it in {Audience}",
		)
	}
	if c.AllowMachines {
		f.Conflict("AllowMachines", "true", "does not go with {IDTokens}: machines get none")
	}
	rules.ClaimRules = append(rules.ClaimRules, core.ClaimRule{
		Claim:  "cid",
		Absent: true,
		Reason: "an access token is not an ID token",
	})
}

func (c *Config) mapping() core.Mapping {
	groups := c.GroupsClaim
	if groups == "" {
		groups = "groups"
	}
	m := core.Mapping{
		Roles:    preset.Refs(groups),
		Scopes:   preset.Refs("scp"),
		ClientID: preset.Refs("cid"),
		Kind:     core.KindAccess,
	}
	if c.IDTokens {
		m.Kind, m.ClientID = core.KindID, preset.Refs("azp", "aud")
		return m
	}
	m.Kinds = []core.KindRule{
		{Kind: core.KindMachine, When: []core.ClaimRule{{Claim: "uid", Optional: true, OneOf: []string{""}}}},
	}
	return m
}
