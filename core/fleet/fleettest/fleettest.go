// Package fleettest tests implementations of [fleet.Log]: call [Run] from a test of your own. Later versions may add
// rules, so an implementation can fail after an upgrade.
package fleettest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/fleet"
)

// Fixture is an empty log under test.
type Fixture struct {
	// Log is the log as one process opens it.
	Log fleet.Log
	// Other is the same log as another process opens it. Default: Log.
	Other fleet.Log
	// Break makes the log unreachable, and Mend makes it reachable again with the records that it had. Leave both nil
	// if the log cannot become unreachable.
	Break, Mend func()
	// Wipe removes all records. It may be nil.
	Wipe func()
}

// timeout bounds each rule.
const timeout = 20 * time.Second

// Run tests a log. start is called for each rule and returns an empty log.
func Run(t *testing.T, start func(t *testing.T) Fixture) {
	t.Helper()
	for _, rule := range rules() {
		t.Run(rule.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), timeout)
			defer cancel()
			f := start(t)
			if f.Other == nil {
				f.Other = f.Log
			}
			if err := rule.check(ctx, f); err != nil {
				t.Error(err)
			}
		})
	}
}

type rule struct {
	name  string
	check func(ctx context.Context, f Fixture) error
}

func rules() []rule {
	return []rule{
		{"an empty log", empty},
		{"records come back in order", ordered},
		{"any bytes", anyBytes},
		{"read after an id", resumes},
		{"an error of the callback", callbackFails},
		{"slices are not kept", copies},
		{"tail waits", tails},
		{"another process", otherProcess},
		{"many writers", manyWriters},
		{"a canceled context", canceled},
		{"an unreachable log", unreachable},
		{"a wiped log", wiped},
	}
}

type entry struct {
	id     string
	record []byte
}

func read(ctx context.Context, log fleet.Log, after string) ([]entry, error) {
	var all []entry
	err := log.Read(ctx, after, func(id string, record []byte) error {
		all = append(all, entry{id, bytes.Clone(record)})
		return nil
	})
	return all, err
}

// same reports the first difference between what was read and what was appended.
func same(got []entry, want ...[]byte) error {
	for i, w := range want {
		if i >= len(got) {
			return fmt.Errorf("%d records were read, want %d", len(got), len(want))
		}
		if !bytes.Equal(got[i].record, w) {
			return fmt.Errorf("record %d is %.40q, want %.40q", i, got[i].record, w)
		}
		if got[i].id == "" {
			return fmt.Errorf("record %d has no id", i)
		}
	}
	if len(got) > len(want) {
		return fmt.Errorf("%d records were read, want %d", len(got), len(want))
	}
	return nil
}

func numbered(n int) [][]byte {
	var all [][]byte
	for i := range n {
		all = append(all, fmt.Appendf(nil, "record %d", i))
	}
	return all
}

func empty(ctx context.Context, f Fixture) error {
	got, err := read(ctx, f.Log, "")
	return errors.Join(err, same(got))
}

func ordered(ctx context.Context, f Fixture) error {
	want := numbered(3000) // more than one page of a store
	if err := f.Log.Append(ctx, want[0]); err != nil {
		return err
	}
	for batch := range slices.Chunk(want[1:], 64) {
		if err := f.Log.Append(ctx, batch...); err != nil {
			return err
		}
	}
	for range 2 {
		got, err := read(ctx, f.Log, "")
		if err := errors.Join(err, same(got, want...)); err != nil {
			return err
		}
	}
	return nil
}

func anyBytes(ctx context.Context, f Fixture) error {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	want := [][]byte{all, []byte("\r\n"), {0}, bytes.Repeat(all, 40)} // the last is larger than any record
	if err := f.Log.Append(ctx, want...); err != nil {
		return err
	}
	got, err := read(ctx, f.Log, "")
	return errors.Join(err, same(got, want...))
}

func resumes(ctx context.Context, f Fixture) error {
	want := numbered(20)
	if err := f.Log.Append(ctx, want...); err != nil {
		return err
	}
	got, err := read(ctx, f.Log, "")
	if err := errors.Join(err, same(got, want...)); err != nil {
		return err
	}
	for _, i := range []int{0, 7, 19} {
		rest, err := read(ctx, f.Other, got[i].id)
		if err := errors.Join(err, same(rest, want[i+1:]...)); err != nil {
			return fmt.Errorf("after record %d: %w", i, err)
		}
	}
	return nil
}

func callbackFails(ctx context.Context, f Fixture) error {
	if err := f.Log.Append(ctx, numbered(5)...); err != nil {
		return err
	}
	stop := errors.New("stop")
	for name, method := range map[string]func(context.Context, string, func(string, []byte) error) error{
		"Read": f.Log.Read,
		"Tail": f.Log.Tail,
	} {
		calls := 0
		err := method(ctx, "", func(string, []byte) error {
			calls++
			return stop
		})
		if !errors.Is(err, stop) || calls != 1 {
			return fmt.Errorf("%s returned %w after %d calls, want the callback's error after 1", name, err, calls)
		}
	}
	return nil
}

func copies(ctx context.Context, f Fixture) error {
	record := []byte("content")
	if err := f.Log.Append(ctx, record); err != nil {
		return err
	}
	clear(record)
	got, err := read(ctx, f.Log, "")
	return errors.Join(err, same(got, []byte("content")))
}

// tail collects what Tail reports until it has n different records with ids, and fails if their order is wrong.
func tail(ctx context.Context, log fleet.Log, after string, n int, ready func()) ([]entry, error) {
	enough := errors.New("enough")
	var all []entry
	busy := make(chan struct{}, 1)
	if n == 0 {
		return nil, nil
	}
	if ready != nil {
		go ready()
	}
	err := log.Tail(ctx, after, func(id string, record []byte) error {
		select {
		case busy <- struct{}{}:
		default:
			return errors.New("the callback of Tail is called while another call runs")
		}
		defer func() { <-busy }()
		if id != "" { // a record without an id is early and comes again
			all = append(all, entry{id, bytes.Clone(record)})
		}
		if len(all) == n {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) {
		return all, fmt.Errorf("the call of Tail ended after %d of %d records: %w", len(all), n, err)
	}
	return all, nil
}

func tails(ctx context.Context, f Fixture) error {
	want := numbered(30)
	if err := f.Log.Append(ctx, want[:10]...); err != nil {
		return err
	}
	appended := make(chan error, 1)
	got, err := tail(ctx, f.Log, "", len(want), func() {
		for _, record := range want[10:] {
			if err := f.Log.Append(ctx, record); err != nil {
				appended <- err
				return
			}
		}
		appended <- nil
	})
	if err := errors.Join(err, same(got, want...), <-appended); err != nil {
		return err
	}
	rest, err := tail(ctx, f.Log, got[20].id, 9, nil)
	return errors.Join(err, same(rest, want[21:]...))
}

func otherProcess(ctx context.Context, f Fixture) error {
	want := numbered(4)
	appended := make(chan error, 1)
	got, err := tail(ctx, f.Log, "", len(want), func() {
		appended <- errors.Join(f.Other.Append(ctx, want[:2]...), f.Log.Append(ctx, want[2]), f.Other.Append(ctx, want[3]))
	})
	return errors.Join(err, same(got, want...), <-appended)
}

// manyWriters must be run with -race to find every fault.
func manyWriters(ctx context.Context, f Fixture) error {
	const writers, each = 8, 25
	var wg sync.WaitGroup
	failed := make(chan error, writers)
	for w := range writers {
		log := f.Log
		if w%2 == 1 {
			log = f.Other
		}
		wg.Go(func() {
			for i := range each {
				if err := log.Append(ctx, fmt.Appendf(nil, "%d %d a", w, i), fmt.Appendf(nil, "%d %d b", w, i)); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	wg.Wait()
	close(failed)
	if err := <-failed; err != nil {
		return err
	}
	got, err := read(ctx, f.Log, "")
	if err != nil {
		return err
	}
	next := [writers]int{}
	for _, e := range got {
		var w, i int
		var half string
		if _, err := fmt.Sscanf(string(e.record), "%d %d %s", &w, &i, &half); err != nil {
			return fmt.Errorf("a record that was never appended: %.40q", e.record)
		}
		if n := 2*i + int(half[0]-'a'); next[w] != n {
			return fmt.Errorf("writer %d: record %d comes where %d is expected", w, n, next[w])
		}
		next[w]++
	}
	if len(got) != writers*each*2 {
		return fmt.Errorf("%d records, want %d", len(got), writers*each*2)
	}
	return nil
}
