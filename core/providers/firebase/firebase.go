// Package firebase is the preset for Firebase Authentication
// (https://firebase.google.com/docs/auth): ID tokens, and the session cookies
// that a server makes of them.
//
//	contract, err := firebase.NewContract(firebase.Config{ProjectID: "northwind-prod"})
//
// Two kinds of token are two issuers with their own keys. To accept both,
// make two contracts and give both to core.NewVerifier.
//
// A custom token, which a server signs with its service account, is for
// signInWithCustomToken and for nothing else: its issuer is the service
// account, and it is refused as ISSUER_MISMATCH.
package firebase

import (
	"slices"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// Config says which project. ProjectID is required.
type Config struct {
	// ProjectID is the project's id of the page Project settings, such as
	// northwind-prod; not its name and not its number.
	ProjectID string `json:"projectId,omitempty"`
	// Kind is the kind of token: ID tokens by default.
	Kind Kind `json:"kind,omitempty"`
	// JWKSURL replaces Google's URL for the keys of this kind.
	JWKSURL string `json:"jwksUri,omitempty"`

	// Tenant is the accepted tenants of an Identity Platform project with
	// several. If it is empty a tenant's token is refused, unless
	// InsecureAnyTenant accepts all of them.
	Tenant            core.Strings `json:"tenant,omitempty"`
	InsecureAnyTenant bool         `json:"insecureAnyTenant,omitempty"`
	// SignInProviders are the accepted values of firebase.sign_in_provider,
	// such as "password", "google.com" or "anonymous"; any if empty, anonymous
	// users among them unless RefuseAnonymous is set.
	SignInProviders []string `json:"signInProviders,omitempty"`
	// RefuseAnonymous refuses anonymous users (signInAnonymously), and accepts
	// every other way of signing in.
	RefuseAnonymous bool `json:"refuseAnonymous,omitempty"`
	// RequireVerifiedEmail refuses users whose address was never confirmed.
	RequireVerifiedEmail bool `json:"requireVerifiedEmail,omitempty"`

	// InsecureEmulator accepts the unsigned tokens of the Authentication
	// emulator. Anyone can be anyone then: for development only.
	InsecureEmulator bool `json:"insecureEmulator,omitempty"`

	// UserIDClaim is "sub" by default; a path as in core.Rules.
	UserIDClaim string `json:"userIdClaim,omitempty"`
	// RolesClaim is the custom claim that holds roles, "roles" by default.
	RolesClaim string `json:"rolesClaim,omitempty"`
	// Leeway is 5 min by default, as in Firebase's SDKs; none if negative.
	Leeway time.Duration `json:"-"`
	// Adjust, if set, changes the rules before the contract is made of them: it
	// can add conditions that Config has no field for.
	Adjust func(*core.Rules) `json:"-"`
}

// Kind is a kind of Firebase token.
type Kind string

// The kinds of tokens.
const (
	IDToken       Kind = "id-token"
	SessionCookie Kind = "session-cookie"
)

const (
	// Google publishes the keys of ID tokens as X.509 certificates and as a key
	// set; this is the set.
	idTokenKeys = "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com" //nolint:gosec // a public URL
	// Firebase's SDKs read the keys of session cookies as certificates from
	// identitytoolkit/v3/relyingparty/publicKeys. As a key set they are what
	// Identity Platform's REST reference calls getSessionCookiePublicKeys.
	sessionCookieKeys = "https://identitytoolkit.googleapis.com/v1/sessionCookiePublicKeys"

	defaultLeeway = 5 * time.Minute
	maxUserID     = 128
	anonymous     = "anonymous"
)

// NewContract returns the contract, or every mistake in cfg at once as
// [*core.ConfigError]. It does no I/O.
func NewContract(cfg Config) (*core.Contract, error) {
	f := preset.Faults{Adjust: cfg.Adjust}
	f.Required("ProjectID", cfg.ProjectID, "the project id of the project settings")
	if strings.ContainsAny(cfg.ProjectID, "/ ?#") {
		f.Add("ProjectID", cfg.ProjectID, "is not a project ID: use the bare ID, such as northwind-prod")
	}
	if cfg.InsecureAnyTenant && len(cfg.Tenant) > 0 {
		f.Conflict("InsecureAnyTenant", "true", "{Tenant} is set: remove one of the two")
	}
	if slices.Contains(cfg.Tenant, "") {
		f.Missing("Tenant", "holds an empty tenant id; leave {Tenant} out to accept users without a tenant")
	}
	rules := core.Rules{
		Provider: "firebase", JWKSURL: cfg.JWKSURL, Algorithms: []string{"RS256"}, Audiences: []string{cfg.ProjectID},
		RequiredClaims: []string{"iat"}, TokenTypes: []string{"", "JWT"}, ClaimRules: cfg.rules(),
		UserIDClaim: cfg.UserIDClaim, Leeway: cfg.Leeway, Session: cfg.mapping(), InsecureEmulator: cfg.InsecureEmulator,
	}
	keys := idTokenKeys
	switch cfg.Kind {
	case "", IDToken:
		rules.Issuer = "https://securetoken.google.com/" + cfg.ProjectID
	case SessionCookie:
		rules.Issuer, keys = "https://session.firebase.google.com/"+cfg.ProjectID, sessionCookieKeys
	default:
		f.Add("Kind", string(cfg.Kind), "is not a kind of token: use id-token or session-cookie")
	}
	if rules.JWKSURL == "" {
		rules.JWKSURL = keys
	}
	if rules.Leeway == 0 {
		rules.Leeway = defaultLeeway
	}
	if cfg.RefuseAnonymous && slices.Contains(cfg.SignInProviders, anonymous) {
		f.Conflict("RefuseAnonymous", "true", "{SignInProviders} has anonymous: remove one of the two")
	}
	if len(cfg.SignInProviders) == 0 && !cfg.RefuseAnonymous && !cfg.InsecureEmulator {
		rules.Warnings = []string{
			"anonymous users: people who never gave a credential have tokens too; set RefuseAnonymous or SignInProviders",
		}
	}
	return f.Contract(rules, map[string]string{"Issuer": "ProjectID", "Audiences": "ProjectID"})
}

func (c *Config) rules() []core.ClaimRule {
	signed := []core.ClaimRule{{Header: "alg", NoneOf: []string{"none"}}}
	if !c.InsecureEmulator {
		signed = nil
	}
	rules := []core.ClaimRule{
		{
			Header: "kid",
			Type:   "string",
			Format: "nonEmpty",
			When:   signed,
			Reason: "a custom token, and no ID token or cookie, lacks it",
		},
		{Claim: "sub", Format: "nonEmpty", MaxLength: maxUserID, Reason: "a user id has 1 to 128 characters"},
		{Claim: "auth_time", InPast: true, Reason: "a sign-in is in the past"},
		c.tenantRule(),
	}
	if c.InsecureAnyTenant {
		rules = rules[:len(rules)-1]
	}
	if len(c.SignInProviders) > 0 {
		rules = append(rules, core.ClaimRule{
			Claim:  "firebase.sign_in_provider",
			OneOf:  slices.Clone(c.SignInProviders),
			Reason: "this way of signing in is not accepted",
		})
	}
	if c.RefuseAnonymous {
		rules = append(rules, core.ClaimRule{
			Claim:  "firebase.sign_in_provider",
			NoneOf: []string{anonymous},
			Reason: "the user is anonymous, and RefuseAnonymous is set",
		})
	}
	if c.RequireVerifiedEmail {
		rules = append(rules, core.ClaimRule{
			Claim:  "email_verified",
			OneOf:  []string{"true"},
			Type:   "boolean",
			Reason: "the user never confirmed the e-mail address",
		})
	}
	return rules
}

func (c *Config) tenantRule() core.ClaimRule {
	if len(c.Tenant) == 0 {
		return core.ClaimRule{
			Claim: "firebase.tenant", Absent: true,
			Reason: "the user belongs to a tenant; Tenant accepts some, InsecureAnyTenant all of them",
		}
	}
	return core.ClaimRule{
		Claim: "firebase.tenant", OneOf: slices.Clone(c.Tenant), Reason: "the user belongs to no tenant, or to another one",
	}
}

func (c *Config) mapping() core.Mapping {
	m := core.Mapping{
		OrganizationID:   preset.Refs("firebase.tenant"),
		OrganizationSlug: []core.ClaimRef{},
		OrganizationName: []core.ClaimRef{},
		OrganizationRole: []core.ClaimRef{}, Roles: preset.Refs("roles"),
		AuthMethods: preset.Refs("firebase.sign_in_provider", "firebase.sign_in_second_factor"),
		// Custom claims are the developer's: none of these names is Firebase's.
		SessionID: []core.ClaimRef{}, ClientID: []core.ClaimRef{}, Actor: []core.ClaimRef{}, ACR: []core.ClaimRef{},
		AAL: []core.ClaimRef{}, Kind: core.KindID,
	}
	if c.RolesClaim != "" {
		m.Roles = preset.Refs(c.RolesClaim)
	}
	if c.Kind == SessionCookie {
		m.Kind = core.KindSession
	}
	return m
}
