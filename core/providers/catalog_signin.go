package providers

import (
	"github.com/revstackhq/auth-go/core/providers/authentik"
	"github.com/revstackhq/auth-go/core/providers/betterauth"
	"github.com/revstackhq/auth-go/core/providers/descope"
	"github.com/revstackhq/auth-go/core/providers/entra"
	"github.com/revstackhq/auth-go/core/providers/google"
	"github.com/revstackhq/auth-go/core/providers/keycloak"
	"github.com/revstackhq/auth-go/core/providers/kinde"
	"github.com/revstackhq/auth-go/core/providers/logto"
	"github.com/revstackhq/auth-go/core/providers/okta"
	"github.com/revstackhq/auth-go/core/providers/ory"
	"github.com/revstackhq/auth-go/core/providers/stytch"
	"github.com/revstackhq/auth-go/core/providers/supertokens"
	"github.com/revstackhq/auth-go/core/providers/workos"
	"github.com/revstackhq/auth-go/core/providers/zitadel"
)

// signIn holds the providers beyond the TypeScript package's that people sign in
// with.
func signIn() []Provider {
	return []Provider{
		{
			Slug:        "okta",
			Name:        "Okta",
			Description: "Access tokens of an Okta custom authorization server, or ID tokens.",
			LogoURL:     "https://cdn.simpleicons.org/okta/ffffff",
			Algorithms:  []string{"RS256"},
			Build:       FromJSON(okta.NewContract),
			Claims:      claimsOf[okta.Claims],
		},
		{
			Slug:        "entra",
			Name:        "Microsoft Entra ID",
			Description: "Access tokens of Entra ID (Azure AD), version 1.0 or 2.0, of one tenant, several, or any.",
			Algorithms:  []string{"RS256"},
			Build:       FromJSON(entra.NewContract),
			Claims:      claimsOf[entra.Claims],
		},
		{
			Slug:        "keycloak",
			Name:        "Keycloak",
			Description: "Access tokens of a realm of Keycloak, the open-source identity server.",
			LogoURL:     "https://cdn.simpleicons.org/keycloak/ffffff",
			Algorithms:  []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"},
			Build:       FromJSON(keycloak.NewContract),
			Claims:      claimsOf[keycloak.Claims],
		},
		{
			Slug:        "google",
			Name:        "Google",
			Description: "ID tokens of Sign in with Google, One Tap, mobile apps and service accounts.",
			LogoURL:     "https://cdn.simpleicons.org/google/ffffff",
			Algorithms:  []string{"RS256"},
			Build:       FromJSON(google.NewContract),
			Claims:      claimsOf[google.Claims],
		},
		{
			Slug:        "workos",
			Name:        "WorkOS",
			Description: "Session access tokens of WorkOS AuthKit.",
			Algorithms:  []string{"RS256"},
			Build:       FromJSON(workos.NewContract),
			Claims:      claimsOf[workos.Claims],
		},
		{
			Slug:        "kinde",
			Name:        "Kinde",
			Description: "Access tokens of Kinde, for people and machines.",
			Algorithms:  []string{"RS256"},
			Build:       FromJSON(kinde.NewContract),
			Claims:      claimsOf[kinde.Claims],
		},
		{
			Slug:        "logto",
			Name:        "Logto",
			Description: "Access tokens of Logto for API resources and organizations.",
			Algorithms:  []string{"ES384", "RS256", "ES256", "ES512", "RS384", "RS512", "PS256", "PS384", "PS512"},
			Build:       FromJSON(logto.NewContract),
			Claims:      claimsOf[logto.Claims],
		},
		{
			Slug:        "zitadel",
			Name:        "Zitadel",
			Description: "Access tokens of Zitadel in JWT form.",
			Algorithms:  []string{"RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "EdDSA"},
			Build:       FromJSON(zitadel.NewContract),
			Claims:      claimsOf[zitadel.Claims],
		},
		{
			Slug:        "better-auth",
			Name:        "Better Auth",
			Description: "Tokens of Better Auth's JWT plugin.",
			Algorithms:  []string{"EdDSA", "ES256", "ES512", "PS256", "RS256"},
			Build:       FromJSON(betterauth.NewContract),
			Claims:      claimsOf[betterauth.Claims],
		},
		{
			Slug:        "authentik",
			Name:        "authentik",
			Description: "Access tokens of authentik, the open-source identity provider.",
			LogoURL:     "https://cdn.simpleicons.org/authentik/ffffff",
			Algorithms:  []string{"RS256", "ES256", "ES384", "ES512", "HS256"},
			Build:       FromJSON(authentik.NewContract),
			Claims:      claimsOf[authentik.Claims],
		},
		{
			Slug:        "supertokens",
			Name:        "SuperTokens",
			Description: "Session access tokens of SuperTokens.",
			Algorithms:  []string{"RS256"},
			Build:       FromJSON(supertokens.NewContract),
			Claims:      claimsOf[supertokens.Claims],
		},
		{
			Slug:        "stytch",
			Name:        "Stytch",
			Description: "Session JWTs of Stytch, consumer or B2B, or M2M access tokens.",
			Algorithms:  []string{"RS256"},
			Build:       FromJSON(stytch.NewContract),
			Claims:      claimsOf[stytch.Claims],
		},
		{
			Slug:        "descope",
			Name:        "Descope",
			Description: "Session JWTs of Descope.",
			Algorithms:  []string{"RS256"},
			Build:       FromJSON(descope.NewContract),
			Claims:      claimsOf[descope.Claims],
		},
		{
			Slug:        "ory",
			Name:        "Ory",
			Description: "Access tokens of Ory Hydra and Ory Network in JWT form, or tokenized sessions.",
			Algorithms:  []string{"RS256", "ES256"},
			Build:       FromJSON(ory.NewContract),
			Claims:      claimsOf[ory.Claims],
		},
	}
}
