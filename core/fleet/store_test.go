package fleet_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/fleet"
)

// store is a shared log that can be made to fail, in every way that a store or its owner can.
type store struct {
	mu      sync.Mutex
	records []stored
	next    int
	changed chan struct{}
}

type stored struct {
	id  int
	raw []byte
}

func newStore() *store { return &store{changed: make(chan struct{})} }

// change lets f change the records and wakes the readers.
func (s *store) change(f func(records []stored) []stored) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.records = f(s.records)
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *store) add(raw []byte) {
	s.change(func(all []stored) []stored {
		s.next++
		return append(all, stored{s.next, bytes.Clone(raw)})
	})
}

// connection is one replica's way to the store.
type connection struct {
	store *store

	mu        sync.Mutex
	down      bool
	ambiguous bool          // Append stores the records and returns an error
	delay     time.Duration // of each record that is read, and of each Append
	cut       chan struct{} // closed when the connection breaks
}

func (s *store) connect() *connection { return &connection{store: s, cut: make(chan struct{})} }

func (c *connection) set(down, ambiguous bool, delay time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if down && !c.down {
		close(c.cut)
		c.cut = make(chan struct{})
	}
	c.down, c.ambiguous, c.delay = down, ambiguous, delay
}

var errDown = errors.New("the store is down")

// state waits for the delay, and returns an error if the connection is down.
func (c *connection) state(ctx context.Context) (ambiguous bool, cut chan struct{}, err error) {
	c.mu.Lock()
	delay := c.delay
	c.mu.Unlock()
	if delay > 0 {
		select {
		case <-time.After(delay):
		case <-ctx.Done():
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.down {
		return false, nil, errDown
	}
	return c.ambiguous, c.cut, ctx.Err()
}

func (c *connection) Append(ctx context.Context, records ...[]byte) error {
	ambiguous, _, err := c.state(ctx)
	if err != nil {
		return err
	}
	for _, raw := range records {
		c.store.add(raw)
	}
	if ambiguous {
		return errors.New("the connection broke before the answer")
	}
	return nil
}

func (c *connection) Read(ctx context.Context, after string, each func(string, []byte) error) error {
	_, _, err := c.read(ctx, after, each)
	return err
}

func (c *connection) Tail(ctx context.Context, after string, each func(string, []byte) error) error {
	for {
		_, cut, err := c.state(ctx)
		if err != nil {
			return err
		}
		next, changed, err := c.read(ctx, after, each)
		if err != nil {
			return err
		}
		after = next
		select {
		case <-changed:
		case <-cut:
			return errDown
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (c *connection) read(
	ctx context.Context, after string, each func(string, []byte) error,
) (string, <-chan struct{}, error) {
	if _, _, err := c.state(ctx); err != nil {
		return "", nil, err
	}
	id, _ := strconv.Atoi(after)
	c.store.mu.Lock()
	records, changed := slices.Clone(c.store.records), c.store.changed
	c.store.mu.Unlock()
	if id > 0 && (len(records) == 0 || records[len(records)-1].id < id) {
		return "", nil, fleet.ErrUnknownID
	}
	for _, r := range records {
		if r.id <= id {
			continue
		}
		if err := each(strconv.Itoa(r.id), r.raw); err != nil {
			return "", nil, err
		}
		after = strconv.Itoa(r.id)
	}
	return after, changed, nil
}

var secret = core.NewSecret("0123456789abcdef0123456789abcdef")

const issuer = "https://id.example"

func options(change ...func(*fleet.Options)) fleet.Options {
	o := fleet.Options{
		Secret:    secret,
		OnFailure: fleet.FailClosed,
		Logger:    slog.New(slog.DiscardHandler),
	}
	for _, c := range change {
		c(&o)
	}
	return o
}

func open(ctx context.Context, tb testing.TB, log fleet.Log, change ...func(*fleet.Options)) *fleet.Revocations {
	tb.Helper()
	r, err := fleet.Open(ctx, log, options(change...))
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func session(user string, more authtest.Claims) *core.Session {
	claims := authtest.Claims{"iss": issuer, "sid": "s-" + user, "jti": "t-" + user, "client_id": "c-" + user}
	maps.Copy(claims, more)
	return authtest.Session(user, claims)
}

// verdict is what a replica says of a session: "good", "revoked" or the kind of its problem.
func verdict(r *fleet.Revocations, s *core.Session) string {
	revoked, err := r.Revoked(context.Background(), s)
	var p *fleet.NotReadyError
	switch {
	case revoked:
		return "revoked"
	case err == nil:
		return "good"
	case errors.As(err, &p):
		return string(p.Reason)
	default:
		return err.Error()
	}
}

func want(t *testing.T, what string, r *fleet.Revocations, s *core.Session, want string) {
	t.Helper()
	if got := verdict(r, s); got != want {
		t.Errorf("%s: %s, want %s (%+v)", what, got, want, r.Stats())
	}
}
