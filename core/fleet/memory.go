package fleet

import (
	"bytes"
	"cmp"
	"context"
	"strconv"
	"sync"
	"time"
)

// MemoryLog is a [Log] in the memory of one process, for a program with one replica and for tests. Make it with
// [NewMemoryLog].
type MemoryLog struct {
	retention time.Duration

	mu      sync.Mutex
	first   int // the number of the record at records[0]
	records []timed
	changed chan struct{} // closed by the next change
}

// timed is a record with the time of its append.
type timed struct {
	at  time.Time
	raw []byte
}

var _ Log = (*MemoryLog)(nil)

// NewMemoryLog returns an empty log that keeps records for Retention(maxTokenLife); a maxTokenLife of 0 means 24 h. A
// heartbeat takes about 150 bytes.
func NewMemoryLog(maxTokenLife time.Duration) *MemoryLog {
	return &MemoryLog{retention: Retention(cmp.Or(maxTokenLife, defaultMaxTokenLife)), changed: make(chan struct{})}
}

// Append implements [Log].
func (l *MemoryLog) Append(ctx context.Context, records ...[]byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range records {
		l.records = append(l.records, timed{at: now, raw: bytes.Clone(r)})
	}
	old := 0
	for old < len(l.records) && now.Sub(l.records[old].at) > l.retention {
		l.records[old] = timed{}
		old++
	}
	l.records, l.first = l.records[old:], l.first+old
	close(l.changed)
	l.changed = make(chan struct{})
	return nil
}

// Read implements [Log].
func (l *MemoryLog) Read(ctx context.Context, after string, each func(id string, record []byte) error) error {
	_, _, err := l.read(ctx, after, each)
	return err
}

// Tail implements [Log].
func (l *MemoryLog) Tail(ctx context.Context, after string, each func(id string, record []byte) error) error {
	for {
		next, changed, err := l.read(ctx, after, each)
		if err != nil {
			return err
		}
		after = next
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (l *MemoryLog) read(
	ctx context.Context,
	after string,
	each func(id string, record []byte) error,
) (next string, changed <-chan struct{}, err error) {
	n := 0
	if after != "" {
		if n, err = strconv.Atoi(after); err != nil || n < 0 {
			return "", nil, ErrUnknownID
		}
	}
	l.mu.Lock()
	records, first, changed := l.records, l.first, l.changed
	l.mu.Unlock()
	n = max(n, first) // earlier records were dropped because they are too old to matter
	if n > first+len(records) {
		return "", nil, ErrUnknownID
	}
	for ; n < first+len(records); n++ {
		if err := ctx.Err(); err != nil {
			return "", nil, err
		}
		if err := each(strconv.Itoa(n+1), records[n-first].raw); err != nil {
			return "", nil, err
		}
	}
	return strconv.Itoa(n), changed, nil
}
