// Package descope is the preset for Descope (https://www.descope.com).
//
//	contract, err := descope.NewContract(descope.Config{ProjectID: os.Getenv("DESCOPE_PROJECT_ID")})
//
// It accepts session JWTs (drn DS), and no refresh JWTs.
package descope

import (
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// Config says which project to trust. ProjectID is required.
type Config struct {
	// ProjectID is the project's id, P2….
	ProjectID string `json:"projectId"`
	// BaseURL is https://api.descope.com by default; name yours for another
	// region or a custom domain. The keys are there.
	BaseURL string `json:"baseUrl,omitempty"`
	// Issuers replaces the accepted issuers. By default they are <ProjectID> and
	// <BaseURL>/<ProjectID>; JWT templates and applications have others, whose
	// path contains the project's id.
	Issuers core.Strings `json:"issuers,omitempty"`
	// Audience is checked if set: for JWT templates that add an aud.
	Audience core.Strings `json:"audience,omitempty"`

	// Tenant restricts access to members of this tenant, by id, and takes roles
	// and permissions from it: tenants.<id>.roles, not roles.
	Tenant string `json:"tenant,omitempty"`
	// CurrentTenants restricts access to sessions in which one of these tenants
	// is selected (dct).
	CurrentTenants []string `json:"currentTenants,omitempty"`
	// Leeway is 5 s by default, as in Descope's own SDKs.
	Leeway time.Duration `json:"-"`
}

const (
	defaultBaseURL = "https://api.descope.com"
	defaultLeeway  = 5 * time.Second
)

// NewContract returns the contract, or every mistake in cfg at once as
// [*core.ConfigError]. It does no I/O.
func NewContract(cfg Config) (*core.Contract, error) {
	var f preset.Faults
	f.Required("ProjectID", cfg.ProjectID, "copy P2… from Settings, Project")
	if cfg.ProjectID != "" && (!strings.HasPrefix(cfg.ProjectID, "P") || strings.ContainsAny(cfg.ProjectID, "/?#%:. ")) {
		f.Add("ProjectID", cfg.ProjectID, "is not a project's id: copy P2… from Settings, Project")
	}
	base := defaultBaseURL
	if cfg.BaseURL != "" {
		base = f.BaseURL("BaseURL", cfg.BaseURL)
	}
	issuers := f.Values("Issuers", cfg.Issuers)
	if len(issuers) == 0 {
		issuers = []string{cfg.ProjectID, base + "/" + cfg.ProjectID}
	}
	rules := core.Rules{
		Provider:            "descope",
		Issuer:              issuers[0],
		Issuers:             issuers[1:],
		JWKSURL:             base + "/v2/keys/" + cfg.ProjectID,
		Algorithms:          []string{"RS256"},
		Audiences:           f.Values("Audience", cfg.Audience),
		InsecureAnyAudience: len(cfg.Audience) == 0,
		TokenTypes:          []string{"", "JWT"},
		UserIDClaim:         "dsub",
		UserIDFallbacks:     []string{"sub"},
		ClaimRules:          cfg.rules(&f),
		Leeway:              preset.Leeway(cfg.Leeway, defaultLeeway),
		Session:             cfg.mapping(),
	}
	fields := map[string]string{
		"Issuer":            "ProjectID",
		"Issuers":           "ProjectID",
		"JWKSURL":           "BaseURL",
		"Audiences":         "Audience",
		"AuthorizedParties": "",
	}
	switch {
	case len(cfg.Issuers) > 0:
		fields["Issuer"], fields["Issuers"] = "Issuers", "Issuers"
	case cfg.BaseURL != "":
		fields["Issuer"], fields["Issuers"] = "BaseURL", "BaseURL"
	}
	return f.Contract(rules, fields)
}

func (c *Config) rules(f *preset.Faults) []core.ClaimRule {
	rules := []core.ClaimRule{{
		Claim:  "drn",
		OneOf:  []string{"DS"},
		Reason: "a session JWT; DSR is a refresh JWT, which lives for weeks and is for Descope alone",
	}}
	if c.Tenant != "" {
		rules = append(rules, core.ClaimRule{
			Claim:  c.tenantPath(),
			Type:   "object",
			Code:   core.CodePartyMismatch,
			Reason: "the tenant that the person must be a member of",
		})
		f.Values("Tenant", []string{c.Tenant})
	}
	if len(c.CurrentTenants) > 0 {
		rules = append(rules, core.ClaimRule{
			Claim:  "dct",
			OneOf:  f.Values("CurrentTenants", c.CurrentTenants),
			Code:   core.CodePartyMismatch,
			Reason: "the tenant that is selected in the session",
		})
	}
	return rules
}

// tenantPath is a JSON Pointer (RFC 6901 §3): an id may hold a dot.
func (c *Config) tenantPath() string {
	return "/tenants/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(c.Tenant)
}

func (c *Config) mapping() core.Mapping {
	none := []core.ClaimRef{}
	m := core.Mapping{
		SessionID:        none,
		OrganizationID:   preset.Refs("dct"),
		OrganizationSlug: none,
		OrganizationName: none,
		OrganizationRole: none,
		Roles:            preset.Refs("roles"),
		Permissions:      preset.Refs("permissions"),
		ClientID:         none,
		Kind:             core.KindSession,
	}
	if c.Tenant != "" {
		m.Roles, m.Permissions = preset.Refs(c.tenantPath()+"/roles"), preset.Refs(c.tenantPath()+"/permissions")
	}
	return m
}
