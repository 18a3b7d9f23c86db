package introspect

import (
	"net/http"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/clientauth"
)

// ClerkMachineTokens returns the configuration for Clerk's opaque machine tokens, "mt_…". issuerURL is the instance's
// Frontend API URL, which names the issuer of sessions; secret is the instance's secret key or that of a machine.
// Sessions have the kind [core.KindMachine], and their user id is the machine's id, "mch_…".
func ClerkMachineTokens(issuerURL string, secret core.Secret) Config {
	c := clerk(issuerURL, secret, "/m2m_tokens/verify", "token", "mt_")
	c.Rules.ClaimRules = []core.ClaimRule{{Claim: "sub", Prefixes: []string{"mch_"}}}
	c.Rules.Session.Kind = core.KindMachine
	return c
}

// ClerkOAuthTokens returns the configuration for the opaque access tokens of Clerk as an OAuth server, "oat_…". See
// [ClerkMachineTokens]; sessions are of the kind [core.KindAccess].
func ClerkOAuthTokens(issuerURL string, secret core.Secret) Config {
	c := clerk(issuerURL, secret, "/oauth_applications/access_tokens/verify", "access_token", "oat_")
	c.Rules.ClaimRules = []core.ClaimRule{{Claim: "sub", Prefixes: []string{"user_"}}}
	c.Rules.Session.Kind = core.KindAccess
	return c
}

// ClerkAPIKeys returns the configuration for Clerk's API keys, "ak_…". See [ClerkMachineTokens]; sessions are of the
// kind apikey.Kind. The user id is that of the person or the organization that the key belongs to.
func ClerkAPIKeys(issuerURL string, secret core.Secret) Config {
	c := clerk(issuerURL, secret, "/api_keys/verify", "secret", "ak_")
	c.Rules.ClaimRules = []core.ClaimRule{{Claim: "sub", Prefixes: []string{"user_", "org_"}}}
	c.Rules.Session.Kind = "api_key"
	return c
}

// clerk returns the configuration that Clerk's endpoints have in common. They answer with the token's resource, times
// in milliseconds, and with 404 for a token that they do not know (@clerk/backend, api/endpoints).
func clerk(issuerURL string, secret core.Secret, path, param, prefix string) Config {
	return Config{
		Server: Server{
			URL:             "https://api.clerk.com/v1" + path,
			TokenParam:      param,
			JSON:            true,
			UnknownStatuses: []int{http.StatusNotFound},
			ActiveIf:        map[string]bool{"revoked": false, "expired": false},
			Claims:          map[string]string{"sub": "subject", "exp": "expiration", "iat": "created_at", "jti": "id"},
			Milliseconds:    true,
		},
		Auth: clientauth.Bearer(secret),
		Rules: core.Rules{
			Provider: "clerk",
			Issuer:   issuerURL,
			// The answer names no audience: the secret key asks about its own instance's tokens only.
			InsecureAnyAudience: true,
			// A token may have no end. It is asked about again after MaxAge.
			InsecureNoExpiry: true,
			Session: core.Mapping{
				SessionID: []core.ClaimRef{},
				Scopes:    []core.ClaimRef{{Path: "scopes"}},
				ClientID:  []core.ClaimRef{{Path: "client_id"}},
			},
		},
		Prefixes: []string{prefix},
	}
}

// WorkOSAPIKeys returns the configuration for the API keys that WorkOS makes for an application's customers. issuerURL
// names the issuer of sessions, such as https://api.workos.com; apiKey is the application's own secret key. prefixes
// are those that keys have in the environment, "sk_" by default. Sessions are of the kind apikey.Kind; their user id is
// that of the key's owner, an organization or a user.
func WorkOSAPIKeys(issuerURL string, apiKey core.Secret, prefixes ...string) Config {
	if len(prefixes) == 0 {
		prefixes = []string{"sk_"}
	}
	return Config{
		Server: Server{
			URL:        "https://api.workos.com/api_keys/validations",
			TokenParam: "value",
			JSON:       true,
			Member:     "api_key",
			ActiveIf:   map[string]bool{},
			Claims:     map[string]string{"sub": "owner.id", "jti": "id"},
		},
		Auth: clientauth.Bearer(apiKey),
		Rules: core.Rules{
			Provider:            "workos",
			Issuer:              issuerURL,
			InsecureAnyAudience: true, // the answer names no audience
			InsecureNoExpiry:    true, // a key ends when it is deleted
			ClaimRules:          []core.ClaimRule{{Claim: "owner.type", OneOf: []string{"organization", "user"}}},
			Session: core.Mapping{
				Kind:        "api_key",
				Permissions: []core.ClaimRef{{Path: "permissions"}},
				OrganizationID: []core.ClaimRef{{Path: "owner.organization_id"}, {
					Path: "owner.id", TrimPrefix: "org_",
					Prefix: "org_",
				}},
			},
		},
		Prefixes: prefixes,
	}
}
