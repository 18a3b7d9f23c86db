package fleet

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"
)

// repairState is about records that the log has lost.
type repairState struct {
	due         time.Time // when this replica appends all entries again, zero if it does not
	ask         time.Time // when this replica asks for missing records, unless another one does before
	covered     time.Time // when a replica last appended all entries, or was about to
	confirmedAt time.Time // when the last own record was read back
	first       firstRecord
}

// repairAsked handles another replica's request. The one that writes the heartbeats appends all entries again. If it
// does not, because it misses records itself, others do later. r.mu must be held.
func (r *Revocations) repairAsked(rec *record, now time.Time) {
	if !r.recent(rec, now) || rec.writer == r.writer {
		return
	}
	r.asked(now)
	r.wantRepair(now)
	if r.beat.writer != r.writer && r.repair.due.Equal(now) {
		r.repair.due = now.Add((r.options.MaxLag + firstOf(r.options.MaxLag)) / 2)
	}
}

// asked notes that some replica has asked for missing records. r.mu must be held.
func (r *Revocations) asked(now time.Time) {
	r.repair.ask = now.Add(r.options.MaxLag/2 + firstOf(2*r.beatEvery()))
}

// recent reports whether a record was made just now; anyone may have appended an old one again.
func (r *Revocations) recent(rec *record, now time.Time) bool {
	return time.UnixMilli(rec.at).After(now.Add(-r.options.MaxLag - r.options.ClockSkew))
}

// wantRepair plans a repair, unless there was one just now. r.mu must be held.
func (r *Revocations) wantRepair(now time.Time) {
	if r.repair.due.IsZero() && now.Sub(r.repair.covered) > r.options.MaxLag/2 {
		r.repair.due = now
	}
}

// repaired notes that another replica repairs the log. r.mu must be held.
func (r *Revocations) repaired(now time.Time) { r.repair.covered, r.repair.due = now, time.Time{} }

// compareHeads looks for own records that the writer of a heartbeat has not read although this replica read them back
// from the log long before. The log has lost them, or shows them to this replica only. r.mu must be held.
func (r *Revocations) compareHeads(rec *record, now time.Time) {
	own := r.chain.writers[r.writer]
	if own == nil || own.next <= own.floor || now.Sub(r.repair.confirmedAt) < r.options.MaxLag {
		return
	}
	for _, h := range rec.heads {
		if h.writer == r.writer {
			if h.last+1 < own.next {
				r.wantRepair(now)
			}
			return
		}
	}
	if len(rec.heads) < maxHeads {
		r.wantRepair(now)
	}
}

var errFound = errors.New("found")

// audit reads the log's first record. Only trimming may change which one that is, and it leaves records that matter. If
// another one is the first, the log was wiped, and a replica that starts later would not learn of the old revocations.
func (r *Revocations) audit(ctx context.Context) error {
	const most = 1000 // records that an intruder may have put in front
	var rec record
	var found firstRecord
	n := 0
	err := r.log.Read(ctx, "", func(_ string, raw []byte) error {
		if n++; n > most {
			return errFound
		}
		if r.keys.open(raw, &rec) {
			found = first(&rec, raw)
			return errFound
		}
		return nil
	})
	if err != nil && !errors.Is(err, errFound) {
		return err
	}
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	known := r.repair.first
	if known.at != 0 && found != known && !r.chain.dead(known.at, now) {
		r.wantRepair(now)
		r.wake()
	}
	r.repair.first = found
	return nil
}

// firstRecord identifies the first record of the log.
type firstRecord struct {
	at  int64
	mac [macSize]byte
}

func first(rec *record, raw []byte) firstRecord {
	return firstRecord{at: rec.at, mac: [macSize]byte(raw[len(raw)-macSize:])}
}

// AcceptLoss gives up records that the log has lost and that no replica can restore, for example after the store and
// the replicas that had read them were lost together: every replica becomes ready with the revocations that this one
// knows. It is for administrators: revocations that only the lost records had are no longer enforced.
func (r *Revocations) AcceptLoss(ctx context.Context) error { return r.appendAgain(ctx, true) }

// appendAgain appends all live entries as own records, and then a record that says so. Readers that miss records of
// other writers do not need them any more.
func (r *Revocations) appendAgain(ctx context.Context, acceptLoss bool) error {
	now := time.Now()
	r.mu.Lock()
	r.repair.due = time.Time{}
	if _, missing := r.chain.missing(now); missing > 0 && !acceptLoss {
		r.mu.Unlock()
		return nil
	}
	r.repair.covered = now
	r.counts.Repairs++
	r.chain.prune(now)
	// The entries of all records up to here are in the table.
	heads := []head{{}}
	for id, w := range r.chain.writers {
		last := w.next - 1
		if acceptLoss {
			last = max(last, w.last)
		}
		if id != r.writer {
			heads = append(heads, head{writer: id, floor: last + 1, last: last, at: w.at})
		}
	}
	// Own records that are still on their way keep their place: what is in the table is appended behind them.
	first := r.lastSeq + 1
	if len(r.outbox) > 0 {
		first = r.outbox[0].seq
	}
	r.mu.Unlock()

	entries := make([]Entry, 0, r.table.len())
	r.table.all(func(e Entry) {
		if !r.expired(e, now) {
			entries = append(entries, e)
		}
	})
	r.options.Logger.Warn("auth: fleet: the revocation log has lost records: all entries are appended again",
		slog.Int("entries", len(entries)))
	var announced time.Time
	for batch := range slices.Chunk(entries, maxEntries*appendBatch) {
		if time.Since(announced) > r.options.MaxLag/5 { // or others would begin the same work
			announced = time.Now()
			if err := r.sendNow(ctx, &record{kind: recordBusy}); err != nil {
				return errors.Join(ErrNotPublished, err)
			}
		}
		if err := r.pushAndFlush(ctx, func() { r.enqueue(batch, now) }); err != nil {
			return err
		}
	}
	return r.pushAndFlush(ctx, func() {
		heads[0] = head{writer: r.writer, floor: first, last: r.lastSeq, at: now.UnixMilli()}
		for part := range slices.Chunk(heads, maxHeads) {
			r.push(&record{kind: recordCover, heads: part}, now)
		}
	})
}

// pushAndFlush appends what push puts into the outbox. After an error it stays there and is tried again.
func (r *Revocations) pushAndFlush(ctx context.Context, push func()) error {
	r.mu.Lock()
	push()
	last := r.lastSeq
	r.mu.Unlock()
	if err := r.flush(ctx, last); err != nil {
		r.wake()
		return errors.Join(ErrNotPublished, err)
	}
	return nil
}
