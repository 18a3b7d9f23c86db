package fleet

import (
	"context"
	"log/slog"
	"math"
	"math/rand/v2"
	"time"
)

// beatState is the state of heartbeats. One replica writes them; if it stops, another one takes over.
type beatState struct {
	heard  time.Time // when the newest one arrived
	at     int64     // when it was written, by its writer's clock, Unix milliseconds
	writer uint64
	last   map[uint64]int64 // the at of each writer's newest one
	next   time.Time        // when this replica writes one, unless it hears one first
	turn   int              // where the next list of heads begins
	sent   int
}

func (r *Revocations) beatEvery() time.Duration { return r.options.MaxLag / 5 }

// firstOf returns a random time up to d, most often near d. Every replica waits for such a time before it writes a
// heartbeat. However many replicas there are, only a few write first, and the others read that heartbeat: thousands
// that recover together must not all write at once.
func firstOf(d time.Duration) time.Duration {
	const most = 10_000                                    // the largest number of replicas for which this holds
	share := 1 + math.Log(1-rand.Float64())/math.Log(most) //nolint:gosec // G404: spread, not secrecy
	return time.Duration(max(0, share) * float64(d))
}

// heard notes a heartbeat. r.mu must be held.
func (r *Revocations) heard(rec *record, early bool, now time.Time) {
	if rec.at <= r.beat.last[rec.writer] {
		return // a replayed heartbeat proves nothing
	}
	// During an outage, only a heartbeat at its place in the log shows that everything in front of it was read.
	counts := !early || r.problem.Load() == nil && r.lag(now) < r.options.MaxLag
	if counts {
		if r.beat.last == nil {
			r.beat.last = map[uint64]int64{}
		}
		r.beat.last[rec.writer] = rec.at
	}
	skew := r.options.ClockSkew.Milliseconds()
	// One from the future would hide an outage for as long as its writer's clock is ahead.
	at := min(rec.at, now.UnixMilli()+skew)
	if at+skew < r.beat.at {
		return // a heartbeat that was withheld: it is much older than the newest one
	}
	every := r.beatEvery()
	switch old := now.Sub(time.UnixMilli(at)) > every*3/2+r.options.ClockSkew; {
	case rec.writer == r.writer:
		r.beat.next = now.Add(every)
	case !old: // an old heartbeat does not prove that its writer is alive
		r.beat.next = now.Add((every + firstOf(every)) * 3 / 2)
	}
	if !counts {
		return
	}
	r.beat.heard, r.beat.at, r.beat.writer = now, max(r.beat.at, at), rec.writer
	if rec.writer != r.writer {
		r.compareHeads(rec, now)
	}
}

// lag returns how old the newest information from the log is. r.mu must be held.
func (r *Revocations) lag(now time.Time) time.Duration {
	// Unix time, because a monotonic clock stops while a machine sleeps.
	sinceHeard := now.Round(0).Sub(r.beat.heard.Round(0))
	written := time.UnixMilli(r.beat.at)
	return max(0, sinceHeard, now.Round(0).Sub(written)-r.options.ClockSkew)
}

// watch notices outages. It does no I/O, so that a log that hangs cannot delay it.
func (r *Revocations) watch(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		now := time.Now()
		r.assess(now)
		timer.Reset(r.untilProblem(now))
	}
}

// untilProblem returns how long watch may sleep before it must look for an outage again.
func (r *Revocations) untilProblem(now time.Time) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	wait := r.beatEvery() // a machine that sleeps stops the timers
	if r.problem.Load() == nil {
		wait = min(wait, r.options.MaxLag-r.lag(now))
		if age, missing := r.chain.missing(now); missing > 0 {
			wait = min(wait, r.options.MaxLag-age)
		}
	}
	return max(wait, time.Millisecond)
}

// keep writes heartbeats, appends what failed before, repairs the log, and forgets what has expired.
func (r *Revocations) keep(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	swept := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.kick:
		case <-timer.C:
		}
		now := time.Now()
		work := r.due(now)
		switch {
		case work.outbox:
			if r.flush(ctx, work.last) != nil {
				sleep(ctx, firstRetry+rand.N(r.beatEvery()/2)) //nolint:gosec // G404: spread, not secrecy
			}
		case work.repair:
			_ = r.appendAgain(ctx, false) // after an error, the rest stays in the outbox
		case work.beat || work.ask:
			r.send(ctx, work)
		}
		if now.Sub(swept) > max(time.Minute, recordLife(r.options.MaxTokenLife)/64) {
			swept = now
			r.forget(now)
		}
		timer.Reset(r.untilNext(time.Now()))
	}
}

// work is what keep has to do next.
type work struct {
	outbox, repair, beat, ask bool
	last                      uint64
	audit                     bool
}

func (r *Revocations) due(now time.Time) work {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.synced {
		return work{}
	}
	age, missing := r.chain.missing(now)
	w := work{outbox: r.resend(), last: r.lastSeq}
	w.repair = !r.repair.due.IsZero() && !now.Before(r.repair.due) && missing == 0
	switch {
	case missing == 0 && r.reading && !now.Before(r.beat.next):
		w.beat = true
		w.audit = r.beat.sent%5 == 4
	case missing > 0 && age > r.options.MaxLag/5:
		switch ask := r.repair.ask; {
		case now.Sub(ask) > r.options.MaxLag: // the request was planned for records that have arrived since
			r.repair.ask = now.Add(firstOf(2 * r.beatEvery()))
		case !now.Before(ask):
			w.ask = true
			r.asked(now)
		}
	}
	return w
}

// untilNext returns how long keep may sleep.
func (r *Revocations) untilNext(now time.Time) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	wait := r.beatEvery()
	if r.synced {
		holes := len(r.chain.holes) > 0
		if r.reading && !holes {
			wait = min(wait, r.beat.next.Sub(now))
		}
		if holes || !r.repair.due.IsZero() {
			wait = min(wait, r.options.MaxLag/10)
		}
	}
	return max(wait, time.Millisecond)
}

// send appends a heartbeat or a request for missing records.
func (r *Revocations) send(ctx context.Context, w work) {
	now := time.Now()
	rec := &record{kind: recordBeat}
	r.mu.Lock()
	if w.ask {
		rec.kind = recordRepair
	} else {
		r.chain.prune(now)
		rec.heads = r.turnOfHeads()
		r.beat.sent++
	}
	r.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, max(r.options.MaxLag/2, minMaxLag))
	defer cancel()
	err := r.sendNow(ctx, rec)
	if err == nil && w.audit {
		err = r.audit(ctx)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		r.logErr = err
	}
	if !w.ask {
		r.beat.next = now.Add(r.beatEvery() + rand.N(r.beatEvery()/8)) //nolint:gosec // G404: spread, not secrecy
	}
}

// sendNow appends a record that has no number.
func (r *Revocations) sendNow(ctx context.Context, rec *record) error {
	rec.writer, rec.at = r.writer, time.Now().UnixMilli()
	return r.log.Append(ctx, r.keys.seal(rec))
}

// turnOfHeads returns the heads for the next heartbeat: all of them or, if there are too many for one record, the
// next ones in turn. r.mu must be held.
func (r *Revocations) turnOfHeads() []head {
	heads := r.chain.heads()
	if len(heads) <= maxHeads {
		return heads
	}
	start := r.beat.turn % len(heads)
	r.beat.turn = start + maxHeads
	return append(heads[start:], heads[:start]...)[:maxHeads]
}

// assess decides whether this replica knows all revocations, and logs a change.
func (r *Revocations) assess(now time.Time) {
	r.mu.Lock()
	var p *NotReadyError
	lag := r.lag(now)
	age, missing := r.chain.missing(now)
	switch {
	case !r.synced:
		p = &NotReadyError{Reason: Starting}
	case age >= r.options.MaxLag && missing > 0:
		p = &NotReadyError{Reason: Incomplete, Missing: missing}
	case lag >= r.options.MaxLag:
		p = &NotReadyError{Reason: Behind, Lag: lag}
	}
	if p != nil {
		p.Err = r.logErr
	}
	old := r.problem.Load()
	r.problem.Store(p)
	r.mu.Unlock()
	if (old == nil) != (p == nil) {
		r.changed.wake()
	}
	switch {
	case old == nil && p != nil:
		r.options.Logger.Error("auth: fleet: this replica cannot know all revocations", slog.Any("error", p))
	case old != nil && p == nil:
		r.options.Logger.Info("auth: fleet: this replica knows all revocations", slog.Int("entries", r.table.len()))
	case old != nil && old.Reason != p.Reason:
		r.options.Logger.Error("auth: fleet: this replica still cannot know all revocations", slog.Any("error", p))
	default:
	}
}

// forget removes entries that no accepted token can match any more.
func (r *Revocations) forget(now time.Time) {
	r.table.sweep(func(e Entry) bool { return r.expired(e, now) })
	r.mu.Lock()
	r.chain.prune(now)
	for id, at := range r.beat.last {
		if r.chain.dead(at, now) {
			delete(r.beat.last, id) // if the heartbeat is repeated, it is too old to count
		}
	}
	r.mu.Unlock()
}

func (r *Revocations) expired(e Entry, now time.Time) bool {
	end := time.Unix(int64(e.value), 0)
	if e.Kind().watermark() {
		end = end.Add(r.options.MaxTokenLife + maxLeeway)
	}
	return now.After(end)
}
