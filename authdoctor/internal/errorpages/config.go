package errorpages

import (
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/policy"
	"github.com/revstackhq/auth-go/core/providers/auth0"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/core/providers/cognito"
	"github.com/revstackhq/auth-go/core/providers/custom"
)

const configHead = generated + `# Configuration errors

` + "`NewContract`, `core.NewVerifier` and `guard.New`" + ` return every mistake at once, each as a ` + "`*core.ConfigError`" + `. They do no
I/O, so a mistake shows at start, not with the first request. The text has a line for each mistake (provider, field, value,
remedy) and ends with a link to this page.

` + "```go" + `
contract, err := clerk.NewContract(clerk.Config{IssuerURL: os.Getenv("CLERK_ISSUER_URL")})
if err != nil {
	log.Fatal(err)
}
` + "```" + `

A program that shows configurations to people, such as a settings page, reads the parts:

<!-- snippet: error -->
` + "```go" + `
_, err := providers.Build("clerk", []byte(` + "`" + `{"issuerUrl": "http://clerk.your-domain.com"}` + "`" + `))
for _, mistake := range core.ConfigErrors(err) {
	fmt.Println(mistake.Field, mistake.Kind, mistake.Line, mistake.Reason)
}
` + "```" + `

The ` + "`New`" + ` of an adapter returns no error. It panics with the same text, because what it gets is written in the program:
use ` + "`guard.New`" + ` and the adapter's ` + "`Guard`" + ` to get an error instead. Values are shown shortened, secrets never.

Below are the kinds, and real messages of the commonest mistakes.
`

// kinds are the sections of the page.
func kinds() []struct {
	Kind string
	Text string
} {
	return []struct {
		Kind string
		Text string
	}{
		{"missing", "A required value is absent or empty. An environment variable that is not set is the usual reason."},
		{"invalid", "The value has a form or a size that can never work."},
		{"conflicting", "The value contradicts another one, which the message names. Keep one of the two."},
		{"prohibited", "The value would work and is refused because it is unsafe or belongs elsewhere. " +
			"Where there is a legitimate use, a field named `Insecure…` allows it."},
	}
}

// mistake is a configuration that is refused.
type mistake struct {
	written string // as its author wrote it
	err     error
}

func contractError(_ *core.Contract, err error) error { return err }

func guardError(opts ...guard.Option) error {
	contract, err := clerk.NewContract(clerk.Config{
		IssuerURL:         "https://clerk.your-domain.com",
		AuthorizedParties: []string{"https://app.your-domain.com"},
	})
	if err != nil {
		return err
	}
	_, err = guard.New(contract, opts...)
	return err
}

func mistakes() []mistake {
	const issuer = "https://clerk.your-domain.com"
	ofClerk := func(cfg clerk.Config) error { return contractError(clerk.NewContract(cfg)) }
	ofCustom := func(change func(*custom.Config)) error {
		cfg := custom.Config{
			Issuer:   "https://issuer.example",
			Audience: core.Strings{"https://api.example"},
			JWKSURL:  "https://issuer.example/keys",
		}
		change(&cfg)
		return contractError(custom.NewContract(cfg))
	}
	secret := func(s string) func(*custom.Config) {
		return func(c *custom.Config) { c.JWKSURL, c.SigningSecret = "", core.NewSecret(s) }
	}
	_, noContract := guard.New(nil)
	return []mistake{
		{`clerk.Config{}`, ofClerk(clerk.Config{})},
		{
			`auth0.Config{Domain: "northwind.eu.auth0.com"}`,
			contractError(auth0.NewContract(auth0.Config{Domain: "northwind.eu.auth0.com"})),
		},
		{
			`cognito.Config{Region: "eu-central-1"}`,
			contractError(cognito.NewContract(cognito.Config{Region: "eu-central-1"})),
		},
		{"`custom.Config{…}` without keys", ofCustom(func(c *custom.Config) { c.JWKSURL = "" })},
		{`guard.New(nil)`, noContract},
		{`guard.Extractors()`, guardError(guard.Extractors())},
		{
			`clerk.Config{IssuerURL: "https://dashboard.clerk.com/apps/app_1"}`,
			ofClerk(clerk.Config{IssuerURL: "https://dashboard.clerk.com/apps/app_1"}),
		},
		{
			`clerk.Config{IssuerURL: "` + issuer + `/.well-known/jwks.json"}`,
			ofClerk(clerk.Config{IssuerURL: issuer + "/.well-known/jwks.json"}),
		},
		{`clerk.Config{AuthorizedParties: []string{"*"}}`, ofClerk(clerk.Config{
			IssuerURL:         issuer,
			AuthorizedParties: []string{"*"},
		})},
		{`custom.Config{Leeway: 30}`, ofCustom(func(c *custom.Config) { c.Leeway = 30 })},
		{
			`custom.Config{Algorithms: []string{"RS265"}}`,
			ofCustom(func(c *custom.Config) { c.Algorithms = []string{"RS265"} }),
		},
		{`guard.SkipPaths("/users/:id")`, guardError(guard.SkipPaths("/users/:id"))},
		{
			`guard.Cookie("session", "https://app.example.com/")`,
			guardError(guard.Extractors(guard.Cookie("session", "https://app.example.com/"))),
		},
		{
			`custom.Config{JWKSURL: …, Algorithms: []string{"HS256"}}`,
			ofCustom(func(c *custom.Config) { c.Algorithms = []string{"HS256"} }),
		},
		{
			`custom.Config{Audience: …, InsecureAnyAudience: true}`,
			ofCustom(func(c *custom.Config) { c.InsecureAnyAudience = true }),
		},
		{`guard.Optional(), guard.Policies(…)`, guardError(guard.Optional(), guard.Policies(policy.Role("admin")))},
		{
			`clerk.Config{IssuerURL: "http://clerk.your-domain.com"}`,
			ofClerk(clerk.Config{IssuerURL: "http://clerk.your-domain.com"}),
		},
		{`custom.Config{SigningSecret: core.NewSecret("too short")}`, ofCustom(secret("too short"))},
		{
			"`custom.Config{SigningSecret: …}` with a newline at its end",
			ofCustom(secret("a secret of 32 bytes or more, read from a file\n")),
		},
		{`custom.Config{Leeway: time.Hour}`, ofCustom(func(c *custom.Config) { c.Leeway = time.Hour })},
	}
}

// Config returns docs/config-errors.md.
func Config() string {
	var b strings.Builder
	b.WriteString(configHead)
	all := mistakes()
	for _, k := range kinds() {
		b.WriteString("\n## " + k.Kind + "\n\n" + k.Text + "\n")
		for _, m := range all {
			found := core.ConfigErrors(m.err)
			if len(found) == 0 || found[0].Kind != k.Kind {
				continue
			}
			written := m.written
			if !strings.Contains(written, "`") {
				written = "`" + written + "`"
			}
			b.WriteString("\n" + written + "\n\n```\n")
			for _, e := range found {
				b.WriteString(e.Error() + "\n")
			}
			b.WriteString("```\n")
		}
	}
	return b.String()
}
