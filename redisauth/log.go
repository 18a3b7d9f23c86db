package redisauth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/valkey-io/valkey-go"

	"github.com/revstackhq/auth-go/core/fleet"
)

// LogConfig says where and for how long a [Log] keeps its records. The zero value is the default.
type LogConfig struct {
	// Key is the stream's key; the channel on which records are announced has the same name. Default
	// "auth:{revocations}".
	Key string
	// MaxTokenLife is that of fleet.Options. Default 24 h. Records are kept for fleet.Retention of it.
	MaxTokenLife time.Duration
}

// Log is a fleet.Log on a stream. The stream is what counts: records are read from it by id, so a lost connection loses
// nothing. Each record is also published on a channel, which reaches the replicas sooner than the next read.
type Log struct {
	client    valkey.Client
	key       string
	retention time.Duration
	now       func() time.Time
	// newest is the time in the newest id that the server has sent, in milliseconds since 1970.
	newest atomic.Uint64
}

var _ fleet.Log = (*Log)(nil)

const (
	defaultKey = "auth:{revocations}"
	field      = "r"
	// pageSize is how many records one read returns.
	pageSize = 1000
	// readEvery is how often Tail reads the stream although nothing was announced.
	readEvery = time.Second
	// readAfter is how long after an announcement Tail reads the stream; announcements in that time share the read.
	readAfter = 200 * time.Millisecond
)

// NewLog returns a log. It does no I/O.
func NewLog(client valkey.Client, c LogConfig) (*Log, error) {
	switch {
	case client == nil:
		return nil, errors.New("redisauth: the client is nil: make it with valkey.NewClient")
	case c.MaxTokenLife < 0 || c.MaxTokenLife > 0 && c.MaxTokenLife < time.Second:
		return nil, fmt.Errorf("redisauth: LogConfig.MaxTokenLife is %s: write it with a unit, such as 24 * time.Hour",
			c.MaxTokenLife)
	}
	return &Log{
		client:    client,
		key:       cmp.Or(c.Key, defaultKey),
		retention: fleet.Retention(cmp.Or(c.MaxTokenLife, 24*time.Hour)),
		now:       time.Now,
	}, nil
}

// Append implements fleet.Log. It returns once the server has the records. Whether they survive a crash of the server
// is a matter of its configuration: see appendfsync and WAIT.
func (l *Log) Append(ctx context.Context, records ...[]byte) error {
	if len(records) == 0 {
		return ctx.Err()
	}
	oldest := l.oldest()
	add := make([]valkey.Completed, 0, len(records))
	for _, r := range records {
		add = append(add, l.client.B().Xadd().Key(l.key).Minid().Almost().Threshold(oldest).Id("*").
			FieldValue().FieldValue(field, valkey.BinaryString(r)).Build())
	}
	announce := make([]valkey.Completed, 0, len(records))
	for i, result := range l.client.DoMulti(ctx, add...) {
		id, err := result.ToString()
		if err != nil {
			return fmt.Errorf("redisauth: append to the revocation log: %w", err)
		}
		l.saw(id)
		announce = append(announce, l.client.B().Publish().Channel(l.key).Message(valkey.BinaryString(records[i])).Build())
	}
	// Readers find unannounced records in the stream, so the caller need not know of an error here.
	l.client.DoMulti(ctx, announce...)
	return nil
}

// oldest returns the id before which the server may drop records. They are old by this machine's clock and by the
// server's, which its ids show: a replica whose clock is ahead must not drop what others still need.
func (l *Log) oldest() string {
	now := min(l.now().UnixMilli(), int64(l.newest.Load())) //nolint:gosec // milliseconds since 1970
	return strconv.FormatInt(max(now-l.retention.Milliseconds(), 0), 10)
}

// saw notes an id that the server made.
func (l *Log) saw(id string) {
	ms, _ := split(id)
	for {
		newest := l.newest.Load()
		if ms <= newest || l.newest.CompareAndSwap(newest, ms) {
			return
		}
	}
}

// Read implements fleet.Log.
func (l *Log) Read(ctx context.Context, after string, each func(id string, record []byte) error) error {
	_, err := l.read(ctx, after, each)
	return err
}

// read returns the id to continue after.
func (l *Log) read(ctx context.Context, after string, each func(string, []byte) error) (string, error) {
	if err := l.known(ctx, after); err != nil {
		return after, err
	}
	return l.readOn(ctx, after, each)
}

// known returns fleet.ErrUnknownID if the stream does not reach to the id after: it was wiped, or an older copy has
// taken its place.
func (l *Log) known(ctx context.Context, after string) error {
	if after == "" {
		return ctx.Err()
	}
	entries, err := l.client.Do(ctx, l.client.B().Xrevrange().Key(l.key).End("+").Start("-").Count(1).Build()).AsXRange()
	switch {
	case err != nil:
		return fmt.Errorf("redisauth: read the revocation log: %w", err)
	case len(entries) == 0 || before(entries[0].ID, after):
		return fleet.ErrUnknownID
	}
	l.saw(entries[0].ID)
	return nil
}

// before reports whether the stream id a is before b.
func before(a, b string) bool {
	aTime, aSeq := split(a)
	bTime, bSeq := split(b)
	return aTime < bTime || aTime == bTime && aSeq < bSeq
}

func split(id string) (ms, seq uint64) {
	left, right, _ := strings.Cut(id, "-")
	ms, _ = strconv.ParseUint(left, 10, 64)
	seq, _ = strconv.ParseUint(right, 10, 64)
	return ms, seq
}

// Tail implements fleet.Log.
func (l *Log) Tail(ctx context.Context, after string, each func(id string, record []byte) error) error {
	ctx, cancel := context.WithCancel(ctx)
	announced := make(chan []byte, 256)
	confirmed := make(chan struct{}, 1)
	subscription := make(chan error, 1)
	go func() {
		// Announcements before the server confirms the subscription are missed. The client resubscribes by itself.
		ctx := valkey.WithOnSubscriptionHook(ctx, func(valkey.PubSubSubscription) {
			select {
			case confirmed <- struct{}{}:
			default:
			}
		})
		subscription <- l.client.Receive(ctx, l.client.B().Subscribe().Channel(l.key).Build(), func(m valkey.PubSubMessage) {
			select {
			case announced <- []byte(m.Message):
			default: // the stream has it
			}
		})
	}()
	subscribed := true
	defer func() {
		cancel()
		if subscribed {
			_ = <-subscription //nolint:staticcheck // errcheck wants it; no goroutine is left after Tail has returned
		}
	}()
	after, err := l.read(ctx, after, each)
	if err != nil {
		return err
	}
	timer := time.NewTimer(spread(readEvery))
	defer timer.Stop()
	soon := false
	readSoon := func() {
		if !soon {
			soon = true
			timer.Reset(spread(readAfter))
		}
	}
	for {
		select {
		case record := <-announced:
			if err := each("", record); err != nil {
				return err
			}
			readSoon()
			continue
		case <-confirmed:
			readSoon()
			continue
		case err := <-subscription:
			subscribed = false
			return fmt.Errorf("redisauth: subscription of the revocation log: %w", cmpErr(err, ctx.Err()))
		case <-timer.C:
		}
		soon = false
		if after, err = l.read(ctx, after, each); err != nil {
			return err
		}
		timer.Reset(spread(readEvery))
	}
}

var errEnded = errors.New("it has ended")

func cmpErr(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return errEnded
}

// spread keeps the replicas from reading at the same moment.
func spread(d time.Duration) time.Duration { return d/2 + rand.N(d) } //nolint:gosec // G404: spread, not secrecy
