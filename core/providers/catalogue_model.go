package providers

import (
	"github.com/revstackhq/auth-go/core/providers/auth0"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/core/providers/cognito"
	"github.com/revstackhq/auth-go/core/providers/custom"
	"github.com/revstackhq/auth-go/core/providers/firebase"
	"github.com/revstackhq/auth-go/core/providers/oidc"
	"github.com/revstackhq/auth-go/core/providers/supabase"
)

// model holds the six providers of the TypeScript package, with its own
// words for them, and any OpenID Connect issuer.
func model() []Provider {
	return []Provider{
		{
			Slug: "auth0", Name: "Auth0",
			Description: "Enterprise identity provider with OIDC and JWKS.",
			LogoURL:     "https://cdn.simpleicons.org/auth0/ffffff",
			Strategies:  []string{"RS256"}, Algorithms: []string{"RS256", "PS256", "HS256"},
			Issuer:   "`https://<domain>/` with the slash, of every domain of the tenant",
			Keys:     "`https://<domain>/.well-known/jwks.json`, or the API's secret",
			Audience: "the API's identifier, required",
			UserID:   "`sub` (`<connection>|<id>`)",
			Checks: []string{
				"no `nonce` (ID token) and no `events` (logout token)", "`azp` or `client_id` if client ids are set",
				"`org_id` if organisations are set", "`typ` is `JWT` or `at+jwt`",
			},
			Build: FromJSON(auth0.NewContract), Claims: claimsOf[auth0.Claims],
		},
		{
			Slug: "clerk", Name: "Clerk",
			Description: "Authentication and user management platform with OIDC and JWKS.",
			LogoURL:     "https://cdn.simpleicons.org/clerk/ffffff",
			Algorithms:  []string{"RS256"},
			Issuer:      "`https://clerk.<domain>` or `https://<slug>.clerk.accounts.dev`",
			Keys:        "`<issuer>/.well-known/jwks.json`, or a PEM",
			Audience:    "none; `azp` if authorized parties are set",
			UserID:      "`sub` (`user_…`)",
			Checks: []string{
				"`sub` prefix, header `cat` and `typ` (kind of token; unknown categories are refused)", "`sid` present", "`sts` is not `pending`", "leeway 5 s",
			},
			Build: FromJSON(clerk.NewContract), Claims: claimsOf[clerk.Claims],
		},
		{
			Slug: "supabase", Name: "Supabase",
			Description: "Supabase Auth with OIDC (RS256) or JWT secret (HS256).",
			LogoURL:     "https://cdn.simpleicons.org/supabase/ffffff",
			Strategies:  []string{"RS256", "HS256"}, Algorithms: []string{"ES256", "RS256", "EdDSA", "ES512", "RS512", "HS256"},
			Issuer:   "`<project URL>/auth/v1`, yours if self-hosted, none by option",
			Keys:     "`<project URL>/auth/v1/.well-known/jwks.json`, the legacy secret, or both",
			Audience: "`authenticated`",
			UserID:   "`sub` (a UUID)",
			Checks: []string{
				"`role` is not `anon` or `service_role`", "`sub` is a UUID", "`is_anonymous` is not true",
				"no `client_id` but those that are set", "`aal` if a minimum is set",
			},
			Build: FromJSON(supabase.NewContract), Claims: claimsOf[supabase.Claims],
		},
		{
			Slug: "cognito", Name: "Amazon Cognito",
			Description: "AWS Cognito User Pools with OIDC and JWKS.",
			LogoURL:     "https://cdn.simpleicons.org/amazoncognito/ffffff",
			Algorithms:  []string{"RS256"},
			Issuer:      "`https://cognito-idp.<region>.amazonaws.com/<pool id>` or `https://issuer-cognito-idp.<region>.amazonaws.com/<pool id>`",
			Keys:        "`<issuer>/.well-known/jwks.json`",
			Audience:    "app client ids, required: `client_id` of access tokens, `aud` of ID tokens",
			UserID:      "`sub` (a UUID)",
			Checks: []string{
				"`token_use`", "header `kid` present", "`aud` of access tokens if a resource is set", "`cognito:groups` if groups are set",
			},
			Build: FromJSON(cognito.NewContract), Claims: claimsOf[cognito.Claims],
		},
		{
			Slug: "firebase", Name: "Firebase",
			Description: "Firebase Auth tokens verified via Google's SecureToken JWKS.",
			LogoURL:     "https://cdn.simpleicons.org/firebase/ffffff",
			Algorithms:  []string{"RS256"},
			Issuer:      "`https://securetoken.google.com/<project id>`; `https://session.firebase.google.com/<project id>` of session cookies",
			Keys:        "Google's key set for the kind of token",
			Audience:    "the project id",
			UserID:      "`sub`",
			Checks: []string{
				"header `kid` present", "`sub` has at most 128 bytes", "`auth_time` is not in the future",
				"`firebase.tenant`", "`firebase.sign_in_provider` (anonymous users) and `email_verified` if asked for", "leeway 5 min",
			},
			Build: FromJSON(firebase.NewContract), Claims: claimsOf[firebase.Claims],
		},
		{
			Slug: "custom", Name: "Custom JWT",
			Description: "Bring-your-own JWT verified with a shared secret (HS256).",
			LogoURL:     "https://cdn.simpleicons.org/jsonwebtokens/ffffff",
			Strategies:  []string{"HS256"},
			Algorithms:  []string{"HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"},
			Issuer:      "yours",
			Keys:        "your secret, JWKS URL, JWKS or PEM",
			Audience:    "yours, required",
			UserID:      "`sub`, or the claim you name",
			Checks:      []string{"your claim rules", "secret at least as long as its hash"},
			Build:       FromJSON(custom.NewContract), Claims: claimsOf[custom.Claims],
		},
		{
			Slug: "oidc", Name: "OpenID Connect",
			Description: "Any issuer with a discovery document, or a JWKS URL of its own.",
			LogoURL:     "https://cdn.simpleicons.org/openid/ffffff",
			Algorithms:  []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"},
			Issuer:      "exactly as the issuer writes it",
			Keys:        "found by discovery, or a JWKS URL",
			Audience:    "yours, required",
			UserID:      "`sub`, or the claim you name",
			Checks:      []string{"the discovery document's issuer", "your claim rules, parties and token types"},
			Build:       FromJSON(oidc.NewContract), Claims: claimsOf[oidc.Claims],
		},
	}
}
