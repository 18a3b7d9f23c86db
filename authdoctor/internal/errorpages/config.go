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

// shownMistake is a configuration, and the errors that it causes.
type shownMistake struct {
	Written string
	Errors  []*core.ConfigError
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
	byKind := map[string][]shownMistake{}
	for _, m := range mistakes() {
		found := core.ConfigErrors(m.err)
		if len(found) == 0 {
			continue
		}
		written := m.written
		if !strings.Contains(written, "`") {
			written = "`" + written + "`"
		}
		byKind[found[0].Kind] = append(byKind[found[0].Kind], shownMistake{written, found})
	}
	return render("config-errors.md.tmpl", byKind)
}
