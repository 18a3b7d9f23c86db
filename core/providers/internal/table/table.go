// Package table writes docs/providers/README.md from the catalogue.
package table

import (
	"strings"

	"github.com/revstackhq/auth-go/core/providers"
)

const head = `<!-- Written by go generate in core/providers. Edit core/providers/internal/table and the catalogue instead. -->

# Providers

A provider is a preset: a ` + "`Config`" + ` that takes what the provider's own pages show, a ` + "`NewContract`" + ` that turns it into a
contract, and a ` + "`Claims`" + ` type for what its tokens carry.

` + "```go" + `
contract, err := auth0.NewContract(auth0.Config{Domain: "northwind.eu.auth0.com", Audience: []string{"https://api.northwind.example"}})
` + "```" + `

If the provider is only known at run time, build the same contract from JSON; every mistake names the member at fault:

` + "```go" + `
contract, err := providers.Build("auth0", []byte(` + "`" + `{"domain":"northwind.eu.auth0.com","audience":"https://api.northwind.example"}` + "`" + `))
` + "```" + `

All of them pin the algorithm, compare the issuer exactly, demand ` + "`exp`" + `, refuse tokens that are bound to a client's key (` + "`cnf`" + `)
and allow 30 seconds of clock difference, unless the last column says otherwise. The algorithms are those that a preset
accepts, the first by default and others by default or by option. A page each says where to find the values, what is
checked, which audience to use and what the errors mean.

`

const tail = `
## One that is not here

Any issuer with an OpenID configuration works with [oidc](oidc.md), anything else with [custom](custom.md): both take claim
rules and a mapping of your own. A preset of your own joins a catalogue of your own, without touching anybody else's:

` + "```go" + `
catalogue, err := providers.New(append(providers.All(), providers.Provider{
	Slug: "acme", Name: "Acme", Algorithms: []string{"RS256"}, Build: providers.FromJSON(acme.NewContract),
})...)
contract, err := catalogue.Build("acme", configuration)
` + "```" + `

## Contracts of the TypeScript package

` + "`providers.ParseContract`" + ` reads what ` + "`buildAuthContract`" + ` of ` + "`@revstackhq/auth`" + ` wrote and adds the preset's own checks, which
that form has no place for. Every member survives a way there and back, with these exceptions:

| provider | member | becomes | why |
|---|---|---|---|
| all | ` + "`signingSecret`" + ` | ` + "`[REDACTED]`" + ` when written | a contract never shows a secret; name an environment variable in ` + "`signingSecretEnv`" + ` |
| auth0, clerk | ` + "`issuer`, `jwksUri`" + ` | without a doubled or trailing slash too many | no token has such an issuer |
| supabase | ` + "`jwksUri`" + ` | ` + "`/auth/v1/.well-known/jwks.json`" + ` | ` + "`/rest/v1/auth/jwks`" + ` does not exist |
| supabase | ` + "`strategy`" + ` | stays, and ES256 is accepted beside RS256 | new projects sign with ES256 |
| supabase | ` + "`audience`" + ` | ` + "`authenticated`" + ` if there was none | what every user's token has |
| cognito | ` + "`audience`" + ` | app client ids in ` + "`claimRules`" + ` | access tokens have no ` + "`aud`" + `: they name the client in ` + "`client_id`" + ` |

A contract of that form without an audience is accepted (Auth0, Cognito) and says in ` + "`Warnings()`" + ` what it leaves open.
`

// Render returns the page.
func Render(list []providers.Provider) string {
	var b strings.Builder
	b.WriteString(head)
	b.WriteString("| provider | issuer | keys | algorithms | audience | user id | extra checks |\n|---|---|---|---|---|---|---|\n")
	for _, p := range list {
		cells := []string{
			"[" + p.Name + "](" + p.Slug + ".md)<br>`" + p.Slug + "`", p.Issuer, p.Keys, strings.Join(p.Algorithms, ", "), p.Audience, p.UserID,
			strings.Join(p.Checks, "; "),
		}
		for i, cell := range cells {
			cells[i] = strings.ReplaceAll(cell, "|", `\|`)
		}
		b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	}
	b.WriteString(tail)
	return b.String()
}
