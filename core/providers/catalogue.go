package providers

import (
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/core/providers/custom"
	"github.com/revstackhq/auth-go/core/providers/oidc"
)

// catalogue holds the six providers of the TypeScript package, with its own
// words for them, and any OpenID Connect issuer.
func catalogue() []Provider {
	return []Provider{
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
				"`sub` prefix, header `cat` and `typ` (kind of token)", "`sid` present", "`sts` is not `pending`", "leeway 5 s",
			},
			Build: FromJSON(clerk.NewContract), Claims: claimsOf[clerk.Claims],
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
