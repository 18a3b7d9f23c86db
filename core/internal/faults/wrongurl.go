package faults

import (
	"net/url"
	"strings"
)

// What people take for an issuer: pages of a provider's console, its API, and
// documents that the issuer publishes. No token names them, so a contract with
// one would refuse every token.

// page is a host that is never the issuer of a token: a provider's console, documentation or API.
type page struct {
	host   string // a leading dot matches any subdomain
	advice string
}

const (
	clerkAdvice = "copy the Frontend API URL from the API Keys page, such as https://your-app.clerk.accounts.dev " +
		"or https://clerk.your-domain.com"
	auth0Advice = "write the tenant's domain, such as https://your-tenant.eu.auth0.com/"
	entraAdvice = "write https://login.microsoftonline.com/<tenant id>/v2.0"
)

func pages() []page {
	return []page{
		{"dashboard.clerk.com", "is Clerk's dashboard: " + clerkAdvice},
		{"clerk.com", "is Clerk's website: " + clerkAdvice},
		{"api.clerk.com", "is Clerk's Backend API: " + clerkAdvice},
		{"api.clerk.dev", "is Clerk's Backend API: " + clerkAdvice},
		{"supabase.com", "is Supabase's dashboard: write the project's URL, such as https://<ref>.supabase.co"},
		{"app.supabase.com", "is Supabase's dashboard: write the project's URL, such as https://<ref>.supabase.co"},
		{"app.supabase.io", "is Supabase's dashboard: write the project's URL, such as https://<ref>.supabase.co"},
		{"api.supabase.com", "is Supabase's management API: write the project's URL, such as https://<ref>.supabase.co"},
		{"manage.auth0.com", "is Auth0's dashboard: " + auth0Advice},
		{"auth0.com", "is Auth0's website: " + auth0Advice},
		{"portal.azure.com", "is the Azure portal: " + entraAdvice},
		{"entra.microsoft.com", "is the Entra admin center: " + entraAdvice},
		{"console.firebase.google.com", "is the Firebase console: write https://securetoken.google.com/<project id>"},
		{"console.cloud.google.com", "is the Google Cloud console: write https://accounts.google.com"},
		{"console.aws.amazon.com", "is the AWS console: write https://cognito-idp.<region>.amazonaws.com/<user pool id>"},
		{".console.aws.amazon.com", "is the AWS console: write https://cognito-idp.<region>.amazonaws.com/<user pool id>"},
		{"dashboard.workos.com", "is WorkOS's dashboard: write https://api.workos.com/user_management/<client id>"},
		{"dash.cloudflare.com", "is Cloudflare's dashboard: write https://<team>.cloudflareaccess.com"},
		{"one.dash.cloudflare.com", "is Cloudflare's dashboard: write https://<team>.cloudflareaccess.com"},
		{"github.com", "is GitHub's website: write https://token.actions.githubusercontent.com"},
	}
}

type document struct{ suffix, name string }

// documents are the paths of what an issuer publishes.
func documents() []document {
	return []document{
		{"/.well-known/openid-configuration", "a discovery document's URL"},
		{"/.well-known/oauth-authorization-server", "a discovery document's URL"},
		{"/.well-known/jwks.json", "a key set's URL"},
		{"/.well-known/jwks", "a key set's URL"},
		{"/.well-known/keys", "a key set's URL"},
		{"/jwks.json", "a key set's URL"},
		{"/v1/keys", "a key set's URL"},
		{"/protocol/openid-connect/certs", "a key set's URL"},
		{"/cdn-cgi/access/certs", "a key set's URL"},
		{"/discovery/v2.0/keys", "a key set's URL"},
	}
}

// notIssuer says why u is not an issuer and what to write; "" if it may be one.
func notIssuer(u *url.URL) string {
	if advice := notIssuerHost(u); advice != "" {
		return advice
	}
	path := strings.TrimRight(u.Path, "/")
	for _, d := range documents() {
		if before, ok := strings.CutSuffix(path, d.suffix); ok {
			issuer := url.URL{Scheme: u.Scheme, Host: u.Host, Path: before}
			return "is " + d.name + ", not the issuer: write the tokens' iss, probably " + issuer.String()
		}
	}
	return ""
}

// notIssuerHost says why no issuer has the host of u; "" if one may.
func notIssuerHost(u *url.URL) string {
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	for _, p := range pages() {
		if host == p.host || p.host[0] == '.' && strings.HasSuffix(host, p.host) {
			return p.advice
		}
	}
	app, portal := strings.CutSuffix(host, ".accounts.dev")
	switch {
	case portal && !strings.HasSuffix(app, ".clerk"):
		return "is Clerk's account portal: the issuer of a development instance is https://" + app + ".clerk.accounts.dev"
	case strings.HasSuffix(host, "-admin.okta.com"), strings.HasSuffix(host, "-admin.oktapreview.com"):
		return "is Okta's admin console: remove -admin from the host"
	case strings.Contains(host, "*"):
		return "holds a wildcard: an issuer is compared exactly, so name each one"
	}
	return ""
}
