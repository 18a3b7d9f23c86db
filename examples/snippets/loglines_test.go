package snippets_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/keys"
)

// root is the repository, seen from this folder.
const root = "../.."

// TestLogLines produces the log lines that docs/observability.md shows.
func TestLogLines(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(root, "docs", "observability.md"))
	if err != nil {
		t.Fatal(err)
	}
	shown := masked(string(page))
	lines := append(loggedWithoutOption(t), loggedByObserver(t)...)
	if len(lines) < 6 {
		t.Fatalf("only %d lines were logged:\n%s", len(lines), strings.Join(lines, "\n"))
	}
	for _, line := range lines {
		if !strings.Contains(shown, masked(line)+"\n") {
			t.Errorf("docs/observability.md does not show:\n%s", line)
		}
	}
}

// safeBuffer is a log that is read while others may write: lines about keys come from the goroutine of a fetch, after
// the request that waited for it has gone on.
type safeBuffer struct {
	mu  sync.Mutex
	log bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.log.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.log.String()
}

// logLines returns a logger, and a function that waits for a text in its log and returns the lines as the page shows
// them: without the time and with one address in place of the issuer's.
func logLines(issuer *authtest.Issuer) (*slog.Logger, func(t *testing.T, last string) []string) {
	var log safeBuffer
	drop := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{ReplaceAttr: drop}))
	return logger, func(t *testing.T, last string) []string {
		t.Helper()
		timeout := time.After(10 * time.Second)
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for !strings.Contains(log.String(), last) {
			select {
			case <-tick.C:
			case <-timeout:
				t.Fatalf("the log has no %q:\n%s", last, log.String())
			}
		}
		text := strings.ReplaceAll(log.String(), issuer.URL(), "https://issuer.example")
		return strings.Split(strings.TrimSpace(text), "\n")
	}
}

// masked takes out what differs from run to run.
func masked(text string) string {
	return regexp.MustCompile(`(took=|next_try=|next try in )[^\s)]+`).ReplaceAllString(text, "$1…")
}

func send(t *testing.T, handler http.Handler, authorization string) {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)
	if authorization != "" {
		request.Header.Set("Authorization", authorization)
	}
	handler.ServeHTTP(httptest.NewRecorder(), request)
}

func guarded(t *testing.T, contract *core.Contract, opts ...core.Option) http.Handler {
	t.Helper()
	verifier, err := core.NewVerifier(contract, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return guard.Middleware(verifier)(http.NotFoundHandler())
}

func loggedWithoutOption(t *testing.T) []string {
	t.Helper()
	clock := authtest.NewClock(time.Time{})
	issuer := authtest.NewIssuer(t, authtest.WithClock(clock))
	logger, lines := logLines(issuer)
	contract := issuer.Contract(func(r *core.Rules) { r.Audiences, r.InsecureAnyAudience = nil, true })
	handler := guarded(t, contract,
		core.WithLogger(logger),
		core.WithClock(clock),
		core.WithKeyPolicy(keys.Policy{MaxStale: time.Hour}),
	)
	good := issuer.Token(nil, authtest.ExpiresIn(24*time.Hour))
	send(t, handler, "Bearer "+good)
	send(t, handler, "Basic dXNlcjpwYXNz")
	for range 2 {
		send(t, handler, "Bearer "+issuer.Token(nil, authtest.ExpiresIn(-time.Hour)))
	}
	clock.Advance(10 * time.Second)
	send(t, handler, "Bearer "+issuer.Token(nil, authtest.ExpiresIn(-time.Hour)))

	issuer.Unavailable(true)
	clock.Advance(30 * time.Minute)
	send(t, handler, "Bearer "+good) // last-known-good keys
	clock.Advance(2 * time.Hour)
	send(t, handler, "Bearer "+good) // none are left
	issuer.Unavailable(false)
	clock.Advance(time.Minute)
	send(t, handler, "Bearer "+good)
	return lines(t, "keys are available again")
}

func loggedByObserver(t *testing.T) []string {
	t.Helper()
	clock := authtest.NewClock(time.Time{})
	issuer := authtest.NewIssuer(t, authtest.WithClock(clock))
	logger, lines := logLines(issuer)
	handler := guarded(t, issuer.Contract(), core.WithClock(clock),
		core.WithLogger(slog.New(slog.DiscardHandler)), core.WithObserver(event.Log(logger)))
	send(t, handler, "")
	send(t, handler, "Bearer "+issuer.Token(authtest.Claims{"aud": "https://other.example"}))
	return lines(t, "AUDIENCE_MISMATCH")
}

// TestMetrics counts events as docs/observability.md does.
func TestMetrics(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	counted := map[string]int{}
	observe := func(_ context.Context, e event.Event) {
		switch e := e.(type) {
		case event.TokenVerified:
			counted["verified "+e.Provider]++
		case event.TokenRejected:
			counted["rejected "+e.Code]++
		case event.KeysUnavailable:
			counted["unavailable "+e.Kind]++
		}
	}
	handler := guarded(t, issuer.Contract(), core.WithObserver(observe), core.WithLogger(slog.New(slog.DiscardHandler)))
	send(t, handler, "Bearer "+issuer.Token(nil))
	send(t, handler, "")
	if counted["verified authtest"] != 1 || counted["rejected TOKEN_MISSING"] != 1 {
		t.Errorf("counted %v", counted)
	}
}
