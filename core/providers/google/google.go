// Package google is the preset for Google's ID tokens: Sign in with Google, One
// Tap, the tokens that mobile apps send to their backend, and those of service
// accounts (Cloud Run, Pub/Sub push, Cloud Tasks, Cloud Scheduler, Eventarc).
//
//	contract, err := google.NewContract(google.Config{ClientIDs: []string{os.Getenv("GOOGLE_CLIENT_ID")}})
//
//	contract, err := google.NewContract(google.Config{
//		Audience:        []string{"https://invoices-q7v2m9xk4t-ew.a.run.app"},
//		ServiceAccounts: []string{"push@northwind-prod.iam.gserviceaccount.com"},
//	})
//
// Google's access tokens (ya29.…) are opaque and can't be verified. For tokens
// of Identity-Aware Proxy see package iap, for Firebase package firebase.
package google

import (
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// Config says for which clients tokens are accepted. ClientIDs is required, or
// for service accounts Audience.
type Config struct {
	// ClientIDs are the OAuth client ids that tokens are meant for (aud), as in
	// APIs & Services, Credentials: <number>-<hash>.apps.googleusercontent.com.
	// A mobile app's token is meant for the server's client id.
	ClientIDs core.Strings `json:"clientIds,omitempty"`
	// Audience is what service accounts ask for in place of a client id, any
	// string: by convention the service's URL. It needs ServiceAccounts or
	// AllowServiceAccounts.
	Audience core.Strings `json:"audience,omitempty"`
	// ServiceAccounts are the e-mail addresses of the service accounts whose
	// tokens are accepted, kind machine. The caller must request a token with its
	// address (includeEmail, format full). Without ClientIDs, only these accounts
	// are accepted.
	ServiceAccounts []string `json:"serviceAccounts,omitempty"`
	// AuthorizedParties are the client ids that may have asked for the token
	// (azp): of a mobile app it is the app's own. Any if empty.
	AuthorizedParties []string `json:"authorizedParties,omitempty"`
	// HostedDomains restricts sign-in to these Google Workspace or Cloud
	// organizations (hd). The domain of an e-mail address proves nothing: anyone
	// can have a Google account with an address of any domain.
	HostedDomains []string `json:"hostedDomains,omitempty"`
	// RequireVerifiedEmail refuses tokens whose e-mail address Google has not
	// verified, or that carry none.
	RequireVerifiedEmail bool `json:"requireVerifiedEmail,omitempty"`
	// AllowServiceAccounts accepts ID tokens of service accounts, of anyone's
	// projects: anyone who has one can name any audience. Their kind is machine.
	// Use ServiceAccounts unless you check the address yourself.
	AllowServiceAccounts bool `json:"allowServiceAccounts,omitempty"`
	// Leeway is 5 min by default, as in Google's own library.
	Leeway time.Duration `json:"-"`
}

const (
	defaultLeeway = 5 * time.Minute
	// maxAge is what Google's library bounds a token's life by.
	maxAge = 24 * time.Hour
)

// NewContract returns the contract, or every mistake in cfg at once as
// [*core.ConfigError]. It does no I/O.
func NewContract(cfg Config) (*core.Contract, error) {
	var f preset.Faults
	if len(cfg.ClientIDs) == 0 && len(cfg.Audience) == 0 {
		f.Missing("ClientIDs", "is required: copy the client id from APIs & Services, Credentials; "+
			"without it a token for any other site would do; for service accounts set {Audience}")
	}
	cfg.checkServiceAccounts(&f)
	f.Bare("ClientIDs", cfg.ClientIDs, "is a URL: write the client id, such as 1234-abc.apps.googleusercontent.com; "+
		"a service account's audience goes into {Audience}", "://", "/")
	f.Bare("HostedDomains", cfg.HostedDomains, "is not a domain: write example.com", "@", "/", "*")
	rules := core.Rules{
		Provider: "google",
		// Google has written iss both ways, and still documents both.
		Issuer: "https://accounts.google.com", Issuers: []string{"accounts.google.com"},
		JWKSURL: "https://www.googleapis.com/oauth2/v3/certs", Algorithms: []string{"RS256"},
		Audiences:         append(f.Values("ClientIDs", cfg.ClientIDs), f.Values("Audience", cfg.Audience)...),
		AuthorizedParties: f.Values("AuthorizedParties", cfg.AuthorizedParties),
		ClaimRules:        cfg.rules(&f), TokenTypes: []string{"", "JWT"},
		Leeway: preset.Leeway(cfg.Leeway, defaultLeeway), MaxAge: maxAge,
		Session: core.Mapping{
			// The domain is the organization's only name.
			OrganizationID: preset.Refs("hd"), ClientID: preset.Refs("azp", "aud"), Kind: core.KindID,
			Roles: []core.ClaimRef{}, Permissions: []core.ClaimRef{}, Scopes: []core.ClaimRef{},
			Kinds: []core.KindRule{
				{Kind: core.KindMachine, When: []core.ClaimRule{addressOfServiceAccount()}},
				{Kind: core.KindMachine, When: []core.ClaimRule{partyIsSubject()}},
			},
		},
	}
	if cfg.AllowServiceAccounts {
		rules.Warnings = []string{
			"any service account: those of every Google Cloud project are accepted; name yours in ServiceAccounts",
		}
	}
	return f.Contract(rules, map[string]string{"Audiences": "ClientIDs"})
}

func (c *Config) rules(f *preset.Faults) []core.ClaimRule {
	var rules []core.ClaimRule
	switch {
	case len(c.ServiceAccounts) > 0:
		rules = append(rules, c.onlyServiceAccounts(f)...)
	case !c.AllowServiceAccounts:
		rules = append(rules, noServiceAccounts()...)
	}
	if len(c.HostedDomains) > 0 {
		domains := make([]string, len(c.HostedDomains))
		for i, d := range f.Values("HostedDomains", c.HostedDomains) {
			domains[i] = strings.ToLower(d)
		}
		rules = append(rules, core.ClaimRule{
			Claim:  "hd",
			OneOf:  domains,
			Reason: "the organization that the account belongs to",
		})
	}
	if c.RequireVerifiedEmail {
		rules = append(rules, core.ClaimRule{
			Claim: "email_verified", OneOf: []string{"true"}, Reason: "Google has not verified the e-mail address",
		})
	}
	return rules
}
