package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
)

// scenario is one row of the table: a rule that must hold, and a function that tests it.
type scenario struct {
	name, why string
	play      func(ctx context.Context, st *stage) []string // returns what did not hold
}

// stage is the setup of one scenario: the issuer, the clock and the counts.
type stage struct {
	clock  *authtest.Clock
	issuer *authtest.Issuer
	scale  float64

	requests, goodRefused, panics atomic.Int64
}

type result struct {
	scenario
	requests, goodRefused, panics int64
	fetches                       int
	before, after                 int // goroutines
	faults                        []string
}

func (r result) held() bool { return len(r.faults) == 0 && r.panics == 0 && r.goodRefused == 0 }

func play(ctx context.Context, s scenario, scale float64) result {
	before := runtime.NumGoroutine()
	st := &stage{clock: authtest.NewClock(start), scale: scale}
	issuer, err := authtest.StartIssuer(authtest.Config{Clock: st.clock})
	if err != nil {
		return result{scenario: s, faults: []string{err.Error()}}
	}
	st.issuer = issuer
	faults := s.play(ctx, st)
	fetches := issuer.Fetches()
	if err := issuer.Close(); err != nil {
		faults = append(faults, err.Error())
	}
	after := settledGoroutines(before)
	if after > before {
		faults = append(faults, fmt.Sprintf("%d goroutines left over", after-before))
	}
	return result{
		scenario: s, requests: st.requests.Load(), goodRefused: st.goodRefused.Load(), panics: st.panics.Load(),
		fetches: fetches, before: before, after: after, faults: faults,
	}
}

// settledGoroutines returns the number of goroutines. It waits for at most two
// seconds until no more than want are left, because the server's goroutines take
// time to end.
func settledGoroutines(want int) (n int) {
	eventually(2*time.Second, func() bool {
		n = runtime.NumGoroutine()
		return n <= want
	})
	return n
}

// eventually reports whether holds became true before the limit passed.
func eventually(limit time.Duration, holds func() bool) bool {
	timeout := time.NewTimer(limit)
	defer timeout.Stop()
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for !holds() {
		select {
		case <-ticker.C:
		case <-timeout.C:
			return false
		}
	}
	return true
}

// n scales a number of requests.
func (st *stage) n(full int) int { return max(64, int(float64(full)*st.scale)) }

func (st *stage) verifier(opts ...core.Option) *core.Verifier {
	v, err := core.NewVerifier(st.issuer.Contract(), append([]core.Option{core.WithClock(st.clock)}, opts...)...)
	if err != nil {
		panic(err) // a mistake of this program
	}
	return v
}

// verify verifies a token and counts the result. It recovers from a panic and counts it too.
func (st *stage) verify(ctx context.Context, v *core.Verifier, token string) (code core.Code) {
	defer func() {
		if recover() != nil {
			st.panics.Add(1)
			code = "PANIC"
		}
	}()
	st.requests.Add(1)
	_, err := v.Verify(ctx, token)
	return core.CodeOf(err)
}

// good verifies a token that must be accepted.
func (st *stage) good(ctx context.Context, v *core.Verifier, token string) {
	if st.verify(ctx, v, token) != "" {
		st.goodRefused.Add(1)
	}
}

// parallel calls do(i) for every i below n, on as many goroutines as workers.
func parallel(workers, n int, do func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				do(int(i))
			}
		})
	}
	wg.Wait()
}

func printResults(w io.Writer, results []result) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "scenario\trequests\tgood refused\tfetches\tpanics\tgoroutines\trule\t")
	for _, r := range results {
		verdict := "held"
		if !r.held() {
			verdict = "VIOLATED"
		}
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d → %d\t%s: %s\t\n",
			r.name, r.requests, r.goodRefused, r.fetches, r.panics, r.before, r.after, verdict, r.why)
	}
	t.Flush()
	for _, r := range results {
		for _, f := range r.faults {
			fmt.Fprintf(w, "%s: %s\n", r.name, f)
		}
	}
}
