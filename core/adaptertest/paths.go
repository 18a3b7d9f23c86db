package adaptertest

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// routerPrograms returns the adapter's program with every setting of its router.
func (s *suite) routerPrograms() map[string]Adapter {
	all := map[string]Adapter{"by default": s.adapter}
	for name, start := range s.adapter.Routers {
		adapter := s.adapter
		adapter.Start = start
		all[name] = adapter
	}
	return all
}

// ambiguousTargets are skipped paths for code that decodes or cleans them, or for
// code that does not, and guarded paths for the other.
func ambiguousTargets() []string {
	return []string{
		"/files/..%2fhealth",
		"/files/..%2Fhealth",
		"/files/../health",
		"/files/%2e%2e/health",
		"/files/secret/../../health",
		"/files/secret/../open/x",
		"/files/open/../secret",
		"/files/open/..%2fsecret",
		"/files/open/%2e%2e/secret",
		"/files/open/%2e%2e%2fsecret",
		"/files/open/..%5csecret",
		`/files/open/..\secret`,
		"/files/open/./secret",
		"/files/open//secret",
		"/files//open/x",
		"/files/open/",
		"/files/open/%252e%252e/secret",
		"/files/%6fpen/x",
		"/files/open/../../private",
		"/health/../private",
		"/health/../files/secret",
		"/health//../private",
		"//private",
		"/./private",
		"/item/free%2fx",
		"/item/free%2Fx",
		"/item/free%5cx",
		"/item/fre%65",
		"/item/free/../x",
		"/item/free/",
		"/public/../private",
		"/private/",
	}
}

func (s *suite) skippedPaths(t *testing.T) {
	prefixes := []string{
		"/health", "/files/open/", "/item/free/", "/item/fre%", "/public", "/private/", "/files/../", "/./", "//",
	}
	byFunc := guard.Skip(func(r guard.Request) bool {
		return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(r.Path(), p) })
	})
	byPath := guard.SkipPaths("/health", "/files/open/*", "/item/free/*", "/public/*")
	// A function that names the guarded paths is not called for these paths either.
	byRest := guard.Skip(func(r guard.Request) bool {
		return !strings.HasPrefix(r.Path(), "/files/") && !strings.HasPrefix(r.Path(), "/item/") && r.Path() != PathPrivate ||
			strings.HasPrefix(r.Path(), "/files/open/")
	})
	for name, adapter := range s.routerPrograms() {
		for how, skip := range map[string]guard.Option{
			"a function":                      byFunc,
			"paths":                           byPath,
			"a function of the guarded paths": byRest,
		} {
			s.sendAmbiguous(t, name+", skip by "+how, adapter, skip)
		}
		s.sendSkipped(t, name, adapter, guard.SkipPaths(PathPrivate, "/files/open/*", "/item/me@x"))
	}
}

func (s *suite) sendAmbiguous(t *testing.T, name string, adapter Adapter, skip guard.Option) {
	t.Helper()
	one := &suite{Stage: s.Stage, adapter: adapter}
	server, ran := one.start(t, Mode{Options: options(skip)}, nil)
	for _, target := range ambiguousTargets() {
		w := one.connect(t, server)
		before := len(ran.list())
		x, err := w.send(http.MethodGet, target, nil)
		if err != nil {
			t.Errorf("%s, %s: %v", name, target, err)
		} else if all := ran.list(); len(all) != before {
			t.Errorf(
				"%s: %s ran the handlers of %v without a token, and was answered with %d",
				name,
				target,
				all[before:],
				x.Status,
			)
		}
	}
}

// sendSkipped checks that skipping works: a rule that skips nothing would pass the
// other checks.
func (s *suite) sendSkipped(t *testing.T, name string, adapter Adapter, skip guard.Option) {
	t.Helper()
	one := &suite{Stage: s.Stage, adapter: adapter}
	server, _ := one.start(t, Mode{Options: options(skip)}, nil)
	w := one.connect(t, server)
	for target, status := range map[string]int{
		PathPrivate:               http.StatusOK,
		PathPrivate + "?x=/../y":  http.StatusOK,
		"/files/open/a.txt":       http.StatusOK,
		"/files/open/b/a%20b.txt": http.StatusOK,
		"/files/open/%C3%BC":      http.StatusOK,
		"/item/me@x":              http.StatusOK,
		"/item/me%40x":            http.StatusOK,
		"/files/a.txt":            http.StatusUnauthorized,
		"/item/you@x":             http.StatusUnauthorized,
		PathRequire:               http.StatusUnauthorized,
	} {
		if x, err := w.send(http.MethodGet, target, nil); err != nil || x.Status != status {
			t.Errorf("%s: %s was answered with %q, %v; want %d", name, target, x.StatusLine, err, status)
		}
	}
}

// routers plays the rows about the Authorization header with every setting.
func (s *suite) routers(t *testing.T) {
	for name, start := range s.adapter.Routers {
		adapter := s.adapter
		adapter.Start = start
		one := &suite{Stage: s.Stage, adapter: adapter}
		server, ran := one.start(t, modeRequired(), nil)
		p := &program{server: server, ran: ran}
		for _, row := range bearerScenarios() {
			x, err := s.send(t.Context(), p, row)
			if err == nil {
				err = row.Check(x)
			}
			if err != nil {
				t.Errorf("%s, %s: %v", name, row.Name, err)
			}
		}
	}
}

func (s *suite) splitting(t *testing.T) {
	respond := guard.Responder(func(r guard.Request, x *guard.Rejection) {
		for _, next := range r.Query("next") {
			x.Header.Set("Location", r.Path()+next)
			x.Header.Add("X-Next", next)
		}
	})
	server, _ := s.start(t, Mode{Options: options(respond)}, nil)
	w := s.connect(t, server)
	for _, next := range []string{
		"/a%0d%0aSet-Cookie:%20a=b", "/a%0aSet-Cookie:%20a=b", "/a%0dSet-Cookie:%20a=b", "/a%00b", "%0d%0a%0d%0a<html>",
	} {
		for _, target := range []string{PathPrivate, PathFiles + strings.TrimPrefix(next, "/")} {
			x, err := w.send(http.MethodGet, target+"?next="+next, nil)
			if err != nil || x.Status != http.StatusUnauthorized {
				t.Fatalf("%s: got %q, %v", next, x.StatusLine, err)
			}
			got := x.Header.Values("X-Next")
			if x.Header.Get("Set-Cookie") != "" || len(got) != 1 || strings.ContainsAny(got[0], "\r\n\x00") {
				t.Errorf("%s: the answer's fields are %q", next, x.Header)
			}
		}
	}
}

// delegated checks what the framework's own error handling does with a rejection.
func (s *suite) delegated(t *testing.T) {
	var mu sync.Mutex
	var saw []error
	server, ran := s.start(t, Mode{Options: options(guard.DelegateErrors())}, func(c *Config) {
		c.SawError = func(err error) {
			mu.Lock()
			defer mu.Unlock()
			saw = append(saw, err)
		}
	})
	w := s.connect(t, server)
	for _, tc := range []struct {
		fields []Field
		want   Want
	}{
		{nil, missing()},
		{authorization("Bearer"), malformed()},
		{bearerToken(s.mustToken(t, "foreign")), refused(core.CodeIssuerMismatch)},
	} {
		x, err := w.send(http.MethodGet, PathPrivate, tc.fields)
		if err != nil {
			t.Fatal(err)
		}
		if x.Status != tc.want.Status || x.Header.Get("Www-Authenticate") != tc.want.Challenge ||
			x.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: answered with\n%s", tc.want.Code, x.Golden())
		}
		if strings.Contains(string(x.Body), s.down.URL()) || strings.Contains(string(x.Body), "auth:") {
			t.Errorf("%s: the body holds what is for the log: %q", tc.want.Code, x.Body)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	for _, err := range saw {
		var refusal *core.Error
		if !errors.As(err, &refusal) || strings.Contains(err.Error(), s.down.URL()) ||
			!strings.Contains(err.Error(), refusal.Message()) {
			t.Errorf("the framework's error handling saw %q, want the sentence for the client", err)
		}
	}
	if s.adapter.HasErrorHandler && len(saw) != 3 || len(ran.list()) > 0 {
		t.Errorf("the framework's error handling saw %d errors, handlers ran: %v", len(saw), ran.list())
	}
}

func bearerToken(token string) []Field { return authorization("Bearer " + token) }
