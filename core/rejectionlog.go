package core

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/internal/jose"
	"github.com/revstackhq/auth-go/core/keys"
)

// rejectionInterval is the least time between two log lines about rejections: anyone can cause rejections, so they must
// not be able to fill a log.
const rejectionInterval = 10 * time.Second

// rejectionLog logs rejections without any option: at info level their number by code, in at most one line for each
// interval; at debug level every one with its detail. Nothing runs between requests, so the sum of an interval is logged
// with the first request after it.
//
// A flood of rejections must cost little: while an interval lasts, a rejection neither locks nor reads a clock.
type rejectionLog struct {
	logger *slog.Logger
	clock  keys.Clock

	state  atomic.Uint32
	counts atomic.Pointer[[]codeCount] // by first appearance; the slice is never modified, only replaced

	mu    sync.Mutex // guards replacing the slice, and what follows
	first time.Time  // of the rejections in counts, if there are any
	next  time.Time  // when the next line may be logged
}

// Bits of a rejectionLog's state.
const (
	// rejectionsPending: there are rejections to log, and the time of the first is known.
	rejectionsPending = 1 << iota
	// rejectionsQuiet: the interval after a line lasts. A timer ends it, so it is used with the system's clock only; any
	// other clock is read each time.
	rejectionsQuiet
)

type codeCount struct {
	code Code
	n    *atomic.Int64
}

func newRejectionLog(logger *slog.Logger, clock keys.Clock) *rejectionLog {
	l := &rejectionLog{logger: logger, clock: clock}
	l.counts.Store(new([]codeCount))
	return l
}

// rejected counts err, and logs the sum if it is time.
func (l *rejectionLog) rejected(ctx context.Context, err *Error, o *origin) {
	if l.logger.Enabled(ctx, slog.LevelDebug) {
		l.detail(ctx, err, o)
	}
	l.count(err.Code)
	if l.state.Load() == rejectionsPending|rejectionsQuiet {
		return
	}
	if attrs := l.due(); attrs != nil {
		// The detail is that of this request, so that it goes with the ids that the handler finds in ctx.
		l.log(ctx, append(attrs, slog.String("last", err.Error())))
	}
}

// count counts a rejection. There are few codes, and comparing one with itself is cheap.
func (l *rejectionLog) count(code Code) {
	for _, c := range *l.counts.Load() {
		if c.code == code {
			c.n.Add(1)
			return
		}
	}
	l.countFirst(code)
}

// countFirst counts the first rejection with the code.
func (l *rejectionLog) countFirst(code Code) {
	l.mu.Lock()
	defer l.mu.Unlock()
	counts := *l.counts.Load()
	at := slices.IndexFunc(counts, func(c codeCount) bool { return c.code == code })
	if at < 0 {
		at, counts = len(counts), append(slices.Clip(counts), codeCount{code, new(atomic.Int64)})
		l.counts.Store(&counts)
	}
	counts[at].n.Add(1)
}

// flush logs the sum of an interval that is over.
func (l *rejectionLog) flush(ctx context.Context) {
	if l.state.Load() != rejectionsPending {
		return
	}
	if attrs := l.due(); attrs != nil {
		l.log(ctx, attrs)
	}
}

// due returns the sum as attributes and begins the next one, or nil if it is too early or there is nothing to log.
func (l *rejectionLog) due() []slog.Attr {
	now := l.clock.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state.Load()&rejectionsPending == 0 {
		l.first = now
	}
	// A clock that was set back by more than the interval must not silence the log for that time.
	if now.Before(l.next) && l.next.Sub(now) <= rejectionInterval {
		l.state.Or(rejectionsPending)
		return nil
	}
	l.state.And(^uint32(rejectionsPending)) // before the counts are read: a rejection that comes meanwhile sets it again
	total, byCode := l.sum()
	if total == 0 {
		return nil // another goroutine was faster
	}
	l.next = now.Add(rejectionInterval)
	if _, system := l.clock.(keys.SystemClock); system {
		l.state.Or(rejectionsQuiet)
		time.AfterFunc(rejectionInterval, func() { l.state.And(^uint32(rejectionsQuiet)) })
	}
	return []slog.Attr{
		slog.Int("total", total),
		slog.Group("codes", byCode...),
		slog.Time("since", l.first),
	}
}

// sum resets the counts and returns their sum, and one attribute for each code.
func (l *rejectionLog) sum() (total int, byCode []any) {
	counts := slices.Clone(*l.counts.Load())
	slices.SortFunc(counts, func(a, b codeCount) int { return strings.Compare(string(a.code), string(b.code)) })
	for _, c := range counts {
		if n := int(c.n.Swap(0)); n > 0 {
			total += n
			byCode = append(byCode, slog.Int(string(c.code), n))
		}
	}
	return total, byCode
}

func (l *rejectionLog) log(ctx context.Context, attrs []slog.Attr) {
	l.logger.LogAttrs(ctx, slog.LevelInfo, "auth: requests rejected", attrs...)
}

// detail logs one rejection.
func (l *rejectionLog) detail(ctx context.Context, err *Error, o *origin) {
	e := o.event(err)
	l.logger.LogAttrs(ctx, slog.LevelDebug, "auth: request rejected",
		slog.String("code", e.Code),
		slog.String("provider", e.Provider),
		slog.String("issuer", e.Issuer),
		slog.String("kid", e.KeyID),
		slog.Any("error", e.Err),
	)
}

// origin is what events and logs say about a rejected token beside its error.
type origin struct {
	engine  *engine      // of the contract that the token was verified with, nil if none was chosen
	header  *jose.Header // nil if the token was not read
	started time.Time    // zero if nobody observes
}

// event returns the event that reports err.
func (o *origin) event(err *Error) event.TokenRejected {
	rejected := event.TokenRejected{
		Code: string(err.Code),
		Err:  err,
		Took: since(o.started),
	}
	if o.header != nil {
		rejected.KeyID = boundedText(o.header.Kid)
	}
	if o.engine != nil {
		rejected.Provider = o.engine.rules.Provider
		rejected.Issuer = o.engine.expectedIssuers()
	}
	return rejected
}

// boundedText makes text that an attacker chose fit for a log: at most 64 bytes, nothing but printable characters.
func boundedText(s string) string {
	const limit = 64
	if len(s) <= limit && printable(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s[:min(len(s), limit)])
}

// since returns how long ago started was, 0 for the zero time.
func since(started time.Time) time.Duration {
	if started.IsZero() {
		return 0
	}
	return time.Since(started)
}
