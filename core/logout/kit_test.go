package logout_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/logout"
)

const client = "invoices"

// epoch is when the tests take place.
func epoch() time.Time { return time.Unix(1_800_000_000, 0).UTC() }

// table is a sink and a revoker, as one process needs them.
type table struct {
	mu      sync.Mutex
	entries []logout.Entry
	calls   int
	down    bool
}

var errDown = errors.New("the log cannot be reached")

func (s *table) Revoke(_ context.Context, entries ...logout.Entry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	if s.down {
		return errDown
	}
	s.entries = append(s.entries, entries...)
	return nil
}

func (s *table) Revoked(_ context.Context, session *core.Session) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.entries, func(e logout.Entry) bool {
		switch {
		case e.Issuer != session.Issuer():
			return false
		case e.Kind == logout.KindSession:
			return e.Value == session.SessionID()
		case e.Kind == logout.KindUser:
			return e.Value == session.UserID() && session.IssuedAt().Before(e.Before)
		default:
			jti, _ := session.Claim("jti")
			return e.Value == jti
		}
	}), nil
}

func (s *table) all() []logout.Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.entries)
}

// fixture is a provider, a verifier for its tokens, and a sink.
type fixture struct {
	t        testing.TB
	clock    *authtest.Clock
	issuer   *authtest.Issuer
	verifier *core.Verifier
	sink     *table
	log      *strings.Builder
}

func newFixture(tb testing.TB, change ...func(*core.Rules)) *fixture {
	tb.Helper()
	f := &fixture{t: tb, clock: authtest.NewClock(epoch()), sink: &table{}, log: &strings.Builder{}}
	issuer, err := authtest.StartIssuer(authtest.Config{Clock: f.clock}) // fuzz targets use it, which have a t each
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = issuer.Close() })
	f.issuer = issuer
	verifier, err := core.NewVerifier(
		f.issuer.Contract(change...),
		core.WithClock(f.clock),
		core.WithLogger(slog.New(slog.NewTextHandler(f.log, nil))),
	)
	if err != nil {
		tb.Fatal(err)
	}
	f.verifier = verifier
	return f
}

// in returns the fixture for one run of a fuzz target.
func (f *fixture) in(t *testing.T) *fixture {
	t.Helper()
	inner := *f
	inner.t, inner.sink = t, &table{}
	return &inner
}

func must(tb testing.TB, h *logout.Handler, err error) *logout.Handler {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
	return h
}

// kept is how long entries are kept: the default lifetime of tokens and leeway.
const kept = 24*time.Hour + 30*time.Second

// user is what revokes everything of user_1 up to the fixture's time plus after.
func (f *fixture) user(after time.Duration) logout.Entry {
	before := epoch().Add(after + time.Second)
	return logout.Entry{
		Kind: logout.KindUser, Issuer: f.issuer.URL(), Value: "user_1", Before: before, Expires: before.Add(kept),
	}
}

func (f *fixture) session(id string) logout.Entry {
	return logout.Entry{
		Kind: logout.KindSession, Issuer: f.issuer.URL(), Value: id, Expires: epoch().Add(kept),
	}
}

// expect compares what was revoked.
func (f *fixture) expect(want ...logout.Entry) {
	f.t.Helper()
	if got := f.sink.all(); !slices.EqualFunc(got, want, func(a, b logout.Entry) bool {
		sameTimes := a.Before.Equal(b.Before) && a.Expires.Equal(b.Expires)
		a.Before, a.Expires, b.Before, b.Expires = time.Time{}, time.Time{}, time.Time{}, time.Time{}
		return sameTimes && a == b
	}) {
		f.t.Errorf("revoked %+v\nwant    %+v", got, want)
	}
}

// status asks a guard for the session of a token.
func (f *fixture) status(token string) int {
	f.t.Helper()
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", http.NoBody)
	authtest.Authorize(r, token)
	guard.Middleware(f.verifier, guard.Revocation(f.sink, guard.FailClosed))(
		http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}),
	).ServeHTTP(w, r)
	return w.Code
}

// post sends a body with header fields: a name, its value, and so on.
func post(tb testing.TB, h http.Handler, mediaType, body string, fields ...string) *httptest.ResponseRecorder {
	tb.Helper()
	r := httptest.NewRequest(http.MethodPost, "https://api.example.com/logout", strings.NewReader(body))
	r.Header.Set("Content-Type", mediaType)
	for i := 0; i+1 < len(fields); i += 2 {
		r.Header.Add(fields[i], fields[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if got := w.Header().Get("Cache-Control"); got != "no-store" {
		tb.Errorf("Cache-Control is %q, want no-store", got)
	}
	return w
}

func body(tb testing.TB, w *httptest.ResponseRecorder) string {
	tb.Helper()
	b, err := io.ReadAll(w.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}
