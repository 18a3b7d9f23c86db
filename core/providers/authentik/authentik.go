// Package authentik is the preset for authentik (https://goauthentik.io).
//
//	contract, err := authentik.NewContract(authentik.Config{
//		Host:        "id.example.com",
//		Application: "invoices",
//		ClientID:    []string{"kQx7vB2mZpT9sLwR4yNcJ6hDfG1aUe8oXi3PtYvK"},
//	})
//
// It accepts the access tokens of an application's OAuth2 provider.
package authentik

import (
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// Config says which application to trust. Host, Application and ClientID are
// required.
type Config struct {
	// Host is authentik's host, id.example.com, with the port and the path it is
	// served below, if any.
	Host string `json:"host"`
	// Application is the application's slug.
	Application string `json:"application"`
	// ClientID is the Client ID of the application's provider: the audience of
	// its tokens. Name several if several providers share the issuer.
	ClientID core.Strings `json:"clientId"`
	// GlobalIssuer is for providers whose Issuer mode is "same identifier for
	// all": their issuer is https://<host>/.
	GlobalIssuer bool `json:"globalIssuer,omitempty"`
	// SigningSecret is the Client Secret of a provider without a signing key,
	// which signs with HS256. SigningSecretEnv names the environment variable
	// that holds it. Anyone who has the secret can make tokens: prefer a key.
	SigningSecret    core.Secret `json:"signingSecret,omitzero"`
	SigningSecretEnv string      `json:"signingSecretEnv,omitempty"`
	// AllowMachines accepts service accounts (kind machine). Their tokens belong
	// to no session of a browser, and have no sid.
	AllowMachines bool `json:"allowMachines,omitempty"`
	// AllowIDTokens accepts ID tokens too, kind id.
	AllowIDTokens bool `json:"allowIdTokens,omitempty"`
	// Groups restricts access to members of these groups, by name.
	Groups []string `json:"groups,omitempty"`
	// UserIDClaim is "sub" by default, whose form is the provider's Subject
	// mode. The default mode is unique and does not change.
	UserIDClaim string `json:"userIdClaim,omitempty"`
	// Leeway is 30 s by default.
	Leeway time.Duration `json:"-"`
}

// NewContract returns the contract, or every mistake in cfg at once as
// [*core.ConfigError]. It does no I/O.
func NewContract(cfg Config) (*core.Contract, error) {
	var f preset.Faults
	f.Required("Host", cfg.Host, "write the host that authentik is served on, such as id.example.com")
	f.Required("Application", cfg.Application, "copy the application's slug")
	if strings.ContainsAny(cfg.Application, "/?#%: ") {
		f.Add("Application", cfg.Application, "must be the application's slug alone")
	}
	if len(cfg.ClientID) == 0 {
		f.Missing("ClientID", "is required: copy the Client ID of the application's provider")
	}
	host := f.BaseURL("Host", cfg.Host)
	if strings.Contains(host, "/application/o/") {
		f.Add("Host", cfg.Host, "is the issuer of an application: write the host here, and the slug in {Application}")
	}
	application := host + "/application/o/" + cfg.Application + "/"
	rules := core.Rules{
		Provider:    "authentik",
		Issuer:      application,
		Algorithms:  []string{"RS256", "ES256", "ES384", "ES512"},
		JWKSURL:     application + "jwks/",
		Audiences:   f.Values("ClientID", cfg.ClientID),
		TokenTypes:  []string{"", "JWT", "at+jwt"},
		UserIDClaim: cfg.UserIDClaim,
		ClaimRules:  cfg.rules(&f),
		Leeway:      cfg.Leeway,
		Session:     cfg.mapping(),
	}
	if cfg.GlobalIssuer {
		rules.Issuer = host + "/"
	}
	if !cfg.SigningSecret.IsZero() || cfg.SigningSecretEnv != "" {
		rules.JWKSURL, rules.Algorithms = "", []string{"HS256"}
		rules.Secret, rules.SecretEnv = cfg.SigningSecret, cfg.SigningSecretEnv
		rules.Warnings = []string{
			"client secret: every client that holds it can make tokens; choose a Signing Key and leave SigningSecret out",
		}
	}
	return f.Contract(rules, map[string]string{
		"Issuer":    "Host",
		"JWKSURL":   "Host",
		"Audiences": "ClientID",
		"Secret":    "SigningSecret",
		"SecretEnv": "SigningSecretEnv",
	})
}

func (c *Config) rules(f *preset.Faults) []core.ClaimRule {
	isAccess := core.ClaimRule{
		Claim:  "azp",
		Format: "nonEmpty",
		Reason: "an access token names its client, an ID token with the same audience does not",
	}
	var rules []core.ClaimRule
	if !c.AllowIDTokens {
		rules = append(rules, isAccess)
	}
	if !c.AllowMachines {
		rules = append(rules, core.ClaimRule{
			Claim:  "sid",
			Format: "nonEmpty",
			Reason: "a token without sid is a service account's, not that of a person who signed in",
		})
	}
	if len(c.Groups) > 0 {
		rules = append(rules, core.ClaimRule{
			Claim:       "groups",
			ContainsAny: f.Values("Groups", c.Groups),
			Reason:      "the groups that have access",
		})
	}
	return rules
}

func (c *Config) mapping() core.Mapping {
	none := []core.ClaimRef{}
	m := core.Mapping{
		OrganizationID:   none,
		OrganizationSlug: none,
		OrganizationName: none,
		OrganizationRole: none,
		Roles:            preset.Refs("groups", "roles"),
		Permissions:      preset.Refs("entitlements"),
		Kind:             core.KindAccess,
	}
	if c.AllowIDTokens {
		m.Kinds = append(m.Kinds, core.KindRule{
			Kind: core.KindID,
			When: []core.ClaimRule{{Claim: "azp", Absent: true}},
		})
	}
	if c.AllowMachines {
		m.Kinds = append(m.Kinds, core.KindRule{
			Kind: core.KindMachine,
			When: []core.ClaimRule{{Claim: "sid", Absent: true}},
		})
	}
	return m
}
