package event_test

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/event"
)

func TestLog(t *testing.T) {
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	down := errors.New("down")
	for _, tt := range []struct {
		event event.Event
		want  string // "" for an event that is not logged
	}{
		{event.KeysRefreshed{URL: "u", Keys: 2, Skipped: 1, FreshUntil: at}, `level=DEBUG msg="auth: keys refreshed" url=u keys=2 skipped=1 not_modified=false from_cache=false fresh_until=2026-11-23T12:00:00.000Z`},
		{event.KeysRefreshFailed{URL: "u", Err: down, NextTry: at}, `level=WARN msg="auth: keys not refreshed, those at hand are fresh" url=u next_try=2026-11-23T12:00:00.000Z error=down`},
		{event.KeysStale{URL: "u", Since: at, Until: at, Err: down}, `level=WARN msg="auth: issuer unreachable, using last-known-good keys" url=u since=2026-11-23T12:00:00.000Z until=2026-11-23T12:00:00.000Z error=down`},
		{event.KeysUnavailable{URL: "u", Err: down, NextTry: at}, `level=ERROR msg="auth: keys unavailable" url=u next_try=2026-11-23T12:00:00.000Z error=down`},
		{event.KeyCacheFailed{URL: "u", Op: "store", Err: down}, `level=WARN msg="auth: key cache failed" url=u op=store error=down`},
		{event.UnknownKey{URL: "u", Throttled: true}, `level=DEBUG msg="auth: unknown key" url=u throttled=true`},
		{event.TokenRejected{Code: "TOKEN_EXPIRED", Err: down}, `level=INFO msg="auth: rejected" code=TOKEN_EXPIRED error=down`},
		{event.TokenVerified{Provider: "clerk"}, ""},
	} {
		var out bytes.Buffer
		event.Log(slog.New(slog.NewTextHandler(&out, options)))(tt.event)
		if got := strings.TrimSpace(out.String()); got != tt.want {
			t.Errorf("%T:\n got %s\nwant %s", tt.event, got, tt.want)
		}
	}
}

var options = &slog.HandlerOptions{
	Level: slog.LevelDebug,
	ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	},
}

// Give the observer to core.WithObserver.
func ExampleLog() {
	observe := event.Log(slog.New(slog.NewTextHandler(os.Stdout, options)))
	observe(event.TokenRejected{Code: "TOKEN_EXPIRED", Err: errors.New("auth: TOKEN_EXPIRED")})
	// Output: level=INFO msg="auth: rejected" code=TOKEN_EXPIRED error="auth: TOKEN_EXPIRED"
}
