// Package table writes docs/providers/README.md from the catalog and from
// facts.json. It is separate from the catalog so that prose does not become part
// of every program that imports package providers.
package table

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/revstackhq/auth-go/core/providers"
)

// Facts are the cells of a provider's row other than its name and algorithms.
type Facts struct {
	// Slug is the provider's.
	Slug string `json:"slug"`
	// Issuer is the exact form of iss.
	Issuer string `json:"issuer"`
	// Keys says where the issuer publishes its keys.
	Keys string `json:"keys"`
	// Audience says what binds a token to a service.
	Audience string `json:"audience"`
	// UserID is the claim that identifies the user.
	UserID string `json:"userId"`
	// Checks are the other conditions that the preset sets.
	Checks []string `json:"checks"`
}

//go:embed facts.json
var factsJSON []byte

// Rows returns the facts by slug, or says what is wrong with facts.json.
func Rows() (map[string]Facts, error) {
	var list []Facts
	d := json.NewDecoder(bytes.NewReader(factsJSON))
	d.DisallowUnknownFields()
	if err := d.Decode(&list); err != nil {
		return nil, fmt.Errorf("facts.json: %w", err)
	}
	rows := make(map[string]Facts, len(list))
	for _, f := range list {
		if _, twice := rows[f.Slug]; twice {
			return nil, fmt.Errorf("facts.json has provider %q twice", f.Slug)
		}
		if f.Issuer == "" || f.Keys == "" || f.Audience == "" || f.UserID == "" || len(f.Checks) == 0 {
			return nil, fmt.Errorf("facts.json: a fact of provider %q is missing", f.Slug)
		}
		rows[f.Slug] = f
	}
	return rows, nil
}

const head = `<!-- Written by go generate in core/providers. Edit the catalog and core/providers/internal/table (facts.json) instead. -->

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
rules and a mapping of your own. A preset of your own joins a catalog of your own, without touching anyone else's:

` + "```go" + `
catalog, err := providers.New(append(providers.All(), providers.Provider{
	Slug: "acme", Name: "Acme", Algorithms: []string{"RS256"}, Build: providers.FromJSON(acme.NewContract),
})...)
contract, err := catalog.Build("acme", configuration)
` + "```" + `

## Several issuers in one file

` + "`providers.Load(\"contracts.json\")`" + ` reads contracts from a file, and ` + "`providers.ParseContracts`" + ` from bytes. A provider's
configuration is in ` + "`config`" + `, with the members that ` + "`providers.Build`" + ` takes; Auth0, Clerk, Supabase, Cognito and Firebase may also
be written in the form of the TypeScript package, and an issuer without a preset as ` + "`core.ParseContract`" + ` reads it.

` + "```json" + `
{"contracts": [
  {"provider": "okta", "config": {"issuer": {"env": "OKTA_ISSUER"}, "audience": "api://default"}},
  {"provider": "clerk", "issuer": {"env": "CLERK_ISSUER_URL"}, "authorizedParties": ["https://app.northwind.example"]},
  {"issuer": "https://internal.northwind.example", "signingSecretEnv": "INTERNAL_SECRET", "strategy": "HS256", "audience": "api"}
]}
` + "```" + `

` + "```go" + `
contracts, err := providers.Load("contracts.json")
if err != nil {
	log.Fatal(err)
}
verifier, err := core.NewVerifier(contracts)
` + "```" + `

` + "`{\"env\": \"NAME\"}`" + ` stands for the value of an environment variable in place of any string; a variable that is not set, or empty, is an
error. A signing secret is not written so: ` + "`signingSecretEnv`" + ` names its variable. Every mistake in the file is returned at once, with
its path, line and column:

` + "```" + `
auth: okta: contracts[0].config.audiance (line 2, column 69): is unknown: write audience
see https://github.com/revstackhq/auth-go/blob/main/docs/config-errors.md#invalid
` + "```" + `

## Contracts of the TypeScript package

` + "`providers.ParseContract`" + ` reads what ` + "`buildAuthContract`" + ` of ` + "`@revstackhq/auth`" + ` wrote and adds the preset's own checks, which
that form has no place for. Every member survives a way there and back, with these exceptions:

| provider | member | becomes | why |
|---|---|---|---|
| all | ` + "`signingSecret`" + ` | ` + "`[REDACTED]`" + ` when written | a contract never shows a secret; name an environment variable in ` + "`signingSecretEnv`" + ` |
| auth0, clerk | ` + "`issuer`, `jwksUri`" + ` | without a doubled or trailing slash too many | no token has such an issuer |
| supabase | ` + "`jwksUri`" + ` | ` + "`/auth/v1/.well-known/jwks.json`" + ` | ` + "`/rest/v1/auth/jwks`" + ` does not exist |
| supabase | ` + "`strategy`" + ` | stays, and ES256 is accepted along with RS256 | new projects sign with ES256 |
| supabase | ` + "`audience`" + ` | ` + "`authenticated`" + ` if there was none | what every user's token has |
| cognito | ` + "`audience`" + ` | app client ids in ` + "`claimRules`" + ` | access tokens have no ` + "`aud`" + `: they name the client in ` + "`client_id`" + ` |

A contract of that form without an audience is accepted (Auth0, Cognito) and says in ` + "`Warnings()`" + ` what it leaves open.
`

// Render returns the page, or says which provider has no facts.
func Render(list []providers.Provider) (string, error) {
	rows, err := Rows()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(head)
	b.WriteString("| provider | issuer | keys | algorithms | audience | user id | extra checks |\n|---|---|---|---|---|---|---|\n")
	for _, p := range list {
		row, ok := rows[p.Slug]
		if !ok {
			return "", fmt.Errorf("facts.json has no provider %q", p.Slug)
		}
		delete(rows, p.Slug)
		cells := []string{
			"[" + p.Name + "](" + p.Slug + ".md)<br>`" + p.Slug + "`",
			row.Issuer,
			row.Keys,
			strings.Join(p.Algorithms, ", "),
			row.Audience,
			row.UserID,
			strings.Join(row.Checks, "; "),
		}
		for i, cell := range cells {
			cells[i] = strings.ReplaceAll(cell, "|", `\|`)
		}
		b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	}
	for slug := range rows {
		return "", fmt.Errorf("facts.json has provider %q, which the catalog does not have", slug)
	}
	b.WriteString(tail)
	return b.String(), nil
}
