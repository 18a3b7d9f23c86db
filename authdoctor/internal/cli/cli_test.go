package cli_test

import (
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/providers"
)

func TestUsage(t *testing.T) {
	help := run(t)
	help.want(t, 0, "Answers why a token is refused", "Exit codes", "decode")
	if help.stderr != "" || help.stdout != run(t, "--help").stdout {
		t.Error("without arguments there is other help than with --help")
	}
	for _, command := range []string{
		"check", "decode", "keys", "contract", "explain", "providers", "apikey", "serve", "completion",
	} {
		run(t, command, "--help").want(t, 0, "Examples:", "authdoctor "+command)
	}
	run(t, "--version").want(t, 0, "authdoctor")
	run(t, "decod").want(t, 2, `did you mean "decode"`, "authdoctor --help")
	run(t, "keys").want(t, 2, "issuer", "authdoctor keys --help")
	run(t, "providers", "--jso").want(t, 2, "--json")
}

func TestProviders(t *testing.T) {
	list := run(t, "providers")
	for _, provider := range providers.All() {
		list.want(t, 0, provider.Slug)
		one := run(t, "providers", provider.Slug)
		one.want(t, 0, provider.Name, "docs/providers/"+provider.Slug+".md")
		if strings.Contains(one.stdout, "configuration  -") {
			t.Errorf("%s: no members of the configuration are shown", provider.Slug)
		}
	}
	run(t, "providers", "Clerk", "--json").want(t, 0, `"slug": "clerk"`)
	run(t, "providers", "--json").want(t, 0, `"slug": "clerk"`)
	run(t, "providers", "clark").want(t, 2, `unknown provider "clark"`, "oidc")
}
