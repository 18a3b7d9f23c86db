package main

import (
	"fmt"
	"io"
	"net/url"
	"text/tabwriter"

	"github.com/revstackhq/auth-go/core/providers/clerk"
)

// call is a request for readers to paste, and its answer.
type call struct {
	path    string
	query   string // of /token; "" sends no token
	status  int
	answers string // a part of the body
}

func calls() []call {
	return []call{
		{"/api/profile", "user=user_123&org=org_9&ttl=60s", 200, `"userId":"user_123"`},
		{"/api/profile", "user=user_123&ttl=-60s", 401, "Session expired. Please sign in again."},
		{"/api/profile", "", 401, "TOKEN_MISSING"},
		{"/api/admin", "user=user_123&org=org_9&role=org:admin", 200, "user_123 may administer."},
		{"/api/admin", "user=user_123&org=org_9&role=org:member", 403, "FORBIDDEN"},
		{"/api/public", "", 200, "Hello, stranger."},
		{"/api/public", "user=user_123", 200, "Hello, user_123."},
	}
}

// line returns the call as a shell command. It requests a new token, which
// lives for a minute, as Clerk's do.
func (c call) line(issuer, api string) string {
	if c.query == "" {
		return fmt.Sprintf("curl -i %s%s", api, c.path)
	}
	return fmt.Sprintf(`curl -i -H "Authorization: Bearer $(curl -s '%s/token?%s')" %s%s`, issuer, c.query, api, c.path)
}

func printDemo(out io.Writer, s *site) {
	fmt.Fprintf(
		out,
		"The issuer, and the playground, a page to try it in a browser: %s\n\nThe same API in every framework:\n",
		s.url,
	)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, l := range s.links {
		fmt.Fprintf(w, "  %s\t%s\n", l.Name, l.URL)
	}
	_ = w.Flush() // the terminal is gone if this fails
	fmt.Fprint(out, "\nPaste any of these curl lines, each asks for a fresh token; → is what it will answer.\n")
	for _, l := range s.links {
		fmt.Fprintf(out, "\n%s\n", l.Name)
		for _, c := range calls() {
			fmt.Fprintf(out, "  → %d %s\n%s\n", c.status, c.answers, c.line(s.url, l.URL))
		}
	}
	fmt.Fprintf(out, `
A token of your own:  curl -s '%s/token?user=user_123&org=org_9&ttl=60s'
                      also role=org:admin, permissions=org:invoices:read, v=1|2, kind=session|template|m2m|oauth,
                      azp=https://other.example, pending=true; a negative ttl gives one that has expired
Ctrl-C ends it.
`, s.url)
}

func printClerk(out io.Writer, cfg clerk.Config, links []link) {
	fmt.Fprintf(out, "Guarding the API with the Clerk instance %s\n", cfg.IssuerURL)
	if len(cfg.AuthorizedParties) == 0 {
		fmt.Fprintln(
			out,
			"  Tokens for any origin of the instance are accepted; CLERK_AUTHORIZED_PARTIES=https://app.example.com "+
				"names yours.",
		)
	}
	fmt.Fprint(out, `
1. Open your application, sign in, and ask for a token in the browser's console:
     await window.Clerk.session.getToken()
2. Within a minute, which is how long it lives:
     TOKEN=<the token>
3. Paste any of these curl lines; → is what it will answer.
`)
	for _, l := range links {
		fmt.Fprintf(out, "\n%s\n", l.Name)
		for _, c := range [][2]string{
			{`-H "Authorization: Bearer $TOKEN" ` + l.URL + "/api/profile", "200 with your user, session and organization"},
			{`-H "Authorization: Bearer $TOKEN" ` + l.URL + "/api/admin", "200 for the role org:admin, else 403"},
			{l.URL + "/api/public", "200 for everybody"},
			{l.URL + "/api/profile", "401 without a token"},
		} {
			fmt.Fprintf(out, "  → %s\ncurl -i %s\n", c[1], c[0])
		}
	}
	if u, err := url.Parse(cfg.IssuerURL); err == nil {
		fmt.Fprintf(out, "\nIf every token is an ISSUER_MISMATCH, compare its iss with %s. Ctrl-C ends it.\n", u.Redacted())
	}
}
