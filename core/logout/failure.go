package logout

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/revstackhq/auth-go/core"
)

// reason is why a message was rejected.
type reason string

const (
	badMessage         reason = "malformed"
	badToken           reason = "token refused"
	badCredentials     reason = "not authentic"
	replayed           reason = "replayed"
	unsupportedSubject reason = "unsupported subject"
	unknownSubject     reason = "unknown subject"
	foreignSubject     reason = "subject of another issuer"
	keysUnavailable    reason = "keys unavailable"
	notRecorded        reason = "not recorded"
	busy               reason = "busy"
	internalFault      reason = "internal fault"
)

// failure is the rejection of a message. The sender gets public; err is only for the log.
type failure struct {
	reason reason
	public string
	err    error
	code   core.Code // of a refused token
	retry  time.Duration
}

func fail(r reason, public string, err error) *failure {
	return &failure{reason: r, public: public, err: err}
}

// again returns a failure after which the sender should deliver the message again.
func again(r reason, public string, err error) *failure {
	return &failure{reason: r, public: public, err: err, retry: retryAfter}
}

// refused returns the failure for a token that the contract does not accept. What
// the contract expects is only for the log: anyone can send a token.
func refused(err error) *failure {
	switch code := codeOf(err); code {
	case core.CodeKeysUnavailable:
		f := again(keysUnavailable, "the issuer's keys are not available", err)
		f.code = code
		return f
	case core.CodeRequestCanceled:
		f := again(busy, "the request was canceled", err)
		f.code = code
		return f
	default:
		return &failure{reason: badToken, public: "the token was refused: " + string(code), err: err, code: code}
	}
}

// outage reports whether the message could not be judged and may be valid.
func (f *failure) outage() bool { return f.retry > 0 }

// writeJSON writes a response whose body is a JSON object with two members.
func writeJSON(w http.ResponseWriter, status int, nameField, name, textField, text string) {
	body, _ := json.Marshal(map[string]string{nameField: name, textField: text})
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// rejections logs rejected messages, in at most one line for each logInterval: anyone can send messages.
type rejections struct {
	logger *slog.Logger
	name   string

	mu    sync.Mutex
	count int
	next  time.Time
}

const logInterval = 10 * time.Second

func (l *rejections) note(ctx context.Context, f *failure, now time.Time) {
	l.mu.Lock()
	l.count++
	// A clock that was set back must not silence the log for that time.
	if now.Before(l.next) && l.next.Sub(now) <= logInterval {
		l.mu.Unlock()
		return
	}
	count := l.count
	l.count, l.next = 0, now.Add(logInterval)
	l.mu.Unlock()

	level := slog.LevelWarn
	if f.reason == notRecorded || f.reason == internalFault {
		level = slog.LevelError
	}
	attrs := []slog.Attr{
		slog.String("to", l.name),
		slog.Int("total", count),
		slog.String("last", string(f.reason)),
		slog.String("detail", f.public),
	}
	if f.err != nil {
		attrs = append(attrs, slog.Any("error", f.err))
	}
	l.logger.LogAttrs(ctx, level, "auth: logout messages rejected", attrs...)
}
