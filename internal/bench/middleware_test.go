package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/clerk"
)

// app answers one request in process and returns the status, and the user that
// its handler saw.
type app func(authorization string) (status int, user string)

// variant is one way to guard an app.
type variant struct {
	name string
	make func(f *fixture) app
}

// framework is a bare app, and the same one guarded in several ways.
type framework struct {
	name     string
	bare     app
	variants []variant
}

func frameworks() []framework {
	return []framework{ginApps(), echoApps(), echo5Apps(), chiApps(), fiberApps(), fiber3Apps()}
}

// rows compare one request of the bare app with one of each guarded app, and
// with what the arithmetic alone would add.
func (fw framework) rows() []row {
	f := newFixture("RS256")
	authorization := "Bearer " + f.token()
	get := func(serve app) func() error {
		return func() error {
			if status, _ := serve(authorization); status != http.StatusOK {
				return fmt.Errorf("status %d", status)
			}
			return nil
		}
	}
	bare, check := get(fw.bare), limit(f, f.token())
	rows := []row{
		{rowBare, bare},
		{rowLimit, func() error { return errors.Join(bare(), check()) }},
	}
	for _, v := range fw.variants {
		serve := v.make(f)
		must(0, checkApp(f, serve))
		rows = append(rows, row{v.name, get(serve)})
	}
	return rows
}

// checkApp tests that a guarded app accepts the good token and nothing else.
func checkApp(f *fixture, serve app) error {
	authorization := "Bearer " + f.token()
	for range 2 { // the second time from a cache, if there is one
		if status, user := serve(authorization); status != http.StatusOK || user != userID {
			return fmt.Errorf("the good token: status %d, user %q", status, user)
		}
		if status, _ := serve(""); status == http.StatusOK {
			return errors.New("no token: status 200")
		}
		for _, bad := range f.forgeries() {
			if status, _ := serve("Bearer " + bad.token); status == http.StatusOK {
				return fmt.Errorf("does not check %s", bad.check)
			}
		}
	}
	return nil
}

// recorder is a response that is thrown away, without what httptest's would add.
type recorder struct {
	header http.Header
	status int
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(b []byte) (int, error) { return len(b), nil }

// serveHTTP is the app of a net/http handler that stores the user it sees.
func serveHTTP(handler http.Handler, user *string) app {
	r := httptest.NewRequest(http.MethodGet, "/api/profile", http.NoBody)
	w := &recorder{header: http.Header{}}
	values := []string{""}
	return func(authorization string) (int, string) {
		if values[0] = authorization; authorization == "" {
			delete(r.Header, "Authorization")
		} else {
			r.Header["Authorization"] = values
		}
		*user, w.status = "", http.StatusOK
		clear(w.header)
		handler.ServeHTTP(w, r)
		return w.status, *user
	}
}

// guarded are our variants of every framework. mount makes the app with a
// source; its handler reads the user id or, with claims, all of them.
func guarded(mount func(source core.Authenticator, claims bool) app) []variant {
	with := func(first, claims bool) func(*fixture) app {
		return func(f *fixture) app { return mount(f.verifier(core.TokenCache{Disabled: first}), claims) }
	}
	return []variant{
		{rowFirst, with(true, true)},
		{rowFirstBare, with(true, false)},
		{rowSeen, with(false, true)},
		{rowSeenBare, with(false, false)},
	}
}

// subjectOf is what our handlers read in the variants with claims.
func subjectOf(c clerk.Claims, err error) string {
	if err != nil {
		return ""
	}
	return c.Subject
}
