package core

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/revstackhq/auth-go/core/keys"
)

// rejectionInterval is the least time between two log lines about rejections: anyone can cause rejections, so they must
// not be able to fill a log.
const rejectionInterval = 10 * time.Second

// rejectionLog logs rejections without any option: at info level their number by code, in at most one line for each
// interval; at debug level every one with its detail. It has no goroutine, so what an interval has summed up is logged
// with the first request after it.
type rejectionLog struct {
	logger *slog.Logger
	clock  keys.Clock

	pending atomic.Bool // there are counts to log
	mu      sync.Mutex  // guards what follows
	counts  map[Code]int
	first   time.Time // of the rejections in counts
	next    time.Time // when the next line may be logged
}

// rejected counts err, and logs the sum if it is time.
func (l *rejectionLog) rejected(ctx context.Context, err *Error) {
	if l.logger.Enabled(ctx, slog.LevelDebug) {
		l.detail(ctx, err)
	}
	if !l.logger.Enabled(ctx, slog.LevelInfo) {
		return
	}
	now := l.clock.Now()
	l.mu.Lock()
	if l.counts == nil {
		l.counts = map[Code]int{}
	}
	if len(l.counts) == 0 {
		l.first = now
	}
	l.counts[err.Code]++
	attrs := l.due(now)
	l.mu.Unlock()
	if attrs != nil {
		// The detail is that of this request, so that it goes with the ids that the handler finds in ctx.
		l.log(ctx, append(attrs, slog.String("last", err.Error())))
	}
}

// flush logs what an interval has summed up, if there is something and it is over.
func (l *rejectionLog) flush(ctx context.Context) {
	if !l.pending.Load() {
		return
	}
	l.mu.Lock()
	attrs := l.due(l.clock.Now())
	l.mu.Unlock()
	if attrs != nil {
		l.log(ctx, attrs)
	}
}

// due returns the sum as attributes and begins the next one, or nil if it is too early. The caller holds mu.
func (l *rejectionLog) due(now time.Time) []slog.Attr {
	// A clock that was set back by more than the interval must not silence the log for that time.
	early := now.Before(l.next) && l.next.Sub(now) <= rejectionInterval
	if len(l.counts) == 0 || early {
		l.pending.Store(len(l.counts) > 0)
		return nil
	}
	total := 0
	var byCode []any
	for _, code := range slices.Sorted(maps.Keys(l.counts)) {
		total += l.counts[code]
		byCode = append(byCode, slog.Int(string(code), l.counts[code]))
	}
	attrs := []slog.Attr{
		slog.Int("total", total),
		slog.Group("codes", byCode...),
		slog.Time("since", l.first),
	}
	clear(l.counts)
	l.next = now.Add(rejectionInterval)
	l.pending.Store(false)
	return attrs
}

func (l *rejectionLog) log(ctx context.Context, attrs []slog.Attr) {
	l.logger.LogAttrs(ctx, slog.LevelInfo, "auth: requests rejected", attrs...)
}

// detail logs one rejection.
func (l *rejectionLog) detail(ctx context.Context, err *Error) {
	e := err.event()
	l.logger.LogAttrs(ctx, slog.LevelDebug, "auth: request rejected",
		slog.String("code", e.Code),
		slog.String("provider", e.Provider),
		slog.String("issuer", e.Issuer),
		slog.String("kid", e.KeyID),
		slog.Any("error", e.Err),
	)
}
