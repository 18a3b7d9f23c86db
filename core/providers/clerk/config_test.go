package clerk_test

import (
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/clerk"
)

func quiet() core.Option { return core.WithLogger(slog.New(slog.DiscardHandler)) }

// key is a publishable key of the host, as Clerk makes them.
func key(kind, decoded string) string {
	return "pk_" + kind + "_" + base64.StdEncoding.EncodeToString([]byte(decoded))
}

func TestIssuer(t *testing.T) {
	host := "clerk.northwind.example"
	for name, tt := range map[string]struct {
		cfg  clerk.Config
		want string
	}{
		"URL":                {clerk.Config{IssuerURL: issuer}, issuer},
		"slash":              {clerk.Config{IssuerURL: issuer + "/"}, issuer},
		"slashes and spaces": {clerk.Config{IssuerURL: " " + issuer + "// \n"}, issuer},
		"no scheme":          {clerk.Config{IssuerURL: host}, issuer},
		"capitals":           {clerk.Config{IssuerURL: "HTTPS://Clerk.Northwind.Example"}, issuer},
		"development": {
			clerk.Config{IssuerURL: "https://lively-owl-12.clerk.accounts.dev"}, "https://lively-owl-12.clerk.accounts.dev",
		},
		"proxy with a path": {
			clerk.Config{IssuerURL: "https://northwind.example/__clerk/"}, "https://northwind.example/__clerk",
		},
		"loopback": {clerk.Config{IssuerURL: "http://127.0.0.1:4000"}, "http://127.0.0.1:4000"},
		"live key": {clerk.Config{PublishableKey: key("live", host+"$")}, issuer},
		"test key": {
			clerk.Config{PublishableKey: key("test", "lively-owl-12.clerk.accounts.dev$")},
			"https://lively-owl-12.clerk.accounts.dev",
		},
		"key without padding": {clerk.Config{PublishableKey: strings.TrimRight(key("live", host+"$"), "=")}, issuer},
		"key with a newline":  {clerk.Config{PublishableKey: key("live", host+"$") + "\n"}, issuer},
		"both, agreeing":      {clerk.Config{PublishableKey: key("live", host+"$"), IssuerURL: issuer + "/"}, issuer},
	} {
		t.Run(name, func(t *testing.T) {
			contract, err := clerk.NewContract(tt.cfg)
			if err != nil {
				t.Fatal(err)
			}
			if contract.Issuer() != tt.want {
				t.Errorf("issuer %q, want %q", contract.Issuer(), tt.want)
			}
			rules := contract.Rules()
			if want := tt.want + "/.well-known/jwks.json"; rules.JWKSURL != want {
				t.Errorf("keys at %q, want %q", rules.JWKSURL, want)
			}
			if !slices.Equal(rules.Algorithms, []string{"RS256"}) || rules.Leeway != 5*time.Second ||
				contract.Provider() != "clerk" {
				t.Errorf("rules are %+v", rules)
			}
		})
	}
}

const ecPublicKey = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEszNyHY+MFwNjSlKIC0xEqlG/Hg+w
7aO00OzXaonkW4Hl7Fg/+kw2PRuyg/X325vI9uu4yY0G64SPUQtEJSKj+Q==
-----END PUBLIC KEY-----`

func TestBadConfig(t *testing.T) {
	for name, tt := range map[string]struct {
		cfg  clerk.Config
		want []string // "Field: a part of the reason"
	}{
		"nothing": {clerk.Config{}, []string{"IssuerURL: is required"}},
		"blank":   {clerk.Config{IssuerURL: "  "}, []string{"IssuerURL: is required"}},
		"http": {
			clerk.Config{IssuerURL: "http://clerk.northwind.example"}, []string{"IssuerURL: must be https"},
		},
		"another scheme": {
			clerk.Config{IssuerURL: "ftp://clerk.northwind.example"}, []string{"IssuerURL: must be https"},
		},
		"query":    {clerk.Config{IssuerURL: issuer + "?a=b"}, []string{"IssuerURL: must not have a query"}},
		"fragment": {clerk.Config{IssuerURL: issuer + "#a"}, []string{"IssuerURL: must not have a fragment"}},
		"credentials": {
			clerk.Config{IssuerURL: "https://a:b@clerk.northwind.example"}, []string{"IssuerURL: holds credentials"},
		},
		"no URL": {clerk.Config{IssuerURL: "https://%zz"}, []string{"IssuerURL: is not a URL"}},
		"a key as the URL": {
			clerk.Config{IssuerURL: key("live", "clerk.northwind.example$")}, []string{"IssuerURL: is a publishable key"},
		},
		"a secret as URL": {clerk.Config{IssuerURL: "sk_live_abc"}, []string{"IssuerURL: is a secret key"}},
		"a secret as key": {clerk.Config{PublishableKey: "sk_live_abc"}, []string{"PublishableKey: is a secret key"}},
		"another instance": {clerk.Config{
			IssuerURL:      issuer,
			PublishableKey: key("live", "clerk.other.example$"),
		}, []string{"PublishableKey: belongs to https://clerk.other.example"}},
		"empty satellite": {clerk.Config{
			IssuerURL:        issuer,
			SatelliteIssuers: []string{""},
		}, []string{"SatelliteIssuers: holds an empty entry"}},
		"http satellite": {clerk.Config{
			IssuerURL:        issuer,
			SatelliteIssuers: []string{"http://clerk.sat.example"},
		}, []string{"SatelliteIssuers: must be https"}},
		"party with a slash": {clerk.Config{
			IssuerURL:         issuer,
			AuthorizedParties: []string{"https://app.example/"},
		}, []string{"AuthorizedParties: is not an origin"}},
		"no host name": {clerk.Config{IssuerURL: "northwind"}, []string{"IssuerURL: is not a host name"}},
		"a key of another type": {
			clerk.Config{IssuerURL: issuer, JWTKey: ecPublicKey},
			[]string{"JWTKey: holds no key for RS256, only EC P-256: give another key"},
		},
		"parties as no browser writes them": {
			clerk.Config{IssuerURL: issuer, AuthorizedParties: []string{"https://App.example", "https://app.example:443", ""}},
			[]string{
				"AuthorizedParties: is not written as browsers do, and is compared exactly: write https://app.example",
				"AuthorizedParties: is not written as browsers do, and is compared exactly: write https://app.example",
				"AuthorizedParties: holds an empty entry",
			},
		},
		"party without scheme": {
			clerk.Config{IssuerURL: issuer, AuthorizedParties: []string{"app.example", "https://ok.example"}},
			[]string{"AuthorizedParties: is not an origin"},
		},
		"missing party, none named": {clerk.Config{
			IssuerURL:            issuer,
			InsecureMissingParty: true,
		}, []string{"InsecureMissingParty: AuthorizedParties is empty"}},
		"unknown kind": {clerk.Config{
			IssuerURL: issuer,
			Accept:    []clerk.Token{"cookie"},
		}, []string{"Accept: is not a kind of token"}},
		"bad user id": {
			clerk.Config{IssuerURL: issuer, UserIDClaim: "a..b"}, []string{"UserIDClaim: claim path"},
		},
		"bad key":    {clerk.Config{IssuerURL: issuer, JWTKey: "nonsense"}, []string{"JWTKey: "}},
		"bad leeway": {clerk.Config{IssuerURL: issuer, Leeway: time.Hour}, []string{"Leeway: at most"}},
		"empty audience": {clerk.Config{
			IssuerURL: issuer,
			Audience:  []string{""},
		}, []string{"Audience[0]: is empty"}},
		"all at once": {
			clerk.Config{
				PublishableKey: "pk_live_x", Accept: []clerk.Token{"cookie"}, UserIDClaim: "a..b", JWTKey: "nonsense",
				SatelliteIssuers: []string{" "}, AuthorizedParties: []string{"*"},
			},
			[]string{"PublishableKey: ", "Accept: ", "AuthorizedParties: ", "SatelliteIssuers: ", "JWTKey: ", "UserIDClaim: "},
		},
	} {
		t.Run(name, func(t *testing.T) {
			contract, err := clerk.NewContract(tt.cfg)
			if contract != nil {
				t.Error("a contract with an error")
			}
			found := core.ConfigErrors(err)
			var got []string
			for _, e := range found {
				got = append(got, e.Field+": "+e.Reason)
			}
			if len(got) != len(tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			for _, want := range tt.want {
				if !slices.ContainsFunc(got, func(g string) bool { return strings.HasPrefix(g, want) }) {
					t.Errorf("got %q, lacks %q", got, want)
				}
			}
			if err != nil && (strings.Contains(err.Error(), "sk_live_abc") || strings.Contains(err.Error(), "a:b@")) {
				t.Errorf("reveals a secret: %v", err)
			}
		})
	}
}

func TestBadPublishableKeys(t *testing.T) {
	for name, bad := range map[string]string{
		"no prefix":          "clerk.northwind.example",
		"unknown kind":       key("prod", "clerk.northwind.example$"),
		"no kind":            "pk_" + base64.StdEncoding.EncodeToString([]byte("clerk.northwind.example$")),
		"empty":              "pk_live_",
		"no base64":          "pk_live_*",
		"no dollar":          key("live", "clerk.northwind.example"),
		"two dollars":        key("live", "clerk.northwind.example$$"),
		"dollar in between":  key("live", "clerk.north$wind.example$"),
		"text after it":      key("live", "clerk.northwind.example$x"),
		"no dot":             key("live", "localhost$"),
		"empty label":        key("live", "clerk..example$"),
		"dot at the end":     key("live", "clerk.example.$"),
		"only a dollar":      key("live", "$"),
		"path":               key("live", "clerk.example/evil$"),
		"port":               key("live", "clerk.example:8080$"),
		"credentials":        key("live", "a@clerk.example$"),
		"control characters": key("live", "clerk\x00.example$"),
		"unicode":            key("live", "clérk.example$"),
	} {
		if _, err := clerk.NewContract(clerk.Config{PublishableKey: bad}); err == nil ||
			core.ConfigErrors(err)[0].Field != "PublishableKey" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWarnings(t *testing.T) {
	open, err := clerk.NewContract(clerk.Config{IssuerURL: issuer})
	if err != nil {
		t.Fatal(err)
	}
	if w := open.Warnings(); len(w) != 1 || !strings.HasSuffix(w[0], "or AuthorizedParties") {
		t.Errorf("warnings %q", w)
	}
	bound, err := clerk.NewContract(clerk.Config{
		IssuerURL:         issuer,
		AuthorizedParties: []string{"https://app.northwind.example"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if w := bound.Warnings(); len(w) != 0 {
		t.Errorf("warnings %q", w)
	}
}

func TestContractSurvivesJSON(t *testing.T) {
	for _, accept := range [][]clerk.Token{nil, {clerk.TemplateToken}, {clerk.OAuthToken, clerk.MachineToken}} {
		contract, err := clerk.NewContract(clerk.Config{
			IssuerURL: issuer, Accept: accept, SatelliteIssuers: []string{"https://clerk.sat.example"},
			AuthorizedParties: []string{"https://app.northwind.example"}, UserIDClaim: "organization_id",
		})
		if err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(contract)
		if err != nil {
			t.Fatal(err)
		}
		again, err := core.ParseContract(data)
		if err != nil {
			t.Fatal(err)
		}
		if !again.Equal(contract) {
			t.Errorf("%v: changed by JSON: %s", accept, data)
		}
	}
}

func FuzzPublishableKey(f *testing.F) {
	for _, s := range []string{
		key("live", "clerk.northwind.example$"), key("test", "a.b$"), "pk_live_", "pk_test_JA", "sk_live_x", "",
		"pk_live_YS5i\nJA",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		contract, err := clerk.NewContract(clerk.Config{PublishableKey: s})
		if err != nil {
			return
		}
		host, ok := strings.CutPrefix(contract.Issuer(), "https://")
		if !ok || !strings.Contains(host, ".") || strings.ContainsAny(host, "/?#@:$ ") {
			t.Fatalf("%q makes issuer %q", s, contract.Issuer())
		}
		again, err := clerk.NewContract(clerk.Config{PublishableKey: key("live", host+"$")})
		if err != nil || again.Issuer() != contract.Issuer() {
			t.Fatalf("issuer %q does not make the round trip: %v", contract.Issuer(), err)
		}
	})
}
