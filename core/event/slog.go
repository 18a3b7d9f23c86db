package event

import (
	"context"
	"log/slog"
	"time"
)

// Log returns an observer that writes every event to logger, for core.WithObserver: refreshes and unknown keys at debug
// level, rejected tokens at info, failing refreshes and stale keys at warn, unavailable keys at error. Accepted tokens
// are not logged. The logger gets the event's context.
//
// A verifier logs key outages and sums of rejections without it; core.WithLogger turns that off.
func Log(logger *slog.Logger) func(context.Context, Event) {
	if logger == nil {
		logger = slog.Default()
	}
	return func(ctx context.Context, e Event) {
		if level, message, attrs := record(e); message != "" && logger.Enabled(ctx, level) {
			logger.LogAttrs(ctx, level, message, attrs()...)
		}
	}
}

// record returns how e is logged: the level, the message and a function that makes the attributes. The message is empty
// for an event that is not logged.
func record(e Event) (level slog.Level, message string, attrs func() []slog.Attr) {
	switch e := e.(type) {
	case KeysRefreshed:
		return slog.LevelDebug, "auth: keys refreshed", e.attrs
	case KeysRefreshFailed:
		return slog.LevelWarn, "auth: keys not refreshed, the current ones are fresh", e.attrs
	case KeysStale:
		return slog.LevelWarn, "auth: issuer unreachable, using last-known-good keys", e.attrs
	case KeysUnavailable:
		return slog.LevelError, "auth: keys unavailable", e.attrs
	case KeyCacheFailed:
		return slog.LevelWarn, "auth: key cache failed", e.attrs
	case UnknownKey:
		return slog.LevelDebug, "auth: unknown key", e.attrs
	case TokenRejected:
		return slog.LevelInfo, "auth: rejected", e.attrs
	default:
		return 0, "", nil
	}
}

// texts returns an attribute for each pair of name and value whose value is not empty.
func texts(pairs ...string) []slog.Attr {
	attrs := make([]slog.Attr, 0, len(pairs)/2+6)
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			attrs = append(attrs, slog.String(pairs[i], pairs[i+1]))
		}
	}
	return attrs
}

func took(attrs []slog.Attr, d time.Duration) []slog.Attr {
	if d == 0 {
		return attrs
	}
	return append(attrs, slog.Duration("took", d))
}

func (e KeysRefreshed) attrs() []slog.Attr {
	return took(append(texts("provider", e.Provider, "issuer", e.Issuer, "url", e.URL),
		slog.Int("keys", e.Keys),
		slog.Int("skipped", e.Skipped),
		slog.Bool("not_modified", e.NotModified),
		slog.Bool("from_cache", e.FromCache),
		slog.Time("fresh_until", e.FreshUntil),
	), e.Took)
}

func (e KeyFailure) attrs() []slog.Attr {
	return took(append(texts("provider", e.Provider, "issuer", e.Issuer, "url", e.URL, "kind", e.Kind),
		slog.Time("next_try", e.NextTry),
		slog.Any("error", e.Err),
	), e.Took)
}

func (e KeysStale) attrs() []slog.Attr {
	return append(e.KeyFailure.attrs(), slog.Time("since", e.Since), slog.Time("until", e.Until))
}

func (e KeyCacheFailed) attrs() []slog.Attr {
	return took(
		append(texts("provider", e.Provider, "issuer", e.Issuer, "url", e.URL, "op", e.Op), slog.Any("error", e.Err)),
		e.Took,
	)
}

func (e UnknownKey) attrs() []slog.Attr {
	return append(
		texts("provider", e.Provider, "issuer", e.Issuer, "url", e.URL, "kid", e.KeyID),
		slog.Bool("throttled", e.Throttled),
	)
}

func (e TokenRejected) attrs() []slog.Attr {
	return took(append(texts(
		"provider", e.Provider,
		"issuer", e.Issuer,
		"kid", e.KeyID,
		"code", e.Code,
		"method", e.Method,
		"path", e.Path,
		"request_id", e.RequestID,
	), slog.Any("error", e.Err)), e.Took)
}
