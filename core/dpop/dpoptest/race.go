package dpoptest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/revstackhq/auth-go/core/dpop"
)

// RaceResult is what happened in a race. It is fair if Accepted is Proofs, and Twice, Never and Failed are 0.
type RaceResult struct {
	Proofs   int           // how many different proofs there were
	Uses     int           // how often a proof was presented, by all replicas
	Accepted int           // how often a proof was accepted
	Twice    int           // proofs that more than one replica accepted
	Never    int           // proofs that no replica accepted
	Failed   int           // calls that returned an error
	Wins     []int         // how many proofs each replica accepted: if one has them all, nothing raced
	Elapsed  time.Duration // of the calls
}

// String gives the counts in one line.
func (r RaceResult) String() string {
	return fmt.Sprintf("%d proofs, presented %d times by %d replicas in %v: accepted %d, twice %d, never %d, failed %d; "+
		"wins of each replica %v",
		r.Proofs, r.Uses, len(r.Wins), r.Elapsed.Round(time.Millisecond), r.Accepted, r.Twice, r.Never, r.Failed, r.Wins)
}

const (
	// raceWave is how many proofs are in flight. Replicas meet after each wave, so that a fast one cannot run ahead and
	// win everything unopposed.
	raceWave = 512
	// raceCallers is how many requests a replica handles at once.
	raceCallers = 4
	// raceStep is how far the given time moves in each wave: stores that forget by it stay small.
	raceStep = time.Second
	raceLife = time.Minute
)

// Race presents random keys to all replicas at once, each key to each replica, and counts who accepts it. Replicas of a
// store in memory are the same store several times; those of a shared store each have their own connection.
// A store needs room for 40,000 keys. The error names the first broken promise: a key that was accepted twice or never,
// or the first failure.
func Race(ctx context.Context, replicas []dpop.Store, proofs int) (RaceResult, error) {
	now := time.Now()
	var wave [raceWave]dpop.Key
	at := now
	return race(len(replicas), proofs, func(start, n int) {
		at = now.Add(time.Duration(start/raceWave) * raceStep)
		for i := range n {
			wave[i] = randomKey()
		}
	}, func(replica, i int) (bool, error) {
		return replicas[replica].Use(ctx, wave[i], at, at.Add(raceLife))
	})
}

// RaceProofs is [Race] with whole proofs: a client signs them, and each replica is a checker of c with its own store.
// It sets the Store of c.
func RaceProofs(ctx context.Context, c dpop.Config, replicas []dpop.Store, proofs int) (RaceResult, error) {
	signer, err := dpop.GenerateSigner()
	if err != nil {
		return RaceResult{}, fmt.Errorf("dpoptest: %w", err)
	}
	checkers := make([]*dpop.Checker, len(replicas))
	for i, store := range replicas {
		c.Store, c.OnFailure = store, dpop.FailClosed
		if checkers[i], err = dpop.New(c); err != nil {
			return RaceResult{}, fmt.Errorf("dpoptest: %w", err)
		}
	}
	now := time.Now()
	var wave [raceWave]dpop.Presentation
	var unsigned error
	result, err := race(len(replicas), proofs, func(start, n int) {
		p := dpop.Presentation{
			Method:     "GET",
			URL:        "https://api.example.com/orders",
			Token:      "opaque",
			Thumbprint: signer.Thumbprint(),
			Now:        now.Add(time.Duration(start/raceWave) * raceStep),
		}
		for i := range n {
			proof, err := signer.Proof(dpop.Claims{Method: p.Method, URL: p.URL, Token: p.Token, IssuedAt: p.Now})
			unsigned = errors.Join(unsigned, err)
			wave[i] = p
			wave[i].Proof = proof
		}
	}, func(replica, i int) (bool, error) {
		err := checkers[replica].Check(ctx, wave[i])
		var refused *dpop.Error
		if errors.As(err, &refused) && refused.Kind == dpop.KindInvalidProof {
			return false, nil
		}
		return err == nil, err
	})
	return result, errors.Join(unsigned, err)
}

// race lets all replicas use every proof. prepare makes the proofs of a wave, the first of which is start.
func race(
	replicas, proofs int,
	prepare func(start, n int),
	use func(replica, i int) (bool, error),
) (RaceResult, error) {
	result := RaceResult{Proofs: proofs, Uses: proofs * replicas, Wins: make([]int, replicas)}
	var failed atomic.Int64
	var firstFailure atomic.Pointer[error]
	for start := 0; start < proofs; start += raceWave {
		n := min(raceWave, proofs-start)
		prepare(start, n)
		accepted := make([]atomic.Int32, n)
		wins := make([]atomic.Int32, replicas)
		begin := make(chan struct{})
		var wg sync.WaitGroup
		for replica := range replicas {
			var next atomic.Int32
			for range raceCallers {
				wg.Go(func() {
					<-begin
					for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
						runtime.Gosched() // let the replicas advance together, on few processors too
						first, err := use(replica, i)
						if err != nil {
							failed.Add(1)
							firstFailure.CompareAndSwap(nil, &err)
						}
						if first {
							accepted[i].Add(1)
							wins[replica].Add(1)
						}
					}
				})
			}
		}
		started := time.Now()
		close(begin)
		wg.Wait()
		result.Elapsed += time.Since(started)
		for i := range accepted {
			switch times := int(accepted[i].Load()); {
			case times == 0:
				result.Never++
			case times > 1:
				result.Twice++
				fallthrough
			default:
				result.Accepted += times
			}
		}
		for replica := range wins {
			result.Wins[replica] += int(wins[replica].Load())
		}
	}
	result.Failed = int(failed.Load())
	return result, result.err(firstFailure.Load())
}

func (r RaceResult) err(failure *error) error {
	switch {
	case r.Twice > 0:
		return fmt.Errorf("dpoptest: %d of %d proofs were accepted more than once", r.Twice, r.Proofs)
	case failure != nil:
		return fmt.Errorf("dpoptest: %d of %d calls failed, the first: %w", r.Failed, r.Uses, *failure)
	case r.Never > 0:
		return fmt.Errorf("dpoptest: %d of %d proofs were never accepted", r.Never, r.Proofs)
	default:
		return nil
	}
}
