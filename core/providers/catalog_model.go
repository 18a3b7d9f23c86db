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
			Slug:        "auth0",
			Name:        "Auth0",
			Description: "Enterprise identity provider with OIDC and JWKS.",
			LogoURL:     "https://cdn.simpleicons.org/auth0/ffffff",
			Strategies:  []string{"RS256"},
			Algorithms:  []string{"RS256", "PS256", "HS256"},
			Build:       FromJSON(auth0.NewContract),
			Claims:      claimsOf[auth0.Claims],
		},
		{
			Slug:        "clerk",
			Name:        "Clerk",
			Description: "Authentication and user management platform with OIDC and JWKS.",
			LogoURL:     "https://cdn.simpleicons.org/clerk/ffffff",
			Algorithms:  []string{"RS256"},
			Build:       FromJSON(clerk.NewContract),
			Claims:      claimsOf[clerk.Claims],
		},
		{
			Slug:        "supabase",
			Name:        "Supabase",
			Description: "Supabase Auth with OIDC (RS256) or JWT secret (HS256).",
			LogoURL:     "https://cdn.simpleicons.org/supabase/ffffff",
			Strategies:  []string{"RS256", "HS256"},
			Algorithms:  []string{"ES256", "RS256", "EdDSA", "ES512", "RS512", "HS256"},
			Build:       FromJSON(supabase.NewContract),
			Claims:      claimsOf[supabase.Claims],
		},
		{
			Slug:        "cognito",
			Name:        "Amazon Cognito",
			Description: "AWS Cognito User Pools with OIDC and JWKS.",
			LogoURL:     "https://cdn.simpleicons.org/amazoncognito/ffffff",
			Algorithms:  []string{"RS256"},
			Build:       FromJSON(cognito.NewContract),
			Claims:      claimsOf[cognito.Claims],
		},
		{
			Slug:        "firebase",
			Name:        "Firebase",
			Description: "Firebase Auth tokens verified via Google's SecureToken JWKS.",
			LogoURL:     "https://cdn.simpleicons.org/firebase/ffffff",
			Algorithms:  []string{"RS256"},
			Build:       FromJSON(firebase.NewContract),
			Claims:      claimsOf[firebase.Claims],
		},
		{
			Slug:        "custom",
			Name:        "Custom JWT",
			Description: "Bring-your-own JWT verified with a shared secret (HS256).",
			LogoURL:     "https://cdn.simpleicons.org/jsonwebtokens/ffffff",
			Strategies:  []string{"HS256"},
			Algorithms: []string{
				"HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
				"EdDSA",
			},
			Build:  FromJSON(custom.NewContract),
			Claims: claimsOf[custom.Claims],
		},
		{
			Slug:        "oidc",
			Name:        "OpenID Connect",
			Description: "Any issuer with a discovery document, or a JWKS URL of its own.",
			LogoURL:     "https://cdn.simpleicons.org/openid/ffffff",
			Algorithms:  []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"},
			Build:       FromJSON(oidc.NewContract),
			Claims:      claimsOf[oidc.Claims],
		},
	}
}
