package refusal

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/internal/docurl"
	"github.com/revstackhq/auth-go/core/keys"
)

// interval is the least time between two log lines about rejections: anyone can cause rejections, so they must
// not be able to fill a log.
const interval = 10 * time.Second

// Log logs rejections: at info level their number by code, in at most one line for each interval; at debug level
// every one with its detail. There is no goroutine, so the sum of an interval is logged with the first request after
// it. Log is safe for concurrent use.
//
// A flood of rejections must cost little: while an interval lasts, a rejection neither locks nor reads a clock.
type Log struct {
	logger *slog.Logger
	clock  keys.Clock
	off    bool // the logger discards every line

	state  atomic.Uint32
	counts atomic.Pointer[[]codeCount] // by first appearance; the slice is never modified, only replaced

	mu    sync.Mutex // guards replacing the slice, and what follows
	first time.Time  // of the rejections in counts, if there are any
	next  time.Time  // when the next line may be logged
}

// Bits of a Log's state.
const (
	// isPending: there are rejections to log, and first is set.
	isPending = 1 << iota
	// isQuiet: the interval after a line has not ended. A timer ends it, so this bit is used only with the system's
	// clock; any other clock is read each time.
	isQuiet
)

type codeCount struct {
	code string
	n    *counter
}

// counter fills a cache line: counters that share a line would slow each other down.
type counter struct {
	atomic.Int64
	_ [56]byte
}

// NewLog returns a log that writes to logger.
func NewLog(logger *slog.Logger, clock keys.Clock) *Log {
	l := &Log{logger: logger, clock: clock, off: logger.Handler() == slog.DiscardHandler}
	l.counts.Store(new([]codeCount))
	return l
}

// Count counts a rejection, and reports whether [Log.Write] has to be called with it.
func (l *Log) Count(ctx context.Context, code string) bool {
	if l.off {
		return false
	}
	l.count(code)
	return l.state.Load() != isPending|isQuiet || l.logger.Enabled(ctx, slog.LevelDebug)
}

// Write logs a rejection that was counted, and the sum if it is time. It calls describe only for a rejection that it
// logs.
func (l *Log) Write(ctx context.Context, code string, describe func() event.TokenRejected) {
	if l.logger.Enabled(ctx, slog.LevelDebug) {
		l.logger.LogAttrs(ctx, slog.LevelDebug, "auth: request rejected", attributes(describe())...)
	}
	if l.state.Load() == isPending|isQuiet {
		return
	}
	if sum := l.due(); sum != nil && l.logger.Enabled(ctx, slog.LevelInfo) {
		// The last rejection is the one of this request, so that it matches the ids that the handler finds in ctx.
		l.log(ctx, append(sum,
			slog.Attr{Key: "last", Value: slog.GroupValue(attributes(describe())...)},
			slog.String("help", docurl.Code(code))))
	}
}

// count counts a rejection. A linear search is fast: there are few codes.
func (l *Log) count(code string) {
	for _, c := range *l.counts.Load() {
		if c.code == code {
			c.n.Add(1)
			return
		}
	}
	l.countFirst(code)
}

// countFirst counts the first rejection with the code.
func (l *Log) countFirst(code string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	counts := *l.counts.Load()
	at := slices.IndexFunc(counts, func(c codeCount) bool { return c.code == code })
	if at < 0 {
		at, counts = len(counts), append(slices.Clip(counts), codeCount{code, new(counter)})
		l.counts.Store(&counts)
	}
	counts[at].n.Add(1)
}

// Flush logs the sum of an interval that is over.
func (l *Log) Flush(ctx context.Context) {
	if l.state.Load() != isPending {
		return
	}
	if attrs := l.due(); attrs != nil {
		l.log(ctx, attrs)
	}
}

// due returns the sum as attributes and starts a new sum. It returns nil if it is too early or there is nothing to
// log.
func (l *Log) due() []slog.Attr {
	now := l.clock.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state.Load()&isPending == 0 {
		l.first = now
	}
	// A clock that was set back by more than the interval must not silence the log for that time.
	if now.Before(l.next) && l.next.Sub(now) <= interval {
		l.state.Or(isPending)
		return nil
	}
	l.state.And(^uint32(isPending)) // before the counts are read: a rejection that comes meanwhile sets it again
	total, byCode := l.sum()
	if total == 0 {
		return nil // another goroutine was faster
	}
	l.next = now.Add(interval)
	if _, system := l.clock.(keys.SystemClock); system {
		l.state.Or(isQuiet)
		time.AfterFunc(interval, func() { l.state.And(^uint32(isQuiet)) })
	}
	return []slog.Attr{
		slog.Int("total", total),
		slog.Group("codes", byCode...),
		slog.Time("since", l.first),
	}
}

// sum resets the counts and returns their sum, and one attribute for each code.
func (l *Log) sum() (total int, byCode []any) {
	counts := slices.Clone(*l.counts.Load())
	slices.SortFunc(counts, func(a, b codeCount) int { return strings.Compare(a.code, b.code) })
	for _, c := range counts {
		if n := int(c.n.Swap(0)); n > 0 {
			total += n
			byCode = append(byCode, slog.Int(c.code, n))
		}
	}
	return total, byCode
}

func (l *Log) log(ctx context.Context, attrs []slog.Attr) {
	l.logger.LogAttrs(ctx, slog.LevelInfo, "auth: requests rejected", attrs...)
}

// attributes returns the attributes of one rejection, without those that are not known.
func attributes(e event.TokenRejected) []slog.Attr {
	var known []slog.Attr
	for _, text := range [][2]string{
		{"code", e.Code},
		{"detail", e.Detail},
		{"provider", e.Provider},
		{"issuer", e.Issuer},
		{"kid", e.KeyID},
		{"method", e.Method},
		{"path", e.Path},
		{"request_id", e.RequestID},
	} {
		if text[1] != "" {
			known = append(known, slog.String(text[0], text[1]))
		}
	}
	return known
}
