package core

import (
	"context"
	"log/slog"

	"github.com/revstackhq/auth-go/core/event"
)

// keyLog turns the events about a key set into log lines: one line for each change of state, however many fetches
// fail. It is not safe for concurrent use.
type keyLog struct {
	state       keyState
	cacheFailed bool // as of the last line about the cache
	cacheFails  bool // in the current fetch
}

// keyState is what was last logged about the keys.
type keyState int

const (
	keysWork    keyState = iota
	keysFailing          // the last fetch failed, the keys are fresh
	keysStale            // last-known-good keys are in use
	keysGone             // there are no keys
)

// line returns what to log about ev, nil if the state has not changed.
func (l *keyLog) line(ev event.Event) func(context.Context, *slog.Logger) {
	whole := func(ctx context.Context, logger *slog.Logger) { event.Log(logger)(ctx, ev) }
	switch ev := ev.(type) {
	case event.KeyCacheFailed:
		known := l.cacheFailed
		l.cacheFailed, l.cacheFails = true, true
		if known {
			return nil
		}
		return whole
	case event.KeysRefreshed:
		back := l.changed(keysWork)
		cacheBack := l.cacheFailed && !l.cacheFails
		l.cacheFailed, l.cacheFails = l.cacheFailed && !cacheBack, false
		if !back && !cacheBack {
			return nil
		}
		return func(ctx context.Context, logger *slog.Logger) {
			if cacheBack {
				logger.LogAttrs(ctx, slog.LevelInfo, "auth: the key cache works again", slog.String("issuer", ev.Issuer))
			}
			if back {
				logger.LogAttrs(ctx, slog.LevelInfo, "auth: keys are available again", slog.String("provider", ev.Provider),
					slog.String("issuer", ev.Issuer), slog.String("url", ev.URL), slog.Int("keys", ev.Keys))
			}
		}
	case event.KeysRefreshFailed:
		return l.ifChanged(keysFailing, whole)
	case event.KeysStale:
		return l.ifChanged(keysStale, whole)
	case event.KeysUnavailable:
		return l.ifChanged(keysGone, whole)
	default:
		return nil
	}
}

func (l *keyLog) ifChanged(s keyState, line func(context.Context, *slog.Logger)) func(context.Context, *slog.Logger) {
	l.cacheFails = false
	if !l.changed(s) {
		return nil
	}
	return line
}

// changed sets the state and reports whether it differs from the one before.
func (l *keyLog) changed(s keyState) bool {
	before := l.state
	l.state = s
	return before != s
}
