package main

import (
	"context"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
)

func TestCheck(t *testing.T) {
	var out strings.Builder
	if err := check(t.Context(), frameworks(), &out); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	rows := scenarios("http://127.0.0.1:9000")
	for _, row := range rows {
		if !strings.Contains(out.String(), row.name+" ") {
			t.Errorf("the table has no row %q", row.name)
		}
	}
	if got := strings.Count(out.String(), "as documented\n"); got != len(rows) {
		t.Errorf("%d rows as documented, want %d:\n%s", got, len(rows), out.String())
	}
}

// TestCheckTells plays the table against APIs that are wrong in one thing each.
func TestCheckTells(t *testing.T) {
	if testing.Short() {
		t.Skip("plays the table several times")
	}
	for name, c := range map[string]struct {
		spoil func(http.Handler) http.Handler
		want  string
	}{
		"another status":      {status(http.StatusUnauthorized, http.StatusForbidden), `no token: odd: the status is "403", want "401"`},
		"no challenge":        {header("Www-Authenticate"), `no token: odd: WWW-Authenticate is "", want "Bearer"`},
		"no Retry-After":      {header("Retry-After"), `odd: Retry-After is "", want "1"`},
		"cached":              {header("Cache-Control"), `odd: Cache-Control is "", want "no-store"`},
		"unreadable by pages": {header("Access-Control-Allow-Origin"), `the page, expired: odd: Access-Control-Allow-Origin is ""`},
		"a body of its own":   {suffix(" "), `no token: odd: the body, unlike chi's, is`},
	} {
		t.Run(name, func(t *testing.T) {
			odd := framework{name: "odd", serve: func(source core.Source, origins []string) server {
				s := chiAPI(source, origins).(*http.Server)
				s.Handler = c.spoil(s.Handler)
				return s
			}}
			var out strings.Builder
			err := check(t.Context(), []framework{{"chi", 0, chiAPI}, odd}, &out)
			if err == nil || !strings.Contains(out.String(), c.want) {
				t.Errorf("got %v, want %q in:\n%s", err, c.want, out.String())
			}
			if strings.Contains(out.String(), ": chi: ") {
				t.Errorf("chi is blamed too:\n%s", out.String())
			}
		})
	}
}

// TestCheckCountsFetches plays the table against an API whose keys are asked
// for by somebody else, too.
func TestCheckCountsFetches(t *testing.T) {
	odd := framework{name: "odd", serve: func(source core.Source, origins []string) server {
		s := chiAPI(source, origins).(*http.Server)
		api := s.Handler
		s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") == "Bearer garbage" {
				get(t, origins[0]+"/.well-known/jwks.json", nil)
			}
			api.ServeHTTP(w, r)
		})
		return s
	}}
	var out strings.Builder
	if err := check(t.Context(), []framework{odd}, &out); err == nil || !strings.Contains(out.String(), "garbage: the keys were asked for 1 times, want 0") {
		t.Errorf("got %v:\n%s", err, out.String())
	}
}

// spoiled changes an answer on its way out.
type spoiled struct {
	http.ResponseWriter
	status  func(int) int
	without string
	suffix  string
}

func (s *spoiled) WriteHeader(code int) {
	if s.without != "" {
		delete(s.Header(), s.without)
	}
	if s.status != nil {
		code = s.status(code)
	}
	s.ResponseWriter.WriteHeader(code)
}

func (s *spoiled) Write(p []byte) (int, error) {
	if _, err := s.ResponseWriter.Write(append(slices.Clip(p), s.suffix...)); err != nil {
		return 0, err
	}
	return len(p), nil
}

func spoil(s spoiled) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			own := s
			own.ResponseWriter = w
			next.ServeHTTP(&own, r)
		})
	}
}

func status(from, to int) func(http.Handler) http.Handler {
	return spoil(spoiled{status: func(code int) int {
		if code == from {
			return to
		}
		return code
	}})
}

func header(without string) func(http.Handler) http.Handler {
	return spoil(spoiled{without: without})
}

func suffix(s string) func(http.Handler) http.Handler { return spoil(spoiled{suffix: s}) }

// TestStopBeforeServe ends servers that may not have begun to serve.
func TestStopBeforeServe(t *testing.T) {
	for _, f := range frameworks() {
		t.Run(f.name, func(t *testing.T) {
			st, apis, err := setUp(t.Context(), []framework{f})
			if err != nil {
				t.Fatal(err)
			}
			if err := apis.stop(); err != nil {
				t.Error(err)
			}
			if err := st.site.close(); err != nil {
				t.Error(err)
			}
		})
	}
}

type brokenServer struct{}

func (brokenServer) Serve(net.Listener) error       { return net.ErrWriteToConnected }
func (brokenServer) Shutdown(context.Context) error { return nil }

// TestServerFails ends the whole when one server ends.
func TestServerFails(t *testing.T) {
	ports, err := listen(t.Context(), config{}, []string{"gin"})
	if err != nil {
		t.Fatal(err)
	}
	all := fleet{start("gin", brokenServer{}, ports["gin"])}
	if err := all.wait(t.Context()); err == nil || !strings.Contains(err.Error(), "gin has stopped serving") {
		t.Errorf("got %v", err)
	}
	if err := all.stop(); err == nil {
		t.Error("the fault is not told at the end")
	}
}
