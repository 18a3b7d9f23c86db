package guard_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// target returns a request whose target is parsed like a server does.
func target(t *testing.T, raw string) *http.Request {
	t.Helper()
	return httptest.NewRequest(http.MethodGet, raw, http.NoBody)
}

// TestSkip: the predicate and the list of paths only see paths that every router
// interprets in the same way.
func TestSkip(t *testing.T) {
	for path, skipped := range map[string]bool{
		"/":                           true,
		"/health":                     true,
		"/public/a":                   true,
		"/public/a/b.css":             true,
		"/public/a%20b":               true,
		"/public/%C3%BC":              true,
		"/public/me%40x.example":      true,
		"/public/[id](1)!.js":         true,
		"/public/..a/...":             true,
		"/gr%C3%BC%C3%9Fe":            true,
		"/gr%c3%bc%c3%9fe":            true,
		"/health?x=/../y":             true,
		"/health/":                    false,
		"//health":                    false,
		"/public//a":                  false,
		"/public/":                    false,
		"/public/.":                   false,
		"/public/..":                  false,
		"/public/../a":                false,
		"/public/./a":                 false,
		"/public/%2e%2e/a":            false,
		"/public/%2E./a":              false,
		"/public/a%2fb":               false,
		"/public/a%2Fb":               false,
		"/public/a%5cb":               false,
		"/public/a%5Cb":               false,
		`/public/a\b`:                 false,
		"/public/a%252fb":             false,
		"/public/a%0d%0ab":            false,
		"/public/a%00":                false,
		"/public/a%7F":                false,
		"/public/%61":                 false,
		"/public/%7e":                 false,
		"/heal%74h":                   false,
		"/public/a#/../b":             false,
		"/public/ü":                   false,
		"http://api.example/public/a": true,
	} {
		r := guard.HTTPRequest(target(t, path))
		byPath := newGuard(t, guard.SkipPaths("/", "/health", "/public/*", "/grüße"))
		if _, rejection := byPath.Check(t.Context(), r); (rejection == nil) != skipped {
			t.Errorf("SkipPaths, %s: skipped %t, want %t", path, rejection == nil, skipped)
		}
		byFunc := newGuard(t, guard.Skip(func(guard.Request) bool { return true }))
		if _, rejection := byFunc.Check(t.Context(), r); (rejection == nil) != skipped {
			t.Errorf("Skip, %s: skipped %t, want %t", path, rejection == nil, skipped)
		}
	}
}

func TestSkipPathsAreExact(t *testing.T) {
	g := newGuard(t, guard.SkipPaths("/health"), guard.SkipPaths("/public/*"))
	for _, path := range []string{"/healthz", "/health/x", "/Health", "/public", "/publicity/a", "/PUBLIC/a", "/"} {
		if _, rejection := g.Check(t.Context(), guard.HTTPRequest(target(t, path))); rejection == nil {
			t.Errorf("%s is skipped", path)
		}
	}
	if _, rejection := g.Check(t.Context(), guard.HTTPRequest(target(t, "/health"))); rejection != nil {
		t.Error("the second option replaced the first")
	}
}

func TestSkipPathsThatCanNeverWork(t *testing.T) {
	for path, want := range map[string]string{
		"":             "begin with",
		"health":       "begin with",
		"/*":           "every request",
		"/a/":          `"/a/*"`,
		"/a/*/b":       "literally",
		"/a*":          "literally",
		"/users/:id":   "literally",
		"/users/{id}":  "literally",
		"/a%20b":       "unescaped",
		"/a/../b":      "segment",
		"//a":          "segment",
		"/a//*":        "segment",
		`/a\b`:         "backslash",
		"/a\r\nb":      "control",
		"/a/./b/*":     "segment",
		"http://x/a":   "begin with",
		"/.well/../*":  "segment",
		"/a/b/../../*": "segment",
	} {
		_, err := guard.New(newContract(t, secretRules()), guard.SkipPaths("/ok", path))
		var mistake *core.ConfigError
		if !errors.As(err, &mistake) || mistake.Field != "SkipPaths" || !strings.Contains(mistake.Reason, want) {
			t.Errorf("%q: got %v, want %q", path, err, want)
		}
	}
	if _, err := guard.New(newContract(t, secretRules()), guard.SkipPaths()); err == nil {
		t.Error("an empty list is accepted")
	}
}

// TestHTTPRequestPath: it is the path that the client sent, for routers that match
// the raw path, or the path that a middleware rewrote.
func TestHTTPRequestPath(t *testing.T) {
	for raw, want := range map[string]string{
		"/a%2Fb":          "/a%2Fb",
		"/a%2fb":          "/a%2fb",
		"/a%20b":          "/a%20b",
		"/%61":            "/%61",
		"/a/../b":         "/a/../b",
		"/a//b?c=/d":      "/a//b",
		"/a#b":            "/a#b",
		"http://h.test/x": "/x",
	} {
		if got := guard.HTTPRequest(target(t, raw)).Path(); got != want {
			t.Errorf("%s: Path is %q, want %q", raw, got, want)
		}
	}
	rewritten := target(t, "/a")
	rewritten.URL.Path = "/b c"
	if got := guard.HTTPRequest(rewritten).Path(); got != "/b%20c" {
		t.Errorf("after a rewrite: %q", got)
	}
}
