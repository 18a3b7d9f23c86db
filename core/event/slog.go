package event

import (
	"context"
	"log/slog"
)

// Log returns an observer that writes events to logger, for core.WithObserver:
// refreshes at debug, refused tokens at info, stale keys at warn and
// unavailable keys at error level. Accepted tokens are not logged.
func Log(logger *slog.Logger) func(Event) {
	if logger == nil {
		logger = slog.Default()
	}
	return func(e Event) {
		ctx := context.Background()
		switch e := e.(type) {
		case KeysRefreshed:
			logger.LogAttrs(ctx, slog.LevelDebug, "auth: keys refreshed", slog.String("url", e.URL), slog.Int("keys", e.Keys),
				slog.Int("skipped", e.Skipped), slog.Bool("not_modified", e.NotModified), slog.Bool("from_cache", e.FromCache),
				slog.Time("fresh_until", e.FreshUntil))
		case KeysRefreshFailed:
			logger.LogAttrs(ctx, slog.LevelWarn, "auth: keys not refreshed, those at hand are fresh", slog.String("url", e.URL),
				slog.Time("next_try", e.NextTry), slog.Any("error", e.Err))
		case KeyCacheFailed:
			logger.LogAttrs(ctx, slog.LevelWarn, "auth: key cache failed", slog.String("url", e.URL), slog.String("op", e.Op),
				slog.Any("error", e.Err))
		case KeysStale:
			logger.LogAttrs(ctx, slog.LevelWarn, "auth: issuer unreachable, using last-known-good keys", slog.String("url", e.URL),
				slog.Time("since", e.Since), slog.Time("until", e.Until), slog.Any("error", e.Err))
		case KeysUnavailable:
			logger.LogAttrs(ctx, slog.LevelError, "auth: keys unavailable", slog.String("url", e.URL),
				slog.Time("next_try", e.NextTry), slog.Any("error", e.Err))
		case UnknownKey:
			logger.LogAttrs(ctx, slog.LevelDebug, "auth: unknown key", slog.String("url", e.URL), slog.Bool("throttled", e.Throttled))
		case TokenRejected:
			logger.LogAttrs(ctx, slog.LevelInfo, "auth: rejected", slog.String("code", e.Code), slog.Any("error", e.Err))
		case TokenVerified:
		}
	}
}
