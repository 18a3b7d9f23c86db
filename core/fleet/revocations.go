package fleet

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/internal/delivery"
	"github.com/revstackhq/auth-go/core/internal/sessionmemo"
)

// Revocations holds the fleet's revocations as one replica knows them. It is a [guard.Revoker]; [Revocations.Guard]
// returns the option for a guard. Make it with [Open]. It is safe for concurrent use.
type Revocations struct {
	log     Log
	options Options
	keys    *keyring
	writer  uint64 // names this replica in its records and in memos; never 0
	table   table
	problem atomic.Pointer[NotReadyError] // nil if this replica knows all revocations

	mu      sync.Mutex
	chain   *chain
	outbox  []outgoing // own records that have not been read back from the log
	lastSeq uint64
	floor   uint64 // the first of this replica's records that readers need; a repair raises it
	// synced is set once the log has been read to its end.
	synced bool
	// reading is false from an error of the log until it has been read to its end again. Until then, this replica writes
	// no heartbeats, because it does not read those of others.
	reading bool
	newsAt  time.Time // when the last recently appended record arrived
	lastID  string
	logErr  error
	beat    beatState
	repair  repairState
	counts  Stats

	watchers  watchers
	reports   delivery.Queue[Entry] // for OnEntry
	changed   broadcast             // wakes the goroutines that wait for readiness or for an empty outbox
	appending chan struct{}         // holds one element while records are being appended
	kick      chan struct{}         // wakes keep
	done      sync.WaitGroup
}

var _ guard.Revoker = (*Revocations)(nil)

// Open starts to follow log. It returns at once, without I/O: until the log has been read, [Revocations.Ready] returns
// an error, and requests are treated as [Options.OnFailure] says. Its goroutines end soon after ctx does;
// [Revocations.Wait] waits for them. Errors are configuration mistakes, all at once, as [*core.ConfigError].
func Open(ctx context.Context, log Log, o Options) (*Revocations, error) {
	o, err := o.withDefaults(log)
	if err != nil {
		return nil, err
	}
	var seed [8]byte
	_, _ = rand.Read(seed[:]) // never fails
	r := &Revocations{
		log:       log,
		options:   o,
		keys:      newKeyring([]byte(o.Secret.Reveal()), o.Fleet),
		writer:    binary.BigEndian.Uint64(seed[:]) | 1,
		chain:     newChain(recordLife(o.MaxTokenLife)),
		floor:     1,
		appending: make(chan struct{}, 1),
		kick:      make(chan struct{}, 1),
	}
	r.problem.Store(&NotReadyError{Reason: Starting})
	r.done.Go(func() { r.follow(ctx) })
	r.done.Go(func() { r.keep(ctx) })
	r.done.Go(func() { r.watch(ctx) })
	return r, nil
}

// Wait returns when the context of [Open] has ended and r's goroutines have stopped.
func (r *Revocations) Wait() { r.done.Wait() }

// Guard returns an option that makes a guard check r for each request. [Options.OnFailure] says what happens as long
// as r may not know all revocations.
func (r *Revocations) Guard() guard.Option { return guard.Revocation(r, guard.FailClosed) }

// Revoked reports whether s is revoked, by its token, session, user, client or issuer. If there is a watermark for
// the user, the client or the issuer, the latest one counts, and a token without iat is revoked. Revoked does no I/O,
// and does not allocate for a session that it has seen before. The error is a [*NotReadyError] if [Options.OnFailure]
// refuses s, or [core.ErrNoSession].
func (r *Revocations) Revoked(_ context.Context, s *core.Session) (bool, error) {
	if s == nil {
		return false, core.ErrNoSession
	}
	version := r.table.version.Load() // load it before the look-up: an entry that is added meanwhile gets a later version
	m := sessionmemo.Access.Load(s)
	if m == nil || m.Owner != r.writer {
		if m = r.remember(s); m == nil {
			return false, core.ErrNoSession
		}
	}
	if m.Checked.Load() != version+1 {
		if r.revokes(m) {
			return true, nil
		}
		m.Checked.Store(version + 1)
	}
	if p := r.problem.Load(); p != nil {
		return false, r.options.OnFailure.judge(p, s)
	}
	return false, nil
}

// remember computes the names of s and stores them with s. Two goroutines may do so at once, with equal results.
func (r *Revocations) remember(s *core.Session) *sessionmemo.Memo {
	if s.Issuer() == "" && s.UserID() == "" { // not made by a verifier
		return nil
	}
	m := r.keys.namesOf(s)
	m.Owner = r.writer
	sessionmemo.Access.Store(s, m)
	return m
}

func (r *Revocations) revokes(m *sessionmemo.Memo) bool {
	for _, n := range m.Names[:m.Count] {
		value := r.table.find(n)
		if value != 0 && (!kindOf(n).watermark() || m.Issued < value) {
			return true
		}
	}
	return false
}

// judge returns nil if s is accepted despite p, and p otherwise.
func (f Failure) judge(p *NotReadyError, s *core.Session) error {
	if f == FailOpen {
		return nil
	}
	if at := s.IssuedAt(); f > 0 && !at.IsZero() && s.Since(at) < time.Duration(f) {
		return nil
	}
	return p
}

// Covers reports whether e revokes s, for caches that [Options.OnEntry] clears.
func (r *Revocations) Covers(e Entry, s *core.Session) bool {
	if s == nil {
		return false
	}
	m := sessionmemo.Access.Load(s)
	if m == nil || m.Owner != r.writer {
		if m = r.remember(s); m == nil {
			return false
		}
	}
	return slices.Contains(m.Names[:m.Count], e.Name) && (!e.Kind().watermark() || m.Issued < e.value)
}

// Ready returns nil if this replica knows all revocations, and otherwise the [*NotReadyError], whatever
// [Options.OnFailure] is.
func (r *Revocations) Ready() error {
	p := r.problem.Load()
	if p == nil {
		return nil // not p: a nil *NotReadyError in an error would not be nil
	}
	return p
}

// Revoke revokes the targets on every replica. It returns once the log holds them, and applies them on this replica
// before that. A [*TargetError] means that nothing was revoked. An error that wraps [ErrNotPublished] means that
// other replicas may not know the revocations yet: r keeps trying until the context of [Open] ends.
func (r *Revocations) Revoke(ctx context.Context, targets ...Target) error {
	now := time.Now()
	entries := make([]Entry, 0, len(targets))
	var errs []error
	for _, t := range targets {
		value, err := t.check(now, r.options.MaxTokenLife)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		entries = append(entries, Entry{Name: r.keys.name(t.Kind, t.Issuer, t.ID), value: value})
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	return r.publish(ctx, entries)
}

// KeysChanged announces that the keys of an issuer have changed. Every replica gets an entry of [KindKeys] in
// [Options.OnEntry]. id is a name for the key set, such as its URL.
func (r *Revocations) KeysChanged(ctx context.Context, id string) error {
	return r.publish(ctx, []Entry{{Name: r.keys.name(KindKeys, id, ""), value: ceilSecond(time.Now())}})
}

func (r *Revocations) publish(ctx context.Context, entries []Entry) error {
	if len(entries) == 0 {
		return nil
	}
	for _, e := range entries {
		r.apply(e)
	}
	r.mu.Lock()
	last := r.enqueue(entries)
	r.mu.Unlock()
	if err := r.flush(ctx, last); err != nil {
		r.wake()
		return fmt.Errorf("%w: %w", ErrNotPublished, err)
	}
	return nil
}

// apply puts e into the table, and reports it if it is new.
func (r *Revocations) apply(e Entry) {
	if e.Kind() != KindKeys && r.table.put(e) {
		r.report(e)
	}
}

func (r *Revocations) reason() Reason {
	if p := r.problem.Load(); p != nil {
		return p.Reason
	}
	return ""
}

// Stats are counters and gauges for metrics.
type Stats struct {
	// Entries is the size of the table, in entries.
	Entries int
	// Lag is how old the newest heartbeat is.
	Lag time.Duration
	// Missing is the number of records that are known to exist but were not read.
	Missing uint64
	// Unconfirmed is the number of this replica's records that have not been read back from the log.
	Unconfirmed int
	// Records is the number of records that were read, Repeated the number of those that had been read before.
	Records, Repeated uint64
	// Forged is the number of records whose authentication failed: someone writes to the log without the secret, or
	// with another one.
	Forged uint64
	// Repairs is how often this replica has appended all entries again because the log had lost some.
	Repairs uint64
}

// Stats returns the current figures.
func (r *Revocations) Stats() Stats {
	now := time.Now()
	r.mu.Lock()
	s := r.counts
	s.Lag = r.lag(now)
	_, s.Missing = r.chain.missing(now)
	s.Unconfirmed = len(r.outbox)
	r.mu.Unlock()
	s.Entries = r.table.len()
	return s
}

func itoa(n uint64) string { return strconv.FormatUint(n, 10) }
