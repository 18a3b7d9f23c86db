package fleet

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

const (
	firstRetry   = 50 * time.Millisecond
	longestRetry = 2 * time.Second
)

// follow reads the log until ctx ends.
func (r *Revocations) follow(ctx context.Context) {
	wait := firstRetry
	var rec record
	each := func(id string, raw []byte) error {
		wait = firstRetry
		r.receive(&rec, id, raw)
		return ctx.Err()
	}
	for ctx.Err() == nil {
		err := r.log.Read(ctx, r.resumeAt(), each)
		if err == nil {
			r.reachedEnd()
			err = r.log.Tail(ctx, r.resumeAt(), each)
		}
		if ctx.Err() != nil {
			return
		}
		r.mu.Lock()
		r.logErr, r.reading = err, false
		if errors.Is(err, ErrUnknownID) {
			r.lastID = "" // read from the start; until then, the table keeps its entries
		}
		r.mu.Unlock()
		r.assess(time.Now())              // for the error in Ready
		sleep(ctx, wait/2+rand.N(wait/2)) //nolint:gosec // G404: spread, not secrecy
		wait = min(2*wait, longestRetry)
	}
}

func (r *Revocations) resumeAt() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lastID
}

// reachedEnd records that the log was read to its end.
func (r *Revocations) reachedEnd() {
	now := time.Now()
	r.mu.Lock()
	r.logErr, r.reading = nil, true
	if !now.Before(r.beat.next) {
		// Write a heartbeat sooner if MaxLag is almost reached, but not after an outage: all replicas may return at once.
		every := r.beatEvery()
		wait := 2 * every
		if left := r.options.MaxLag - r.lag(now); left > 0 {
			wait = max(min(wait, left/2), every/4)
		}
		r.beat.next = now.Add(firstOf(wait))
	}
	if !r.synced {
		r.synced = true
		// The log was read just now. From here on, only a heartbeat shows that it is up to date: someone who
		// controls the store could otherwise interrupt the connection and withhold records each time.
		r.beat.heard, r.beat.at = now, max(r.beat.at, now.UnixMilli())
	}
	r.mu.Unlock()
	r.assess(now)
	r.wake()
}

// receive handles one record.
func (r *Revocations) receive(rec *record, id string, raw []byte) {
	genuine := r.keys.open(raw, rec)
	now := time.Now()
	r.mu.Lock()
	if id != "" {
		r.lastID = id
	}
	r.counts.Records++
	if !genuine {
		r.counts.Forged++
		first := r.counts.Forged == 1
		r.mu.Unlock()
		if first {
			r.options.Logger.Error("auth: fleet: the revocation log holds a record that was not made with this fleet's " +
				"secret; it is ignored, and so are further ones, see Stats.Forged")
		}
		return
	}
	if r.chain.dead(rec.at, now) { // an old record that was appended again
		r.counts.Repeated++
		r.mu.Unlock()
		return
	}
	if r.recent(rec, now) {
		r.newsAt = now
	}
	if id != "" && r.repair.first.at == 0 {
		r.repair.first = first(rec, raw)
	}
	before := len(r.chain.holes)
	fresh := r.note(rec, id == "", now)
	holes := before != len(r.chain.holes)
	synced := r.synced
	r.mu.Unlock()
	for _, e := range rec.entries {
		if e.Kind() == KindKeys {
			if fresh {
				r.watchers.notify(e.Name)
			}
			if fresh && synced {
				r.report(e)
			}
			continue
		}
		r.apply(e) // a repeated one changes nothing
	}
	if synced && (holes || r.problem.Load() != nil) {
		r.assess(now)
	}
	if synced && holes {
		r.wake()
	}
}

// note updates the chain. It reports whether rec is a sequenced record that was not read before. early says that Tail
// returned the record before the records in front of it. r.mu must be held.
func (r *Revocations) note(rec *record, early bool, now time.Time) (fresh bool) {
	if rec.seq == 0 {
		for _, h := range rec.heads {
			if rec.kind == recordBeat {
				r.chain.claim(h, now)
			}
		}
		switch rec.kind {
		case recordBeat:
			r.heard(rec, early, now)
		case recordRepair:
			r.repairAsked(rec, now)
		case recordBusy:
			if rec.writer != r.writer && r.recent(rec, now) {
				r.repaired(now)
			}
		default:
		}
		return false
	}
	fresh = r.chain.read(rec, now)
	if !fresh {
		r.counts.Repeated++
	}
	if rec.kind == recordCover {
		for _, h := range rec.heads {
			r.chain.claim(h, now)
		}
		if fresh {
			r.repaired(now)
		}
	}
	if rec.writer == r.writer {
		r.confirmed(rec.seq)
		r.repair.confirmedAt = now
	}
	return fresh
}

func (r *Revocations) wake() {
	select {
	case r.kick <- struct{}{}:
	default:
	}
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
