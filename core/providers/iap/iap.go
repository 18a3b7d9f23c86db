// Package iap is the preset for Google Cloud's Identity-Aware Proxy.
//
//	contract, err := iap.NewContract(iap.Config{Audience: []string{"/projects/418290573316/global/backendServices/7730192846510293847"}})
//	g, err := guard.New(contract, guard.Extractors(guard.Header(iap.Header)))
//
// The proxy puts its token into the header [Header] of every request it lets
// through. A client that bypasses the proxy can send any header, so
// the token must be verified; the headers X-Goog-Authenticated-User-* next to it
// prove nothing. Health checks of the load balancer carry no token.
package iap

import (
	"slices"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// Header is the request header that carries the token, without a scheme.
const Header = "X-Goog-Iap-Jwt-Assertion"

// Config says which protected resource this service is. Audience is required.
type Config struct {
	// Audience is what the menu "Get JWT audience code" of the resource on the
	// Identity-Aware Proxy page shows:
	// /projects/<number>/global/backendServices/<id> for a backend service
	// (with a region in place of global for a regional one),
	// /projects/<number>/apps/<project id> for App Engine,
	// /projects/<number>/locations/<region>/services/<name> for Cloud Run.
	Audience core.Strings `json:"audience"`
	// HostedDomains restricts access to these Google Workspace or Cloud
	// organizations (hd).
	HostedDomains []string `json:"hostedDomains,omitempty"`
	// Leeway is 30 s by default, as Google's documentation asks for.
	Leeway time.Duration `json:"-"`
}

const (
	defaultLeeway = 30 * time.Second
	maxAge        = 10 * time.Minute
)

// Claims are the claims of the proxy's tokens; a field is zero if the token
// lacks its claim.
//
// Source: https://cloud.google.com/iap/docs/signed-headers-howto.
type Claims struct {
	Issuer string `json:"iss"`
	// Subject is the person's unchanging id, "accounts.google.com:<number>" for
	// a Google account.
	Subject   string       `json:"sub"`
	Audience  core.Strings `json:"aud"`
	ExpiresAt int64        `json:"exp"` // seconds since 1970
	IssuedAt  int64        `json:"iat"`
	Email     string       `json:"email,omitempty"`
	// HostedDomain is the account's Google Workspace or Cloud organization.
	HostedDomain string `json:"hd,omitempty"`
	// Google holds the access levels that the request met.
	Google *Google `json:"google,omitempty"`
	// GCIP is the person of Identity Platform (external identities), whose id is
	// GCIP.Subject and whose tenant GCIP.Firebase.Tenant.
	GCIP *GCIP `json:"gcip,omitempty"`
	// WorkforceIdentity is the person of Workforce Identity Federation.
	WorkforceIdentity *WorkforceIdentity `json:"workforce_identity,omitempty"`
}

// Google is the claim google.
type Google struct {
	// AccessLevels are the full names of Access Context Manager's levels.
	AccessLevels []string `json:"access_levels,omitempty"`
}

// GCIP is the claim gcip: what Identity Platform's own token says.
type GCIP struct {
	Subject       string `json:"sub"`
	AuthTime      int64  `json:"auth_time,omitempty"`
	Email         string `json:"email,omitempty"`
	EmailVerified bool   `json:"email_verified,omitempty"`
	Name          string `json:"name,omitempty"`
	Picture       string `json:"picture,omitempty"`
	Firebase      SignIn `json:"firebase,omitzero"`
}

// SignIn says how a person of Identity Platform signed in.
type SignIn struct {
	Provider         string         `json:"sign_in_provider"`
	Tenant           string         `json:"tenant,omitempty"`
	Identities       map[string]any `json:"identities,omitempty"`
	SignInAttributes map[string]any `json:"sign_in_attributes,omitempty"`
}

// WorkforceIdentity is the claim workforce_identity.
type WorkforceIdentity struct {
	// Principal is principal://iam.googleapis.com/locations/global/workforcePools/…
	Principal string `json:"iam_principal"`
	Pool      string `json:"workforce_pool_name"`
}

// NewContract returns the contract, or every mistake in cfg at once as
// [*core.ConfigError]. It does no I/O.
func NewContract(cfg Config) (*core.Contract, error) {
	var f preset.Faults
	if len(cfg.Audience) == 0 {
		f.Missing("Audience", "is required: copy it from the menu \"Get JWT audience code\" of the Identity-Aware Proxy page")
	}
	for _, aud := range f.Values("Audience", cfg.Audience) {
		if aud != "" && !wellFormed(aud) {
			f.Add(
				"Audience",
				aud,
				"must be /projects/<number>/global/backendServices/<id>, /projects/<number>/apps/<project id> "+
					"or /projects/<number>/locations/<region>/services/<name>",
			)
		}
	}
	f.Bare("HostedDomains", cfg.HostedDomains, "is not a domain: write example.com", "@", "/", "*")
	var domains []core.ClaimRule
	if len(cfg.HostedDomains) > 0 {
		domains = append(domains, core.ClaimRule{
			Claim:  "hd",
			OneOf:  f.Values("HostedDomains", cfg.HostedDomains),
			Reason: "the organization that the account belongs to",
		})
	}
	rules := core.Rules{
		Provider: "iap", Issuer: "https://cloud.google.com/iap", JWKSURL: "https://www.gstatic.com/iap/verify/public_key-jwk",
		Algorithms: []string{"ES256"}, Audiences: cfg.Audience, ClaimRules: domains, TokenTypes: []string{"", "JWT"},
		Leeway: preset.Leeway(cfg.Leeway, defaultLeeway), MaxAge: maxAge,
		Session: core.Mapping{
			OrganizationID: preset.Refs("hd"), Kind: core.KindSession,
			Roles: []core.ClaimRef{}, Permissions: []core.ClaimRef{}, Scopes: []core.ClaimRef{},
		},
	}
	return f.Contract(rules, map[string]string{"Audiences": "Audience"})
}

// wellFormed judges the three forms: a backend service, global or regional; App
// Engine; Cloud Run with the proxy directly before it.
func wellFormed(audience string) bool {
	parts := strings.Split(audience, "/")
	if len(parts) < 5 || parts[0] != "" || parts[1] != "projects" || strings.Trim(parts[2], "0123456789") != "" ||
		slices.Contains(parts[2:], "") {
		return false
	}
	switch rest := parts[3:]; len(rest) {
	case 2:
		return rest[0] == "apps"
	case 3:
		return rest[1] == "backendServices"
	case 4:
		return rest[0] == "locations" && rest[2] == "services" || rest[0] == "regions" && rest[2] == "backendServices"
	default:
		return false
	}
}
