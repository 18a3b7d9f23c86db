// Package workos is the preset for WorkOS AuthKit (https://workos.com).
//
//	contract, err := workos.NewContract(workos.Config{ClientID: os.Getenv("WORKOS_CLIENT_ID")})
//
// It accepts AuthKit's session access tokens. They carry no audience: what ties
// them to an environment is the key set, which WorkOS publishes for each client
// id apart, and the issuer.
package workos

import (
	"slices"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// Config says which environment to trust. ClientID is required.
type Config struct {
	// ClientID is the environment's client id of the API Keys page, client_….
	ClientID string `json:"clientId"`
	// Issuers replaces the accepted issuers. By default they are, below
	// https://api.workos.com and below APIHost, the host alone and
	// /user_management/<ClientID>, which older and newer environments use, and
	// /sso/<ClientID> and /convex/<ClientID>, which WorkOS gives to some. With a
	// custom authentication domain name that, such as https://auth.example.com.
	Issuers core.Strings `json:"issuers,omitempty"`
	// Audience is checked if set: for JWT templates that add an aud.
	Audience core.Strings `json:"audience,omitempty"`
	// APIHost is api.workos.com by default; name yours if the SDKs are
	// configured with another one. The keys are there, and tokens name it in
	// iss.
	APIHost string `json:"apiHost,omitempty"`
	// Algorithms are RS256 by default.
	Algorithms []string `json:"algorithms,omitempty"`
	// Leeway is 30 s by default.
	Leeway time.Duration `json:"-"`
}

const defaultHost = "api.workos.com"

// NewContract returns the contract, or every mistake in cfg at once as
// [*core.ConfigError]. It does no I/O.
func NewContract(cfg Config) (*core.Contract, error) {
	var f preset.Faults
	f.Required("ClientID", cfg.ClientID, "copy client_… from the API Keys page")
	if cfg.ClientID != "" && (!strings.HasPrefix(cfg.ClientID, "client_") || strings.ContainsAny(cfg.ClientID, "/?#% ")) {
		f.Add("ClientID", cfg.ClientID, "is not a client id: copy client_… from the API Keys page")
	}
	host := cfg.APIHost
	if host == "" {
		host = defaultHost
	}
	api := f.BaseURL("APIHost", host)
	issuers, issuersField := f.Values("Issuers", cfg.Issuers), "Issuers"
	if len(issuers) == 0 {
		issuers, issuersField = issuersOf(api, cfg.ClientID), "APIHost"
	}
	rules := core.Rules{
		Provider: "workos", Issuer: issuers[0], Issuers: issuers[1:], JWKSURL: api + "/sso/jwks/" + cfg.ClientID,
		Algorithms:          cfg.Algorithms,
		Audiences:           f.Values("Audience", cfg.Audience),
		InsecureAnyAudience: len(cfg.Audience) == 0,
		ClaimRules:          rules(), TokenTypes: []string{"", "JWT"}, Leeway: cfg.Leeway,
		Session: core.Mapping{
			SessionID: preset.Refs("sid"), OrganizationID: preset.Refs("org_id"), OrganizationRole: preset.Refs("role"),
			Roles:       preset.Refs("role", "roles"),
			Permissions: preset.Refs("permissions"),
			Actor:       preset.Refs("act.sub"),
			Kind:        core.KindSession,
		},
	}
	return f.Contract(rules, map[string]string{
		"Issuer":            issuersField,
		"Issuers":           issuersField,
		"JWKSURL":           "APIHost",
		"Audiences":         "Audience",
		"AuthorizedParties": "",
	})
}

// issuersOf lists the forms of iss. None of them lets another environment's
// tokens in: the keys are those of the client id.
func issuersOf(api, clientID string) []string {
	var issuers []string
	for _, host := range slices.Compact([]string{api, "https://" + defaultHost}) {
		if host == "" { // a mistake in APIHost
			continue
		}
		issuers = append(issuers, host)
		for _, form := range []string{"/user_management/", "/sso/", "/convex/"} {
			issuers = append(issuers, host+form+clientID)
		}
	}
	return issuers
}

func rules() []core.ClaimRule {
	return []core.ClaimRule{
		{Claim: "sub", Prefixes: []string{"user_"}, Reason: "the subject of a session is a user"},
		{
			Claim:    "sid",
			Prefixes: []string{"session_"},
			Reason:   "tokens of WorkOS Connect name a consent here, and machines nothing",
		},
	}
}
