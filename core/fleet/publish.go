package fleet

import (
	"context"
	"time"
)

// outgoing is a record of this replica that was not read back from the log yet. It gets its date when it is appended:
// readers ignore a record that is older than any token, and would count one that an outage kept back that long as lost.
type outgoing struct {
	*record

	appended time.Time // when the log last confirmed it, zero if it has not
}

const (
	appendTimeout = 5 * time.Second
	// appendBatch bounds the records of one call of Append.
	appendBatch = 64
	// maxUnconfirmed bounds how many of its records a replica keeps until they are read back.
	maxUnconfirmed = 1 << 16
)

// enqueue seals entries into records of this writer, and returns the last one's number. r.mu must be held.
func (r *Revocations) enqueue(entries []Entry) uint64 {
	for len(entries) > 0 {
		n := min(len(entries), maxEntries)
		r.push(&record{kind: recordEntries, entries: entries[:n]})
		entries = entries[n:]
	}
	return r.lastSeq
}

// push gives rec the next number and puts it into the outbox. r.mu must be held.
func (r *Revocations) push(rec *record) {
	r.lastSeq++
	rec.writer, rec.seq = r.writer, r.lastSeq
	r.outbox = append(r.outbox, outgoing{record: rec})
}

// ownFloor returns the first own record that readers need. r.mu must be held.
func (r *Revocations) ownFloor() uint64 {
	if w := r.chain.writers[r.writer]; w != nil {
		r.floor = max(r.floor, w.floor)
	} else if len(r.outbox) > 0 {
		r.floor = max(r.floor, r.outbox[0].seq)
	} else {
		r.floor = max(r.floor, r.lastSeq) // everything before has expired
	}
	return r.floor
}

// flush appends the records up to the number last. If another call is appending, flush waits for it. Records are
// appended in order, by one call at a time: to readers, a gap before a record would look like a loss.
func (r *Revocations) flush(ctx context.Context, last uint64) error {
	ctx, cancel := context.WithTimeout(ctx, appendTimeout)
	defer cancel()
	select {
	case r.appending <- struct{}{}:
		defer func() { <-r.appending }()
	case <-ctx.Done():
		return ctx.Err()
	}
	for {
		records := r.unsent(last)
		if len(records) == 0 {
			return nil
		}
		batch := make([][]byte, len(records))
		for i, rec := range records {
			batch[i] = r.keys.seal(rec)
		}
		if err := r.log.Append(ctx, batch...); err != nil {
			return err
		}
		r.sent(records[len(records)-1].seq, time.Now())
	}
}

// unsent returns the next records to append. It includes records beyond last, so that concurrent callers share a round
// trip. Only the caller that appends changes a record after it was pushed.
func (r *Revocations) unsent(last uint64) (records []*record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	floor, now := r.ownFloor(), time.Now().UnixMilli()
	for _, o := range r.outbox {
		if o.appended.IsZero() && (len(records) > 0 || o.seq <= last) {
			o.floor, o.at = floor, now
			if records = append(records, o.record); len(records) == appendBatch {
				break
			}
		}
	}
	return records
}

func (r *Revocations) sent(upTo uint64, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.outbox {
		if o := &r.outbox[i]; o.seq <= upTo && o.appended.IsZero() {
			o.appended = now
		}
	}
	if n := len(r.outbox) - maxUnconfirmed; n > 0 && !r.outbox[n-1].appended.IsZero() {
		r.outbox = append(r.outbox[:0], r.outbox[n:]...)
	}
}

// confirmed removes an own record that was read back. r.mu must be held.
func (r *Revocations) confirmed(seq uint64) {
	for i := range r.outbox {
		if r.outbox[i].seq == seq {
			if i == 0 {
				r.outbox = r.outbox[1:]
			} else {
				r.outbox = append(r.outbox[:i], r.outbox[i+1:]...)
			}
			if len(r.outbox) == 0 {
				r.changed.wake()
			}
			return
		}
	}
}

// resend finds records that the log has lost and schedules them to be appended again: the log confirmed them but did
// not return them, although it returned later records of others. It reports whether there is anything to append. r.mu
// must be held.
func (r *Revocations) resend() (pending bool) {
	for i := range r.outbox {
		o := &r.outbox[i]
		if !o.appended.IsZero() && r.newsAt.Sub(o.appended) > r.options.MaxLag/2 {
			o.appended = time.Time{}
		}
		pending = pending || o.appended.IsZero()
	}
	return pending
}
