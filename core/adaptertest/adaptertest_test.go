package adaptertest_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/revstackhq/auth-go/core/adaptertest"
	"github.com/revstackhq/auth-go/core/guard"
)

// start serves the suite's routes with the middleware of package guard. wrap, if
// not nil, breaks it.
func start(cfg adaptertest.Config, wrap func(guarded, bare http.Handler) http.Handler) (*adaptertest.Server, error) {
	middleware := func(opts []guard.Option) func(http.Handler) http.Handler {
		whole := guard.Middleware(cfg.Source, opts...)
		if wrap == nil {
			return whole
		}
		return func(next http.Handler) http.Handler { return wrap(whole(next), next) }
	}
	g := guard.Must("core", cfg.Source, cfg.Options...)
	return cfg.ServeMux(g, middleware(cfg.Options), middleware(cfg.InnerOptions))
}

func plain() adaptertest.Adapter {
	return adaptertest.Adapter{
		Name:  "core",
		Start: func(cfg adaptertest.Config) (*adaptertest.Server, error) { return start(cfg, nil) },
		HTTP2: true,
	}
}

// TestCore tests the middleware of package guard.
func TestCore(t *testing.T) { adaptertest.Run(t, plain()) }

func TestTable(t *testing.T) {
	names := map[string]bool{}
	for _, s := range adaptertest.Scenarios() {
		if names[s.Name] || s.Name == "" || s.Why == "" || s.Mode.Name == "" || s.Want.Status == 0 {
			t.Errorf("the row %q is not unique, or lacks a name, reason, mode or answer", s.Name)
		}
		names[s.Name] = true
	}
	if len(names) < 120 {
		t.Errorf("%d rows", len(names))
	}
}

// TestFaultsAreFound: a suite that cannot fail proves nothing.
func TestFaultsAreFound(t *testing.T) {
	stage, err := adaptertest.NewStage()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stage.Close() })
	for name, fault := range map[string]struct {
		scenario string
		wrap     func(guarded, bare http.Handler) http.Handler
	}{
		"no guard": {"bearer absent", func(_, bare http.Handler) http.Handler { return bare }},
		"the handler runs after the rejection": {"bearer absent", func(guarded, bare http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				guarded.ServeHTTP(w, r)
				bare.ServeHTTP(httptest.NewRecorder(), r)
			})
		}},
		"the session is lost": {"bearer good", func(guarded, bare http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				probe := httptest.NewRecorder()
				if guarded.ServeHTTP(probe, r); probe.Code == http.StatusOK {
					bare.ServeHTTP(w, r)
				}
			})
		}},
		"another challenge": {"bearer absent", func(guarded, _ http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				probe := httptest.NewRecorder()
				guarded.ServeHTTP(probe, r)
				w.Header().Set("Cache-Control", "no-store")
				w.WriteHeader(probe.Code)
				_, _ = w.Write(probe.Body.Bytes())
			})
		}},
		"only the first header is read": {"bearer header twice", func(guarded, _ http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				r.Header["Authorization"] = r.Header["Authorization"][:1]
				guarded.ServeHTTP(w, r)
			})
		}},
		"an outage is unauthorized": {"outage, good token", func(guarded, _ http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if guarded.ServeHTTP(httptest.NewRecorder(), r); true {
					w.WriteHeader(http.StatusUnauthorized)
				}
			})
		}},
	} {
		broken := adaptertest.Adapter{
			Name:  name,
			Start: func(cfg adaptertest.Config) (*adaptertest.Server, error) { return start(cfg, fault.wrap) },
		}
		scenario := find(t, fault.scenario)
		for _, tc := range []struct {
			adapter adaptertest.Adapter
			good    bool
		}{{plain(), true}, {broken, false}} {
			x, err := stage.Play(t.Context(), tc.adapter, scenario)
			if err != nil {
				t.Fatal(err)
			}
			if err := scenario.Check(x); (err == nil) != tc.good {
				t.Errorf("%s, played by %s: %v", name, tc.adapter.Name, err)
			}
		}
	}
}

func find(t *testing.T, name string) adaptertest.Scenario {
	t.Helper()
	for _, s := range adaptertest.Scenarios() {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("unknown scenario %q", name)
	return adaptertest.Scenario{}
}

// A program can play the table without a test, e.g. to print it.
func ExampleStage() {
	stage, err := adaptertest.NewStage()
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = stage.Close() }()
	for _, scenario := range adaptertest.Scenarios() {
		if scenario.Name != "require scopes, one missing" {
			continue
		}
		x, err := stage.Play(context.Background(), plain(), scenario)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Print(x.Golden())
	}
	// Output:
	// HTTP/1.1 403 Forbidden
	// Cache-Control: no-store
	// Content-Length: 85
	// Content-Type: application/json
	// Www-Authenticate: Bearer error="insufficient_scope", scope="invoices:read invoices:write"
	//
	// {"error":"The token does not grant the required scope.","code":"INSUFFICIENT_SCOPE"}
}
