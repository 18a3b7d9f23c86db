// Command soak runs every framework and protocol that auth-go has a module for in one process, under load on
// loopback, while keys rotate, issuers and stores fail, users are signed out and clients hang up. It compares each
// answer with the answers that were correct at that time. It prints a line about each wrong answer, and exits with 1
// if there is one.
//
//	go run ./internal/faultrun/soak                    30 seconds
//	go run -race ./internal/faultrun/soak -for 10m     longer, with the race detector
//	go run ./internal/faultrun/soak -seed 7            other choices
//
// A seed determines the random choices of each client and of each source of failures, but not their timing.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"sync"
	"time"
)

// clientsPerAdapter is how many requests are in flight at once through each adapter.
const clientsPerAdapter = 4

func main() {
	length := flag.Duration("for", 30*time.Second, "how long to run, at most 1h")
	seed := flag.Uint64("seed", 1, "seed of the choices")
	flag.Parse()
	if *length <= 0 || *length > time.Hour || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	ok, err := run(ctx, os.Stdout, allAdapters(), *length, *seed)
	stop()
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(2)
	case !ok:
		fmt.Fprintln(os.Stderr, "soak: a promise did not hold")
		os.Exit(1)
	}
}

// run soaks the adapters, prints what happened and reports whether every promise held.
func run(
	ctx context.Context, w io.Writer, adapters []*adapter, length time.Duration, seed uint64,
) (ok bool, err error) {
	// A first run starts what frameworks start once for the whole process, so that it does not count as a leak.
	if err := once(ctx, adapters, func(context.Context, *world) {}); err != nil {
		return false, err
	}
	r := &report{adapters: adapters, goroutines: steady(), heap: liveHeap(), seed: seed}
	err = once(ctx, adapters, func(ctx context.Context, world *world) {
		bounded, cancel := context.WithTimeout(ctx, length)
		defer cancel()
		begin := time.Now()
		soak(bounded, world, adapters, seed)
		r.took, r.tally = time.Since(begin), world.tally()
	})
	if err != nil {
		return false, err
	}
	return r.print(w), ctx.Err()
}

// once starts the servers of all adapters in a new world, calls f, and stops everything.
func once(ctx context.Context, adapters []*adapter, f func(context.Context, *world)) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	world, err := newWorld(ctx)
	defer func() {
		cancel()
		err = errors.Join(err, world.close())
	}()
	if err != nil {
		return err
	}
	for i, a := range adapters {
		if err := a.start(world, i); err != nil {
			return fmt.Errorf("%s: %w", a.name, err)
		}
		defer func() { err = errors.Join(err, a.server.close()) }()
		if got := a.server.ask(ctx, bearer(world.current.Load().good[0].raw)); got.code != "" || got.err != nil {
			return fmt.Errorf("%s: the first request got %q: %w", a.name, string(got.code), got.err)
		}
	}
	f(ctx, world)
	return nil
}

// soak sends requests through all adapters until ctx ends.
func soak(ctx context.Context, world *world, adapters []*adapter, seed uint64) {
	var wg sync.WaitGroup
	stream := uint64(0)
	choices := func() *rand.Rand {
		stream++
		return rand.New(rand.NewPCG(seed, stream))
	}
	for _, failure := range failures {
		random := choices()
		wg.Go(func() { failure(ctx, world, random) })
	}
	for _, a := range adapters {
		for range clientsPerAdapter {
			c := &client{world: world, adapter: a, adapters: adapters, random: choices()}
			wg.Go(func() {
				for ctx.Err() == nil {
					c.send(context.WithoutCancel(ctx))
				}
			})
		}
	}
	wg.Wait()
}
