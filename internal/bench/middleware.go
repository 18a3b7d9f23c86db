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
	hand string // what is checked by hand
	make func(f *fixture) (app, error)
}

// framework is a bare app, and the same one guarded in several ways.
type framework struct {
	name     string
	bare     variant
	variants []variant
}

func frameworks() []framework { return []framework{ginApps(), echoApps(), chiApps(), fiberApps()} }

// middleware compares what a guard adds to one request of a bare app.
func (fw framework) middleware() (*group, error) {
	f, err := newFixture("RS256")
	if err != nil {
		return nil, err
	}
	token, err := f.token()
	if err != nil {
		return nil, err
	}
	g := &group{title: fw.name, kind: kindMiddleware}
	authorization := "Bearer " + token
	for i, v := range append([]variant{fw.bare}, fw.variants...) {
		serve, err := v.make(f)
		if err != nil {
			return nil, err
		}
		var notes []string
		if i > 0 {
			if notes, err = checkApp(f, serve, authorization); err != nil {
				return nil, fmt.Errorf("%s, %s: %w", fw.name, v.name, err)
			}
			if v.hand != "" {
				notes = append(notes, v.hand+" by hand")
			}
		}
		g.work = append(g.work, workload{name: v.name, notes: notes, op: func() error {
			if status, _ := serve(authorization); status != http.StatusOK {
				return fmt.Errorf("status %d", status)
			}
			return nil
		}})
	}
	// What the arithmetic alone would add.
	check, err := limit(f, token)
	if err != nil {
		return nil, err
	}
	bare := g.work[0].op
	g.work = append(g.work, workload{name: rowLimit, op: func() error { return errors.Join(bare(), check()) }})
	return g, nil
}

// checkApp holds a guarded app to the same tokens as a library.
func checkApp(f *fixture, serve app, authorization string) (notes []string, err error) {
	forgeries, err := f.forgeries()
	if err != nil {
		return nil, err
	}
	for range 2 {
		if status, user := serve(authorization); status != http.StatusOK || user != userID {
			return nil, fmt.Errorf("the good token: status %d, user %q", status, user)
		}
		if status, _ := serve(""); status == http.StatusOK {
			return nil, errors.New("no token: status 200")
		}
		notes = nil
		for _, bad := range forgeries {
			if status, _ := serve("Bearer " + bad.token); status == http.StatusOK {
				notes = append(notes, "does not check "+bad.name)
			}
		}
	}
	return notes, nil
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
func guarded(mount func(source core.Source, claims bool) app) []variant {
	with := func(first, claims bool) func(*fixture) (app, error) {
		return func(f *fixture) (app, error) {
			v, err := f.verifier(core.TokenCache{Disabled: first})
			if err != nil {
				return nil, err
			}
			return mount(v, claims), nil
		}
	}
	return []variant{
		{rowFirst, "", with(true, true)},
		{rowFirstBare, "", with(true, false)},
		{rowSeen, "", with(false, true)},
		{rowSeenBare, "", with(false, false)},
	}
}

// subjectOf is what our handlers read in the variants with claims.
func subjectOf(c clerk.Claims, err error) string {
	if err != nil {
		return ""
	}
	return c.Subject
}
