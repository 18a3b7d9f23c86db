package keystest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/revstackhq/auth-go/core/keys"
)

type cacheCheck struct {
	name  string
	check func(ctx context.Context, c keys.Cache) error
}

// ids returns ids as verifiers use them: URLs, which a cache must not treat as paths or shorten.
func ids() []string {
	long := "https://id.example/" + strings.Repeat("a", 500)
	return []string{
		"https://id.example/.well-known/jwks.json", "https://id.example/../jwks.json",
		"https://id.example/jwks.json?a=1&b=%2f",
		"https://ID.example/jwks.json", "https://id.example/jwks.json", long + "/1", long + "/2",
	}
}

func cacheChecks() []cacheCheck {
	return []cacheCheck{
		{"a missing id is not an error", cacheMissing},
		{"what is stored is loaded", cacheRoundTrip},
		{"ids are apart", cacheIDs},
		{"stored data replaces older data", cacheReplaces},
		{"stored data is a copy", cacheCopies},
		{"many goroutines", cacheConcurrent},
		{"a canceled context", cacheCanceled},
	}
}

func load(ctx context.Context, c keys.Cache, id string, want []byte) error {
	got, err := c.Load(ctx, id)
	if err != nil {
		return fmt.Errorf("Load(%.80q): %w", id, err)
	}
	if !bytes.Equal(got, want) {
		return fmt.Errorf("Load(%.80q) returned %d bytes %.40q, want %d bytes %.40q", id, len(got), got, len(want), want)
	}
	return nil
}

func store(ctx context.Context, c keys.Cache, id string, data []byte) error {
	if err := c.Store(ctx, id, data); err != nil {
		return fmt.Errorf("Store(%.80q): %w", id, err)
	}
	return nil
}

func cacheMissing(ctx context.Context, c keys.Cache) error {
	data, err := c.Load(ctx, ids()[0])
	if err != nil || len(data) > 0 {
		return fmt.Errorf("Load of an id that was never stored returned %q, %w; want nothing and no error", data, err)
	}
	return nil
}

func cacheRoundTrip(ctx context.Context, c keys.Cache) error {
	binary := make([]byte, 256)
	for i := range binary {
		binary[i] = byte(i)
	}
	// the last: 1 MiB
	for _, data := range [][]byte{[]byte("{}"), binary, bytes.Repeat([]byte("0123456789abcdef"), 1<<16)} {
		if err := errors.Join(store(ctx, c, ids()[0], data), load(ctx, c, ids()[0], data)); err != nil {
			return err
		}
	}
	return nil
}

func cacheIDs(ctx context.Context, c keys.Cache) error {
	var errs []error
	for i, id := range ids() {
		errs = append(errs, store(ctx, c, id, fmt.Append(nil, i)))
	}
	for i, id := range ids() {
		errs = append(errs, load(ctx, c, id, fmt.Append(nil, i)))
	}
	return errors.Join(errs...)
}

func cacheReplaces(ctx context.Context, c keys.Cache) error {
	return errors.Join(
		store(ctx, c, ids()[0], []byte("the older, longer content")),
		store(ctx, c, ids()[0], []byte("the newer")),
		load(ctx, c, ids()[0], []byte("the newer")),
	)
}

func cacheCopies(ctx context.Context, c keys.Cache) error {
	data := []byte("content")
	if err := store(ctx, c, ids()[0], data); err != nil {
		return err
	}
	clear(data) // Store's caller uses its slice again
	if err := load(ctx, c, ids()[0], []byte("content")); err != nil {
		return fmt.Errorf("after the caller has changed the slice that it stored: %w", err)
	}
	got, err := c.Load(ctx, ids()[0])
	if err != nil {
		return err
	}
	clear(got)
	if err := load(ctx, c, ids()[0], []byte("content")); err != nil {
		return fmt.Errorf("after a caller has changed the slice that it loaded: %w", err)
	}
	return nil
}

// cacheConcurrent must be run with -race to find every fault.
func cacheConcurrent(ctx context.Context, c keys.Cache) error {
	const size = 1 << 14
	var wg sync.WaitGroup
	errs := make(chan error, 8)
	for n := range cap(errs) {
		wg.Go(func() {
			for range 4 {
				if err := store(ctx, c, ids()[0], bytes.Repeat([]byte("abcdefgh"[n:n+1]), size)); err != nil {
					errs <- err
					return
				}
				got, err := c.Load(ctx, ids()[0])
				if err != nil || len(got) != size || bytes.Count(got, got[:1]) != size {
					errs <- fmt.Errorf("Load during stores returned a mixture, or an error: %d bytes, %w", len(got), err)
					return
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	return <-errs
}

// cacheCanceled accepts an error and a result, but no hanging: the call must return.
func cacheCanceled(ctx context.Context, c keys.Cache) error {
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = c.Store(canceled, ids()[0], []byte("content"))
		_, _ = c.Load(canceled, ids()[0])
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return errors.New("Store or Load with a canceled context does not return")
	}
}

// coordinatorChecks apply to a cache that is a [keys.Coordinator].
func coordinatorChecks() []cacheCheck {
	return []cacheCheck{
		{"one process gets the turn to fetch", cacheTurn},
		{"a set that was stored meanwhile", cacheTurnTooLate},
	}
}

func cacheTurn(ctx context.Context, c keys.Cache) error {
	next, ok := c.(keys.Coordinator)
	if !ok {
		return nil
	}
	first, err := next.LoadNext(ctx, ids()[0], nil)
	if err != nil || len(first) > 0 {
		return fmt.Errorf("LoadNext of an empty cache returned %q, %w; want nothing: it is the caller's turn", first, err)
	}
	short, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	if _, err := next.LoadNext(short, ids()[0], nil); err != nil || short.Err() == nil {
		return fmt.Errorf("LoadNext of another process returned %w before its context ended; want it to wait", err)
	}
	type result struct {
		data []byte
		err  error
	}
	results := make(chan result, 3)
	for range cap(results) {
		go func() {
			data, err := next.LoadNext(ctx, ids()[0], nil)
			results <- result{data, err}
		}()
	}
	if err := store(ctx, c, ids()[0], []byte("fetched")); err != nil {
		return err
	}
	for range cap(results) {
		if r := <-results; r.err != nil || string(r.data) != "fetched" {
			return fmt.Errorf("LoadNext of one that waited returned %q, %w; want what was stored", r.data, r.err)
		}
	}
	again, err := next.LoadNext(ctx, ids()[0], []byte("fetched"))
	if err != nil || string(again) != "fetched" {
		return fmt.Errorf("LoadNext after Store returned %q, %w; want what it was given: the turn is free again", again, err)
	}
	return nil
}

func cacheTurnTooLate(ctx context.Context, c keys.Cache) error {
	next, ok := c.(keys.Coordinator)
	if !ok {
		return nil
	}
	if err := store(ctx, c, ids()[0], []byte("new")); err != nil {
		return err
	}
	for range 2 { // a call that returns a newer set must not take the turn
		data, err := next.LoadNext(ctx, ids()[0], []byte("old"))
		if err != nil || string(data) != "new" {
			return fmt.Errorf("LoadNext of one with an older set returned %q, %w; want the stored one", data, err)
		}
	}
	return nil
}
