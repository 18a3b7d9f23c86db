// Package refusal logs rejections. It also passes what a guard knows about a
// rejected request to the verifier, which reports the rejection.
package refusal

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/revstackhq/auth-go/core/event"
)

// Request is the part of a guard.Request that a log line names.
type Request interface {
	Method() string
	Path() string
	Header(name string) []string
}

// Info is what a guard knows about a rejection and the verifier that reports it may not know.
type Info struct {
	Request Request // nil if there is none
	Session any     // the *core.Session that was rejected, nil if there is none
}

// Observe calls an observer and recovers from its panic, which must not fail a request and would end the program
// during a fetch.
func Observe(ctx context.Context, logger *slog.Logger, observer func(context.Context, event.Event), e event.Event) {
	defer func() {
		if p := recover(); p != nil {
			logger.ErrorContext(ctx, "auth: an observer panicked", slog.String("panic", fmt.Sprint(p)))
		}
	}()
	observer(ctx, e)
}

type infoKey struct{}

// With returns ctx with the info.
func With(ctx context.Context, info Info) context.Context {
	return context.WithValue(ctx, infoKey{}, info)
}

// From returns the info in ctx.
func From(ctx context.Context) Info {
	if ctx == nil {
		return Info{}
	}
	info, _ := ctx.Value(infoKey{}).(Info)
	return info
}

// Describe adds to e the request's method, path and id. The query is left out: it
// may hold a token.
func (i Info) Describe(e *event.TokenRejected) {
	r := i.Request
	if r == nil {
		return
	}
	e.Method, e.Path, e.RequestID = Text(r.Method(), 16), Text(withoutTokens(r.Path()), 256), Text(requestID(r), 64)
}

// withoutTokens replaces the segments of a path that look like a JWT: a reader of
// the log must not be able to use the token.
func withoutTokens(path string) string {
	if !strings.Contains(path, "eyJ") {
		return path
	}
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		if before, _, found := strings.Cut(segment, "eyJ"); found {
			segments[i] = before + "{token}"
		}
	}
	return strings.Join(segments, "/")
}

// requestID returns the request's id: one that a middleware of the framework
// made, or one that the client or a proxy sent; "" if there is none.
func requestID(r Request) string {
	if own, ok := r.(interface{ RequestID() string }); ok {
		if id := own.RequestID(); id != "" {
			return id
		}
	}
	if ids := r.Header("X-Request-Id"); len(ids) > 0 {
		return ids[0]
	}
	return ""
}

// Text makes text that an attacker chose fit for a log: at most limit bytes,
// nothing but printable characters.
func Text(s string, limit int) string {
	ascii := func(r rune) bool { return r > ' ' && r <= '~' }
	if len(s) <= limit && !strings.ContainsFunc(s, func(r rune) bool { return !ascii(r) }) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s[:min(len(s), limit)])
}

// Detail appends the text of cause to detail, unless detail contains it already.
func Detail(detail string, cause error) string {
	if cause == nil {
		return detail
	}
	switch text := cause.Error(); {
	case detail == "":
		return text
	case strings.Contains(detail, text):
		return detail
	default:
		return detail + ": " + text
	}
}
