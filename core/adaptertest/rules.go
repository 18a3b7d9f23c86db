package adaptertest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/providers/clerk/clerktest"
)

func (s *suite) badTokens(t *testing.T) {
	server, ran := s.start(t, modeRequired(), nil)
	w := s.connect(t, server)
	sent := 0
	for _, b := range s.bad() {
		if !b.Sendable() {
			continue
		}
		sent++
		x, err := w.send(http.MethodGet, PathPrivate, authorization("Bearer "+b.Token))
		if err != nil {
			t.Fatalf("%s: %v", b.Name, err)
		}
		row := Scenario{Want: refused(b.Code)}
		if err := row.Check(x); err != nil {
			t.Errorf("%s: %v", b.Name, err)
		}
	}
	if all := ran.list(); len(all) > 0 || sent < 80 {
		t.Errorf("%d bad tokens were sent, handlers ran %d times", sent, len(all))
	}
}

func (s *suite) verifiedOnce(t *testing.T) {
	var mu sync.Mutex
	verified := 0
	observe := core.WithObserver(func(_ context.Context, e event.Event) {
		if _, ok := e.(event.TokenVerified); ok {
			mu.Lock()
			defer mu.Unlock()
			verified++
		}
	})
	server, _ := s.start(t, modeRequired(), func(c *Config) {
		verifier, err := core.NewVerifier(s.contract, observe)
		if err != nil {
			t.Fatal(err)
		}
		c.Source, c.Options, c.InnerOptions = verifier, nil, nil // one verifier, whose observer counts for both guards
	})
	x, err := s.connect(t, server).send(http.MethodGet, PathTwice, authorization("Bearer "+s.mustToken(t, "session")))
	if err != nil || x.Status != http.StatusOK {
		t.Fatalf("got %s, %v", x.StatusLine, err)
	}
	mu.Lock()
	defer mu.Unlock()
	if verified != 1 {
		t.Errorf("the token was verified %d times", verified)
	}
}

// kept sends two requests of equal length over one connection that differ in every
// byte that can differ, and checks what was kept of the first.
func (s *suite) kept(t *testing.T) {
	var mu sync.Mutex
	var strs []string
	keep := guard.Skip(func(r guard.Request) bool {
		mu.Lock()
		defer mu.Unlock()
		strs = append(strs, r.Method(), r.Host(), r.Path())
		for _, values := range [][]string{
			r.Header("X-Note"), r.Header("Authorization"), r.Header("Cookie"), r.Query("note"),
		} {
			strs = append(strs, values...)
		}
		return false
	})
	server, _ := s.start(t, modeRequired(), func(c *Config) { c.Options = append(c.Options, keep) })
	w := s.connect(t, server)
	send := func(method, path, note, token string) {
		x, err := w.send(method, path+"?note="+note, []Field{
			{"X-Note", note}, {"Cookie", "note=" + note}, {"Authorization", "Bearer " + token},
		})
		if err != nil || x.Status != http.StatusOK {
			t.Fatalf("got %s, %v", x.StatusLine, err)
		}
	}
	first, second := s.mustToken(t, "session"), s.mustToken(t, "other")
	send(http.MethodGet, PathPrivate, strings.Repeat("a", 64), first)
	want := []string{
		http.MethodGet, host, PathPrivate,
		strings.Repeat("a", 64), "Bearer " + first, "note=" + strings.Repeat("a", 64), strings.Repeat("a", 64),
	}
	w.host = "xyz.southwind.example"
	for range 3 {
		send(http.MethodPut, PathRequire, strings.Repeat("z", 64), second)
	}
	mu.Lock()
	defer mu.Unlock()
	if !slices.Equal(strs[:len(want)], want) {
		t.Errorf("kept of the first request after the fourth:\n%q\nwant\n%q", strs[:len(want)], want)
	}
}

func (s *suite) nativeErrors(t *testing.T) {
	if !s.adapter.HasErrorHandler {
		t.Skip("the framework has no error handler")
	}
	var mu sync.Mutex
	var saw []error
	server, ran := s.start(t, Mode{Options: options(guard.DelegateErrors())}, func(c *Config) {
		c.OwnErrors = true
		c.SawError = func(err error) {
			mu.Lock()
			defer mu.Unlock()
			saw = append(saw, err)
		}
	})
	w := s.connect(t, server)
	for _, tc := range []struct {
		fields []Field
		code   core.Code
	}{
		{nil, core.CodeTokenMissing},
		{authorization("Bearer"), core.CodeInvalidRequest},
		{authorization("Bearer " + s.mustToken(t, "bad:expired")), core.CodeTokenExpired},
	} {
		x, err := w.send(http.MethodGet, PathPrivate, tc.fields)
		if err != nil {
			t.Fatal(err)
		}
		mu.Lock()
		got := slices.Clone(saw)
		saw = nil
		mu.Unlock()
		var refusal *core.Error
		if len(got) != 1 || !errors.As(got[0], &refusal) || refusal.Code != tc.code || !errors.Is(got[0], tc.code) {
			t.Errorf("the framework's error handling saw %v, want one *core.Error with %s", got, tc.code)
		}
		if x.Status != http.StatusTeapot {
			t.Errorf("%s: answered with %s: the framework's handler was not left the answer", tc.code, x.StatusLine)
		}
	}
	if all := ran.list(); len(all) > 0 {
		t.Errorf("handlers ran: %v", all)
	}
}

func (s *suite) keepAlive(t *testing.T) {
	server, _ := s.start(t, modeRequired(), nil)
	w := s.connect(t, server)
	good := authorization("Bearer " + s.mustToken(t, "session"))
	for n, step := range []struct {
		method string
		fields []Field
		status int
	}{
		{http.MethodHead, nil, http.StatusUnauthorized},
		{http.MethodGet, good, http.StatusOK},
		{http.MethodHead, good, http.StatusOK},
		{http.MethodGet, nil, http.StatusUnauthorized},
		{http.MethodGet, good, http.StatusOK},
	} {
		x, err := w.send(step.method, PathPrivate, step.fields)
		if err != nil || x.Status != step.status {
			t.Fatalf("request %d, %s: got %q, %v; want %d", n+1, step.method, x.StatusLine, err, step.status)
		}
	}
}

func (s *suite) panics(t *testing.T) {
	server, _ := s.start(t, modeRequired(), nil)
	w := s.connect(t, server)
	good := authorization("Bearer " + s.mustToken(t, "session"))
	x, err := w.send(http.MethodGet, PathPanic, good)
	if err != nil || x.Status != http.StatusInternalServerError {
		t.Fatalf("got %q, %v; want 500 from the framework's recovery", x.StatusLine, err)
	}
	w = s.connect(t, server) // a framework may close the connection after a panic
	row := Scenario{Want: passes("user_1")}
	x, err = w.send(http.MethodGet, PathPrivate, good)
	x.Ran = []string{PathPrivate}
	if err == nil {
		err = row.Check(x)
	}
	if err != nil {
		t.Errorf("after the panic: %v", err)
	}
	if x, err = w.send(http.MethodGet, PathPrivate, nil); err != nil || x.Status != http.StatusUnauthorized {
		t.Errorf("after the panic, without a token: got %q, %v", x.StatusLine, err)
	}
}

// multiplexed sends the requests of many users at once over one connection.
func (s *suite) multiplexed(t *testing.T) {
	if !s.adapter.HTTP2 {
		t.Skip("the framework's server does not speak HTTP/2")
	}
	const users = 200
	p, err := s.startProgram(s.adapter, HTTP2NoTLS, modeRequired())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.close(); err != nil {
			t.Error(err)
		}
	})
	send := func(fields []Field) (Exchange, error) {
		return p.http2.send(t.Context(), http.MethodGet, PathPrivate, fields)
	}
	if err := s.isOneself(0, send); err != nil { // opens the connection
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for n := range users {
		wg.Go(func() {
			if err := s.isOneself(n, send); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func (s *suite) concurrency(t *testing.T) {
	const users, connections = 1000, 32
	server, _ := s.start(t, modeRequired(), nil)
	numbers := make(chan int, users) // filled before the requests start
	for n := range users {
		numbers <- n
	}
	close(numbers)
	faults := make(chan error, connections)
	for range connections {
		go func() { faults <- s.manyUsers(t, server, numbers) }()
	}
	for range connections {
		if err := <-faults; err != nil {
			t.Error(err)
		}
	}
}

// manyUsers sends the requests of many users over one connection.
func (s *suite) manyUsers(t *testing.T, server *Server, numbers <-chan int) error {
	t.Helper()
	w, err := dial(t.Context(), server.Addr)
	if err != nil {
		return err
	}
	defer func() { _ = w.close() }()
	for n := range numbers {
		if err := s.isOneself(n, func(fields []Field) (Exchange, error) {
			return w.send(http.MethodGet, PathPrivate, fields)
		}); err != nil {
			return err
		}
	}
	return nil
}

// isOneself sends a request of the n-th user and checks that the handler sees that user.
func (s *suite) isOneself(n int, send func([]Field) (Exchange, error)) error {
	user := fmt.Sprintf("user_%04d", n)
	x, err := send(bearerToken(
		clerktest.SessionToken(s.issuer, clerktest.Token{UserID: user, AuthorizedParty: appOrigin, TTL: time.Hour}),
	))
	if err != nil {
		return err
	}
	var r Report
	if err := json.Unmarshal(x.Body, &r); err != nil {
		return fmt.Errorf("%s: %w: %q", user, err, x.Body)
	}
	if r.UserID != user || r.Service != user || r.Subject != user {
		return fmt.Errorf("%s was mistaken for %+v", user, r)
	}
	return nil
}
