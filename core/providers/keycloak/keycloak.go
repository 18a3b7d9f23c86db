// Package keycloak is the preset for Keycloak (https://www.keycloak.org).
//
//	contract, err := keycloak.NewContract(keycloak.Config{
//		Issuer: "https://id.example.com/realms/main", Audience: []string{"invoices-api"},
//	})
//
// It accepts the access tokens of one realm. Keycloak does not put the client
// that asked into aud: without an audience mapper aud is "account" or absent,
// and azp is all there is to check.
package keycloak

import (
	"net/url"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// Config says which realm to trust. Issuer is required, and one of Audience and
// ClientIDs.
type Config struct {
	// Issuer is the realm's URL, https://<host>/realms/<realm>, as the realm's
	// OpenID Endpoint Configuration shows it; before Keycloak 17 there is
	// /auth before /realms. A trailing slash is dropped.
	Issuer string `json:"issuer"`
	// Audience is this API's client id in the realm, put into aud by an
	// audience mapper. "account" is in the tokens of every client and says
	// nothing about yours.
	Audience core.Strings `json:"audience,omitempty"`
	// ClientIDs are the clients (azp) whose tokens are accepted.
	ClientIDs []string `json:"clientIds,omitempty"`
	// InsecureAnyAudience accepts tokens for every client of the realm.
	InsecureAnyAudience bool `json:"insecureAnyAudience,omitempty"`

	// RoleClients are the clients whose roles (resource_access.<client>.roles)
	// become roles of the session, in addition to those of the realm; Audience by
	// default. The names are put together: a role "admin" of a client is then
	// the same as the realm's.
	RoleClients []string `json:"roleClients,omitzero"`
	// OrganizationClaim is the path of a claim with the id of the person's
	// organization, if your own mapper writes one as a string. Keycloak's own
	// claim "organization" is read anyway, where it names exactly one: the alias
	// is the organization's slug, and its id is there if the mapper adds it.
	OrganizationClaim string `json:"organizationClaim,omitempty"`

	// Algorithms are RS256 by default: name the realm's or client's own
	// (PS256, ES256, EdDSA, …) if they differ.
	Algorithms []string `json:"algorithms,omitempty"`
	// UserIDClaim is "sub" by default.
	UserIDClaim string `json:"userIdClaim,omitempty"`
	// Confirmation accepts tokens that are bound to a client's key: "dpop", "mtls"
	// or "either". ConfirmationRequired refuses all others. See core.Rules.
	Confirmation         string `json:"confirmation,omitempty"`
	ConfirmationRequired bool   `json:"confirmationRequired,omitempty"`

	// Leeway is 30 s by default.
	Leeway time.Duration `json:"-"`
}

// NewContract returns the contract, or every mistake in cfg at once as
// [*core.ConfigError]. It does no I/O.
func NewContract(cfg Config) (*core.Contract, error) {
	var f preset.Faults
	issuer := cfg.issuer(&f)
	cfg.bound(&f)
	rules := core.Rules{
		Provider: "keycloak", Issuer: issuer, JWKSURL: issuer + "/protocol/openid-connect/certs", Algorithms: cfg.Algorithms,
		Audiences: f.Values("Audience", cfg.Audience), InsecureAnyAudience: len(cfg.Audience) == 0,
		AuthorizedParties: f.Values("ClientIDs", cfg.ClientIDs),
		TokenTypes:        []string{"JWT", "at+jwt"},
		UserIDClaim:       cfg.UserIDClaim,
		Confirmation:      cfg.Confirmation,
		Leeway:            cfg.Leeway,

		ConfirmationRequired: cfg.ConfirmationRequired,
		Session:              cfg.mapping(&f),
		ClaimRules: []core.ClaimRule{{
			Claim: "typ", OneOf: []string{"Bearer"}, IgnoreCase: true, // as Keycloak's own TokenTypeCheck
			Reason: "the claim typ distinguishes access tokens from ID, refresh and logout tokens, which the same key signs",
		}},
	}
	return f.Contract(rules, map[string]string{
		"JWKSURL": "Issuer", "Audiences": "Audience", "AuthorizedParties": "ClientIDs",
		"session.roles": "RoleClients", "session.organizationId[0]": "OrganizationClaim",
	})
}

func (c *Config) issuer(f *preset.Faults) string {
	f.Required("Issuer", c.Issuer, "copy issuer from Realm settings, OpenID Endpoint Configuration")
	issuer := f.BaseURL("Issuer", c.Issuer)
	if issuer == "" {
		return ""
	}
	u, err := url.Parse(issuer)
	if err != nil {
		f.Add("Issuer", "", "is not a URL")
		return ""
	}
	before, realm, found := strings.Cut(u.Path, "/realms/")
	if !found || realm == "" || strings.Contains(realm, "/") || strings.HasSuffix(before, "/") {
		f.Add("Issuer", issuer, "must end with /realms/<realm>")
	}
	return issuer
}

func (c *Config) bound(f *preset.Faults) {
	bound := len(c.Audience) > 0 || len(c.ClientIDs) > 0
	switch {
	case !bound && !c.InsecureAnyAudience:
		f.Missing("Audience", "is required, or {ClientIDs}: add an audience mapper for this API to the client's scopes, "+
			"or name the clients whose tokens you accept; {InsecureAnyAudience} accepts those of the whole realm")
	case bound && c.InsecureAnyAudience:
		f.Conflict("InsecureAnyAudience", "true", "{Audience} or {ClientIDs} are named: remove one of the two")
	}
	for _, aud := range c.Audience {
		if aud == "account" {
			f.Add(
				"Audience",
				aud,
				"is in the tokens of nearly every client: add an audience mapper for this API and name its client id",
			)
		}
	}
}

const claimOrganization = "organization"

func (c *Config) mapping(f *preset.Faults) core.Mapping {
	clients := c.RoleClients
	if clients == nil {
		clients = c.Audience
	}
	m := core.Mapping{
		SessionID: preset.Refs("sid", "session_state"), Roles: preset.Refs("realm_access.roles"),
		Scopes: preset.Refs("scope"), ClientID: preset.Refs("azp", "client_id"),
		// An array of aliases, or an object of them, or a list of such objects.
		OrganizationID: []core.ClaimRef{{Path: claimOrganization, Keys: true, Field: "id", Single: true}},
		OrganizationSlug: []core.ClaimRef{
			{Path: claimOrganization, Keys: true, Single: true}, {Path: claimOrganization, Single: true},
		},
		Kind: core.KindAccess, Kinds: machines(),
	}
	for _, client := range f.Values("RoleClients", clients) {
		escaped := strings.NewReplacer("~", "~0", "/", "~1").Replace(client) // RFC 6901 §3
		m.Roles = append(m.Roles, core.ClaimRef{Path: "/resource_access/" + escaped + "/roles"})
	}
	if c.OrganizationClaim != "" && c.OrganizationClaim != claimOrganization {
		m.OrganizationID = preset.Refs(c.OrganizationClaim)
	}
	return m
}

// machines recognizes service accounts. A person may have registered with such a user name,
// but the token of a person has a session, and lacks what the client scope service_account
// adds, clientId in older versions. A lightweight token has no user name.
func machines() []core.KindRule {
	named := core.ClaimRule{Claim: "preferred_username", Prefixes: []string{"service-account-"}}
	client := core.ClaimRule{Claim: "client_id", Type: "string"}
	noSession := []core.ClaimRule{{Claim: "sid", Absent: true}, {Claim: "session_state", Absent: true}}
	return []core.KindRule{
		{Kind: core.KindMachine, When: []core.ClaimRule{named, client}},
		{Kind: core.KindMachine, When: []core.ClaimRule{named, {Claim: "clientId", Type: "string"}}},
		{Kind: core.KindMachine, When: append([]core.ClaimRule{named}, noSession...)},
		{Kind: core.KindMachine, When: append([]core.ClaimRule{client}, noSession...)},
	}
}
