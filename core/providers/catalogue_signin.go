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
			Slug: "okta", Name: "Okta",
			Description: "Access tokens of an Okta custom authorization server, or ID tokens.",
			LogoURL:     "https://cdn.simpleicons.org/okta/ffffff",
			Algorithms:  []string{"RS256"},
			Issuer:      "`https://<domain>/oauth2/<id>`, never the `-admin` host",
			Keys:        "`<issuer>/v1/keys`",
			Audience:    "the server's audience, such as `api://default`, required; `cid` if clients are named",
			UserID:      "`uid`; of a machine `cid`; of an ID token `sub`",
			Checks:      []string{"`cid` present (no ID token)", "`uid` present (no machine)", "leeway 120 s"},
			Build:       FromJSON(okta.NewContract), Claims: claimsOf[okta.Claims],
		},
		{
			Slug: "entra", Name: "Microsoft Entra ID",
			Description: "Access tokens of Entra ID (Azure AD), version 1.0 or 2.0, of one tenant, several, or any.",
			Algorithms:  []string{"RS256"},
			Issuer:      "`https://login.microsoftonline.com/<tid>/v2.0`; version 1.0 `https://sts.windows.net/<tid>/`",
			Keys:        "`https://login.microsoftonline.com/<tid or common>/discovery/v2.0/keys`; version 1.0 `…/discovery/keys`",
			Audience:    "the API's client id, required; version 1.0 also its `api://` URI",
			UserID:      "`oid`, unique together with `tid`",
			Checks: []string{
				"`iss` fits `tid`, `tid` is accepted", "`ver`", "`azp` or `appid` present (no ID token)",
				"`scp` present (no application); an allowed application has `roles` or is named", "leeway 300 s",
			},
			Build: FromJSON(entra.NewContract), Claims: claimsOf[entra.Claims],
		},
		{
			Slug: "keycloak", Name: "Keycloak",
			Description: "Access tokens of a realm of Keycloak, the open-source identity server.",
			LogoURL:     "https://cdn.simpleicons.org/keycloak/ffffff",
			Algorithms:  []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"},
			Issuer:      "`https://<host>/realms/<realm>`",
			Keys:        "`<issuer>/protocol/openid-connect/certs`",
			Audience:    "the API's client id by a mapper, or `azp`: one is required",
			UserID:      "`sub`",
			Checks:      []string{"claim `typ` is `Bearer` in any case", "header `typ` is `JWT` or `at+jwt`", "`azp` present if clients are named"},
			Build:       FromJSON(keycloak.NewContract), Claims: claimsOf[keycloak.Claims],
		},
		{
			Slug: "google", Name: "Google",
			Description: "ID tokens of Sign in with Google, One Tap, mobile apps and service accounts.",
			LogoURL:     "https://cdn.simpleicons.org/google/ffffff",
			Algorithms:  []string{"RS256"},
			Issuer:      "`https://accounts.google.com` and `accounts.google.com`",
			Keys:        "`https://www.googleapis.com/oauth2/v3/certs`",
			Audience:    "your OAuth client ids, or your service's URL for service accounts, required; `azp` if parties are named",
			UserID:      "`sub`",
			Checks:      []string{"`hd` and `email_verified` if asked for", "no service account (`email`, `azp`), or only those that are named, with a verified `email`", "at most 24 h old", "leeway 300 s"},
			Build:       FromJSON(google.NewContract), Claims: claimsOf[google.Claims],
		},
		{
			Slug: "workos", Name: "WorkOS",
			Description: "Session access tokens of WorkOS AuthKit.",
			Algorithms:  []string{"RS256"},
			Issuer:      "`https://api.workos.com`, the same with `/user_management/`, `/sso/` or `/convex/<client id>`, at your API host too, or yours",
			Keys:        "`https://api.workos.com/sso/jwks/<client id>`",
			Audience:    "none by default; the key set is the client's own",
			UserID:      "`sub` (`user_…`)",
			Checks:      []string{"`sub` begins with `user_`", "`sid` begins with `session_` (no Connect token)"},
			Build:       FromJSON(workos.NewContract), Claims: claimsOf[workos.Claims],
		},
		{
			Slug: "kinde", Name: "Kinde",
			Description: "Access tokens of Kinde, for people and machines.",
			Algorithms:  []string{"RS256"},
			Issuer:      "`https://<business>.kinde.com` or the custom domain",
			Keys:        "`<issuer>/.well-known/jwks`, without `.json`",
			Audience:    "the API's audience, or `azp`: one is required",
			UserID:      "`sub` (`kp_…`); of a machine `azp`",
			Checks:      []string{"`scp` is an array (no ID token)", "`gty` (no machine)", "`org_code` if organisations are named"},
			Build:       FromJSON(kinde.NewContract), Claims: claimsOf[kinde.Claims],
		},
		{
			Slug: "logto", Name: "Logto",
			Description: "Access tokens of Logto for API resources and organisations.",
			Algorithms:  []string{"ES384", "RS256", "ES256", "ES512", "RS384", "RS512", "PS256", "PS384", "PS512"},
			Issuer:      "`https://<tenant>.logto.app/oidc` or `https://<custom domain>/oidc`",
			Keys:        "`<issuer>/jwks`",
			Audience:    "the API identifier or `urn:logto:organization:<id>`, required",
			UserID:      "`sub`",
			Checks:      []string{"header `typ` is `at+jwt`", "`client_id` present", "`sub` is not `client_id` (no machine)"},
			Build:       FromJSON(logto.NewContract), Claims: claimsOf[logto.Claims],
		},
		{
			Slug: "zitadel", Name: "Zitadel",
			Description: "Access tokens of Zitadel in JWT form.",
			Algorithms:  []string{"RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "EdDSA"},
			Issuer:      "`https://<instance domain>`",
			Keys:        "`<issuer>/oauth/v2/keys`",
			Audience:    "the project's id or a client id, required; `client_id` if clients are named",
			UserID:      "`sub`, a number in a string",
			Checks:      []string{"`jti` present (no ID token)", "`client_id` is in `aud` (no machine user)", "organisation of the user if named"},
			Build:       FromJSON(zitadel.NewContract), Claims: claimsOf[zitadel.Claims],
		},
		{
			Slug: "better-auth", Name: "Better Auth",
			Description: "Tokens of Better Auth's JWT plugin.",
			Algorithms:  []string{"EdDSA", "ES256", "ES512", "PS256", "RS256"},
			Issuer:      "the base URL, or the plugin's option",
			Keys:        "`<base URL>/api/auth/jwks`",
			Audience:    "the base URL, or the plugin's option",
			UserID:      "`sub`",
			Checks:      []string{"header `kid` present", "header `typ` absent or `JWT`"},
			Build:       FromJSON(betterauth.NewContract), Claims: claimsOf[betterauth.Claims],
		},
		{
			Slug: "authentik", Name: "authentik",
			Description: "Access tokens of authentik, the open-source identity provider.",
			LogoURL:     "https://cdn.simpleicons.org/authentik/ffffff",
			Algorithms:  []string{"RS256", "ES256", "ES384", "ES512", "HS256"},
			Issuer:      "`https://<host>/application/o/<slug>/` with the slash, or `https://<host>/`",
			Keys:        "`https://<host>/application/o/<slug>/jwks/`, or the client secret",
			Audience:    "the provider's client id, required",
			UserID:      "`sub`",
			Checks: []string{
				"`azp` present (no ID token)",
				"`sid` present (no service account)",
				"`groups` if groups are named",
			},
			Build:  FromJSON(authentik.NewContract),
			Claims: claimsOf[authentik.Claims],
		},
		{
			Slug: "supertokens", Name: "SuperTokens",
			Description: "Session access tokens of SuperTokens.",
			Algorithms:  []string{"RS256"},
			Issuer:      "`<apiDomain><apiBasePath>`",
			Keys:        "`<issuer>/jwt/jwks.json`",
			Audience:    "none; `aud` if an audience is set",
			UserID:      "`sub`",
			Checks: []string{
				"`sessionHandle` present",
				"`stt` is absent or 0 (no OAuth2 token)",
				"`st-ev.v`, `st-mfa.v` if required",
				"`tId` if tenants are named",
			},
			Build:  FromJSON(supertokens.NewContract),
			Claims: claimsOf[supertokens.Claims],
		},
		{
			Slug: "stytch", Name: "Stytch",
			Description: "Session JWTs of Stytch, consumer or B2B, or M2M access tokens.",
			Algorithms:  []string{"RS256"},
			Issuer:      "`stytch.com/<project id>` without a scheme, or the custom domain",
			Keys:        "`https://api.stytch.com/v1[/b2b]/sessions/jwks/<project id>`, `test.stytch.com` for test projects",
			Audience:    "the project id",
			UserID:      "`sub` (`user-…`, `member-…`, `m2m-client-…`)",
			Checks: []string{
				"prefix of `sub`",
				"`https://stytch.com/session` present, or absent for M2M",
				"`https://stytch.com/organization` present for B2B",
			},
			Build:  FromJSON(stytch.NewContract),
			Claims: claimsOf[stytch.Claims],
		},
		{
			Slug: "descope", Name: "Descope",
			Description: "Session JWTs of Descope.",
			Algorithms:  []string{"RS256"},
			Issuer:      "`<project id>`, or `https://api.descope.com/<project id>`",
			Keys:        "`https://api.descope.com/v2/keys/<project id>`",
			Audience:    "none; `aud` if an audience is set",
			UserID:      "`dsub`, or `sub`",
			Checks: []string{
				"`drn` is `DS` (no refresh token)",
				"membership in a tenant if one is named",
				"`dct` if current tenants are named",
			},
			Build:  FromJSON(descope.NewContract),
			Claims: claimsOf[descope.Claims],
		},
		{
			Slug: "ory", Name: "Ory",
			Description: "Access tokens of Ory Hydra and Ory Network in JWT form, or tokenized sessions.",
			Algorithms:  []string{"RS256", "ES256"},
			Issuer:      "the issuer's exact URL, which in Hydra ends with a slash",
			Keys:        "`<issuer>/.well-known/jwks.json`; a key set of your own for sessions",
			Audience:    "required for access tokens, none by default for sessions",
			UserID:      "`sub`",
			Checks: []string{
				"`client_id` present (no ID token)",
				"`sub` is not `client_id` (no machine)",
				"`sid` present for sessions",
			},
			Build:  FromJSON(ory.NewContract),
			Claims: claimsOf[ory.Claims],
		},
	}
}
