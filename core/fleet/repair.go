package fleet

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"
)

// repairState is the state of repairing the log after it has lost records.
type repairState struct {
	due         time.Time // when this replica appends all entries again, zero if it does not
	ask         time.Time // when this replica asks for missing records, unless another one does before
	covered     time.Time // when a replica last appended all entries, or was about to
	confirmedAt time.Time // when the last own record was read back
	first       firstRecord
}

// repairAsked handles another replica's request for missing records. The replica that writes the heartbeats appends
// all entries again. If it does not, because it misses records itself, others do so later. r.mu must be held.
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

// recent reports whether a record was made just now: anyone who can write to the log may have appended an old one
// again.
func (r *Revocations) recent(rec *record, now time.Time) bool {
	return time.UnixMilli(rec.at).After(now.Add(-r.options.MaxLag - r.options.ClockSkew))
}

// wantRepair schedules a repair, unless there was one just now. r.mu must be held.
func (r *Revocations) wantRepair(now time.Time) {
	if r.repair.due.IsZero() && now.Sub(r.repair.covered) > r.options.MaxLag/2 {
		r.repair.due = now
	}
}

// repaired notes that another replica repairs the log. r.mu must be held.
func (r *Revocations) repaired(now time.Time) { r.repair.covered, r.repair.due = now, time.Time{} }

// compareHeads looks for records of this replica that the writer of a heartbeat has not read, although this replica
// read them back from the log long before. Then the log has lost them or shows them only to this replica. r.mu must
// be held.
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

// audit checks that the log still has the same first record. Only trimming may change that, and it keeps all records
// that are needed. If the first record differs for another reason, the log was wiped, and a replica that starts later
// would not learn of the old revocations.
func (r *Revocations) audit(ctx context.Context) error {
	const most = 1000 // how many forged records an attacker may have put in front
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

// AcceptLoss gives up records that the log has lost and that no replica can restore, for example after the store was
// lost together with the replicas that had read them. Every replica becomes ready with the revocations that this
// replica knows. Revocations that only the lost records had are no longer enforced, so let an administrator decide to
// call it.
func (r *Revocations) AcceptLoss(ctx context.Context) error { return r.appendAgain(ctx, true) }

// appendAgain appends all live entries as records of this replica, and then a record that says so. Readers then no
// longer need the missing records of other writers.
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
	// Records of this replica that were not read back yet keep their place: the table's entries are appended behind them.
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
		if time.Since(announced) > r.options.MaxLag/5 { // announce it again, or other replicas would begin the same work
			announced = time.Now()
			if err := r.sendNow(ctx, &record{kind: recordBusy}); err != nil {
				return errors.Join(ErrNotPublished, err)
			}
		}
		if err := r.pushAndFlush(ctx, func() { r.enqueue(batch) }); err != nil {
			return err
		}
	}
	return r.pushAndFlush(ctx, func() {
		heads[0] = head{writer: r.writer, floor: first, last: r.lastSeq, at: now.UnixMilli()}
		for part := range slices.Chunk(heads, maxHeads) {
			r.push(&record{kind: recordCover, heads: part})
		}
	})
}

// pushAndFlush appends the records that push puts into the outbox. After an error they stay there and are tried
// again.
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
