package faults_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/faults"
)

type list = faults.List[core.ConfigError, *core.ConfigError]

func TestListReturnsAllMistakesWithTheirKinds(t *testing.T) {
	var l list
	if err := l.Err(); err != nil || !l.Empty() {
		t.Errorf("the zero list is not empty: %v", err)
	}
	other := errors.New("found elsewhere")
	l.Append(nil)
	l.Missing("Issuer", "is empty: set {Issuer} or {Issuers}, at most %d", 3)
	l.Invalid("Leeway", faults.Plain(5*time.Second), "must be shorter")
	l.Conflict("JWKS", "", "is set beside {JWKSURL} in {tid}")
	l.Prohibit("JWKSURL", faults.Show("https://u:p@a.example"), "%s", "a value with {Braces}")
	l.Append(other)
	want := []core.ConfigError{
		{
			Field:   "Issuer",
			Kind:    "missing",
			Reason:  "is empty: set Issuer or Issuers, at most 3",
			Related: []string{"Issuer", "Issuers"},
		},
		{Field: "Leeway", Value: "5s", Kind: "invalid", Reason: "must be shorter"},
		{Field: "JWKS", Kind: "conflicting", Reason: "is set beside JWKSURL in {tid}", Related: []string{"JWKSURL"}},
		{Field: "JWKSURL", Value: `"https://[REDACTED]@a.example"`, Kind: "prohibited", Reason: "a value with {Braces}"},
	}
	var got []core.ConfigError
	for _, e := range core.ConfigErrors(l.Err()) {
		got = append(got, *e)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if l.Empty() || !errors.Is(l.Err(), other) {
		t.Errorf("an appended error is lost: %v", l.Err())
	}
}

func TestURL(t *testing.T) {
	const (
		invalid    = "invalid"
		prohibited = "prohibited"
	)
	issuer, page := faults.URLRules{Issuer: true}, faults.URLRules{IssuerHost: true}
	cases := map[string]struct {
		url    string
		rules  faults.URLRules
		kind   string // "" if the URL is accepted
		reason string
	}{
		"https":                {url: "https://a.example/b"},
		"loopback http":        {url: "http://127.0.0.1:8080/b"},
		"loopback name":        {url: "http://localhost/b"},
		"IPv6 loopback":        {url: "http://[::1]:8080/"},
		"http":                 {url: "http://a.example/b", kind: prohibited, reason: "must be https"},
		"http that is allowed": {url: "http://a.example/b", rules: faults.URLRules{InsecureHTTP: true}},
		"a name like loopback": {url: "http://localhost.a.example/", kind: prohibited, reason: "must be https"},
		"another scheme":       {url: "ftp://a.example", kind: invalid, reason: "must be https"},
		"no URL":               {url: "a b", kind: invalid, reason: "is not a URL"},
		"empty":                {url: "", kind: invalid, reason: "is not a URL"},
		"a secret in no URL":   {url: "https://u:hun?ter2hunter2@a b?key=hunter2", kind: invalid, reason: "is not a URL"},
		"a control character":  {url: "https://a.example/\x07", kind: invalid, reason: "is not a URL"},
		"too long": {
			url:    "https://a.example/" + strings.Repeat("a", 2048),
			kind:   invalid,
			reason: "is not a URL",
		},
		"no host":                  {url: "https:///path", kind: invalid, reason: "has no host"},
		"opaque":                   {url: "https:a.example", kind: invalid, reason: "has no host"},
		"credentials":              {url: "https://user:hunter2@a.example", kind: prohibited, reason: "holds credentials"},
		"a host that is not ASCII": {url: "https://m%C3%BCnchen.example", kind: invalid, reason: "xn--"},
		"a query":                  {url: "https://a.example?key=hunter2", kind: invalid, reason: "query"},
		"an empty query":           {url: "https://a.example?", kind: invalid, reason: "query"},
		"a query that is allowed":  {url: "https://a.example?p=1", rules: faults.URLRules{Query: true}},
		"a fragment":               {url: "https://a.example#f", kind: invalid, reason: "fragment"},
		"an empty fragment":        {url: "https://a.example#", kind: invalid, reason: "fragment"},
		"a variable":               {url: "https://${HOST}/b", kind: invalid, reason: "was not replaced"},
		"a dashboard": {
			url:    "https://dashboard.clerk.com",
			rules:  issuer,
			kind:   invalid,
			reason: "Clerk's dashboard",
		},
		"a dashboard as a host": {
			url:    "https://dashboard.clerk.com",
			rules:  page,
			kind:   invalid,
			reason: "Clerk's dashboard",
		},
		"a key set": {
			url:    "https://a.example/jwks.json",
			rules:  issuer,
			kind:   invalid,
			reason: "a key set's URL",
		},
		"the key set's own URL": {url: "https://a.example/jwks.json", rules: page},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var l list
			ok := l.URL("F", c.url, c.rules)
			found := core.ConfigErrors(l.Err())
			if c.kind == "" {
				if !ok || len(found) != 0 {
					t.Errorf("refused: %v", l.Err())
				}
				return
			}
			if ok || len(found) != 1 || found[0].Kind != c.kind || !strings.Contains(found[0].Reason, c.reason) {
				t.Fatalf("ok is %t, got %+v, want one of kind %s about %q", ok, found, c.kind, c.reason)
			}
			if strings.Contains(l.Err().Error(), "hunter2") {
				t.Errorf("the error shows a secret: %v", l.Err())
			}
			if found[0].Value == "" {
				t.Errorf("the error does not show what was given: %v", l.Err())
			}
		})
	}
}

func TestShow(t *testing.T) {
	cases := map[string]faults.Shown{
		"plain":                              `"plain"`,
		"https://user:password@a.example/b":  `"https://[REDACTED]@a.example/b"`,
		"https:user:password@a.example":      `"https:[REDACTED]@a.example"`,
		"https://user:pass/word@a.example":   `"https://[REDACTED]@a.example"`,
		"ada@example.com":                    `"ada@example.com"`,
		"line\nbreak":                        `"line\nbreak"`,
		strings.Repeat("a", 97):              faults.Shown(`"` + strings.Repeat("a", 96) + `"…`),
		"https://a.example/users/ada@b.test": `"https://a.example/users/ada@b.test"`,
	}
	for in, want := range cases {
		if got := faults.Show(in); got != want {
			t.Errorf("Show(%q) = %s, want %s", in, got, want)
		}
	}
}
