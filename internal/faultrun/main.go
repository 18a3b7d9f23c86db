// Command faultrun plays the faults of an issuer against a verifier, over real
// HTTP on loopback, and prints what happened: requests, good tokens refused,
// fetches, panics, goroutines before and after. It exits with 1 if a promise
// about keys (docs/keys.md) did not hold.
//
//	go run ./internal/faultrun                  the scenarios, by an injected clock
//	go run -race ./internal/faultrun -storm 1m  all faults at once, in real time
//	go run ./internal/faultrun -peers           the same flood against other libraries
//
// Command soak, in its own folder, runs all adapters under such faults.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"
)

func main() {
	storm := flag.Duration("storm", 0, "run all faults at once for this long, at most 10m")
	peers := flag.Bool("peers", false, "compare with keyfunc and go-oidc under the same flood")
	scale := flag.Float64("scale", 1, "part of the full number of requests, 0.001 to 1")
	flag.Parse()
	if *scale < 0.001 || *scale > 1 || *storm < 0 || *storm > 10*time.Minute || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	ok, err := run(ctx, os.Stdout, *scale, *storm, *peers)
	stop()
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "faultrun:", err)
		os.Exit(2)
	case !ok:
		fmt.Fprintln(os.Stderr, "faultrun: a promise did not hold")
		os.Exit(1)
	}
}

func run(ctx context.Context, w io.Writer, scale float64, storm time.Duration, peers bool) (ok bool, err error) {
	if peers {
		return comparePeers(ctx, w, scale)
	}
	if storm > 0 {
		r := runStorm(ctx, storm)
		printResults(w, []result{r})
		return r.held(), nil
	}
	var results []result
	for _, s := range scenarios {
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		results = append(results, play(ctx, s, scale))
	}
	printResults(w, results)
	for _, r := range results {
		ok = r.held()
		if !ok {
			return false, nil
		}
	}
	return true, nil
}
