package event_test

import (
	"bytes"
	"context"
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
	failure := event.KeyFailure{
		Provider: "clerk",
		Issuer:   "https://id.example",
		URL:      "u",
		Kind:     "timeout",
		Err:      down,
		NextTry:  at,
		Took:     5 * time.Second,
	}
	const failed = ` provider=clerk issuer=https://id.example url=u kind=timeout next_try=2026-11-23T12:00:00.000Z error=down took=5s`
	for _, tt := range []struct {
		event event.Event
		want  string // "" for an event that is not logged
	}{
		{
			event.KeysRefreshed{
				Provider:   "clerk",
				Issuer:     "i",
				URL:        "u",
				Keys:       2,
				Skipped:    1,
				FreshUntil: at,
				Took:       time.Second,
			},
			`level=DEBUG msg="auth: keys refreshed" provider=clerk issuer=i url=u keys=2 skipped=1 not_modified=false ` +
				`from_cache=false fresh_until=2026-11-23T12:00:00.000Z took=1s trace=t1`,
		},
		{
			event.KeysRefreshFailed{KeyFailure: failure},
			`level=WARN msg="auth: keys not refreshed, the current ones are fresh"` + failed + ` trace=t1`,
		},
		{
			event.KeysStale{KeyFailure: failure, Since: at, Until: at},
			`level=WARN msg="auth: issuer unreachable, using last-known-good keys"` + failed +
				` since=2026-11-23T12:00:00.000Z until=2026-11-23T12:00:00.000Z trace=t1`,
		},
		{event.KeysUnavailable{KeyFailure: failure}, `level=ERROR msg="auth: keys unavailable"` + failed + ` trace=t1`},
		{
			event.KeyCacheFailed{URL: "u", Op: "store", Err: down},
			`level=WARN msg="auth: key cache failed" url=u op=store error=down trace=t1`,
		},
		{
			event.UnknownKey{URL: "u", KeyID: "k9", Throttled: true},
			`level=DEBUG msg="auth: unknown key" url=u kid=k9 throttled=true trace=t1`,
		},
		{
			event.TokenRejected{
				Provider:  "clerk",
				Issuer:    "i",
				KeyID:     "k1",
				Code:      "TOKEN_EXPIRED",
				Method:    "GET",
				Path:      "/p",
				RequestID: "r1",
				Err:       down,
				Took:      time.Millisecond,
			},
			`level=INFO msg="auth: rejected" provider=clerk issuer=i kid=k1 code=TOKEN_EXPIRED method=GET path=/p request_id=r1 ` +
				`error=down took=1ms trace=t1`,
		},
		{event.TokenVerified{Provider: "clerk"}, ""},
	} {
		var out bytes.Buffer
		ctx := context.WithValue(t.Context(), traceKey{}, "t1")
		event.Log(slog.New(tracing{slog.NewTextHandler(&out, options)}))(ctx, tt.event)
		if got := strings.TrimSpace(out.String()); got != tt.want {
			t.Errorf("%T:\n got %s\nwant %s", tt.event, got, tt.want)
		}
	}
}

type traceKey struct{}

// tracing adds the id that it finds in the context, as OpenTelemetry's handlers do.
type tracing struct{ slog.Handler }

func (h tracing) Handle(ctx context.Context, r slog.Record) error {
	if id, ok := ctx.Value(traceKey{}).(string); ok {
		r.AddAttrs(slog.String("trace", id))
	}
	return h.Handler.Handle(ctx, r)
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
	observe(context.Background(), event.TokenRejected{Code: "TOKEN_EXPIRED", Err: errors.New("auth: TOKEN_EXPIRED")})
	// Output: level=INFO msg="auth: rejected" code=TOKEN_EXPIRED error="auth: TOKEN_EXPIRED"
}
