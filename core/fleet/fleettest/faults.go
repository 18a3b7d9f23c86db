package fleettest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/revstackhq/auth-go/core/fleet"
)

// returnsSoon calls f, which must return after its context has ended.
func returnsSoon(name string, f func() error) error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		if err == nil {
			return fmt.Errorf("%s returned no error", name)
		}
		return nil
	case <-time.After(timeout / 2):
		return fmt.Errorf("%s does not return after its context has ended", name)
	}
}

func canceled(ctx context.Context, f Fixture) error {
	ended, cancel := context.WithCancel(ctx)
	waiting := make(chan struct{})
	go func() {
		<-waiting
		cancel()
	}()
	if err := f.Log.Append(ctx, []byte("one")); err != nil {
		return err
	}
	nothing := func(string, []byte) error { return nil }
	return errors.Join(
		returnsSoon("Tail", func() error {
			return f.Log.Tail(ended, "", func(id string, _ []byte) error {
				if id != "" {
					close(waiting)
				}
				return nil
			})
		}),
		returnsSoon("Append", func() error { return f.Log.Append(ended, []byte("two")) }),
		returnsSoon("Read", func() error { return f.Log.Read(ended, "", nothing) }),
	)
}

func unreachable(ctx context.Context, f Fixture) error {
	if f.Break == nil {
		return nil
	}
	want := numbered(2)
	if err := f.Log.Append(ctx, want[0]); err != nil {
		return err
	}
	f.Break()
	short, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	nothing := func(string, []byte) error { return nil }
	err := errors.Join(
		returnsSoon("Append to an unreachable log", func() error { return f.Log.Append(short, []byte("lost")) }),
		returnsSoon("Read of an unreachable log", func() error { return f.Log.Read(short, "", nothing) }),
		returnsSoon("Tail of an unreachable log", func() error { return f.Log.Tail(short, "", nothing) }),
	)
	f.Mend()
	if err != nil {
		return err
	}
	for err = f.Log.Append(ctx, want[1]); err != nil; err = f.Log.Append(ctx, want[1]) { // until it is there again
		if ctx.Err() != nil {
			return fmt.Errorf("the log stays unreachable: %w", err)
		}
		time.Sleep(50 * time.Millisecond)
	}
	got, err := read(ctx, f.Log, "")
	// An Append that returned an error may have added its record.
	got = slices.DeleteFunc(got, func(e entry) bool { return string(e.record) == "lost" })
	got = slices.CompactFunc(got, func(a, b entry) bool { return bytes.Equal(a.record, b.record) })
	return errors.Join(err, same(got, want...))
}

func wiped(ctx context.Context, f Fixture) error {
	if f.Wipe == nil {
		return nil
	}
	if err := f.Log.Append(ctx, numbered(3)...); err != nil {
		return err
	}
	before, err := read(ctx, f.Log, "")
	if err != nil {
		return err
	}
	f.Wipe()
	after, err := read(ctx, f.Log, before[2].id)
	if len(after) > 0 || err != nil && !errors.Is(err, fleet.ErrUnknownID) {
		return fmt.Errorf("after the wipe, Read after an old id returned %d records and %w", len(after), err)
	}
	if err := f.Log.Append(ctx, []byte("new")); err != nil {
		return err
	}
	// A log that cannot tell must return what was appended since.
	after, err = read(ctx, f.Log, before[2].id)
	if err != nil && !errors.Is(err, fleet.ErrUnknownID) || err == nil && same(after, []byte("new")) != nil {
		return fmt.Errorf("after the wipe, Read after an old id returned %d records and %w; want the new one or ErrUnknownID",
			len(after), err)
	}
	got, err := read(ctx, f.Log, "")
	return errors.Join(err, same(got, []byte("new")))
}
