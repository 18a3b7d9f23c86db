package main

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"time"
)

// workload is something to be timed: one operation, which must not fail.
type workload struct {
	name  string
	notes []string
	op    func() error
	// operations, in place of op, runs n of them and returns how long they
	// took, without what it had to prepare.
	operations func(n int) (time.Duration, error)
	// workers share the operations; 0 is one.
	workers int
}

// figures are what was measured of a workload.
type figures struct {
	// Name is the row's.
	Name string `json:"name"`
	// Nanoseconds are the median over the rounds, of one operation.
	Nanoseconds float64 `json:"ns"`
	// Ratio is the median of the quotients with the first workload of the
	// group, each of the same round, and Added that of the differences.
	Ratio float64 `json:"ratio"`
	Added float64 `json:"addedNs"`
	// Allocations and Bytes are of one operation.
	Allocations      float64 `json:"allocs"`
	Bytes            float64 `json:"bytes"`
	AddedAllocations float64 `json:"addedAllocs"`
	// Notes say what the row does not check, or checks by hand.
	Notes []string `json:"notes,omitempty"`
	// Unsupported rows have no figures.
	Unsupported bool `json:"unsupported,omitempty"`
}

// plan says how long to measure.
type plan struct {
	rounds int
	slice  time.Duration
}

// measure times the workloads in turns: in each round every one runs for a
// slice, in random order, so that whatever disturbs the machine disturbs all.
// Ratios are to the first one.
func (p plan) measure(work []workload) ([]figures, error) {
	counts := make([]int, len(work))
	for i := range work {
		n, err := p.calibrate(&work[i])
		if err != nil {
			return nil, err
		}
		counts[i] = n
	}
	times := make([][]float64, len(work)) // by workload, by round
	order := make([]int, len(work))
	for i := range order {
		order[i] = i
	}
	for range p.rounds {
		rand.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			took, err := work[i].run(counts[i])
			if err != nil {
				return nil, fmt.Errorf("%s: %w", work[i].name, err)
			}
			times[i] = append(times[i], float64(took.Nanoseconds())/float64(counts[i]))
		}
	}
	result := make([]figures, len(work))
	for i := range work {
		ratios, added := make([]float64, p.rounds), make([]float64, p.rounds)
		for r := range p.rounds {
			ratios[r], added[r] = times[i][r]/times[0][r], times[i][r]-times[0][r]
		}
		allocs, bytes, err := work[i].allocations()
		if err != nil {
			return nil, err
		}
		result[i] = figures{
			Name: work[i].name, Notes: work[i].notes, Nanoseconds: median(times[i]), Ratio: median(ratios), Added: median(added),
			Allocations: allocs, Bytes: bytes, AddedAllocations: allocs - result[0].Allocations,
		}
	}
	result[0].AddedAllocations = 0
	return result, nil
}

// calibrate finds how many operations fill a slice.
func (p plan) calibrate(w *workload) (int, error) {
	least := max(1, w.workers)
	for n := least; ; n *= 4 {
		took, err := w.run(n)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", w.name, err)
		}
		if took < p.slice/8 && n < 1<<24 {
			continue
		}
		return max(least, int(float64(n)*float64(p.slice)/float64(max(took, 1)))), nil
	}
}

func (w *workload) run(n int) (time.Duration, error) {
	switch {
	case w.operations != nil:
		return w.operations(n)
	case w.workers > 1:
		return w.together(n)
	}
	start := time.Now()
	for range n {
		if err := w.op(); err != nil {
			return 0, err
		}
	}
	return time.Since(start), nil
}

// together shares n operations between goroutines that all stand ready, with
// stacks that have grown by one operation, before the time starts.
func (w *workload) together(n int) (time.Duration, error) {
	var ready, done sync.WaitGroup
	gate := make(chan struct{})
	failed := make(chan error, w.workers)
	for i := range w.workers {
		share := n / w.workers
		if i < n%w.workers {
			share++
		}
		ready.Add(1)
		done.Go(func() {
			err := w.op()
			ready.Done()
			if err != nil {
				failed <- err
				return
			}
			<-gate
			for range share {
				if err := w.op(); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	ready.Wait()
	start := time.Now()
	close(gate)
	done.Wait()
	took := time.Since(start)
	select {
	case err := <-failed:
		return 0, err
	default:
		return took, nil
	}
}

// allocations counts what one operation allocates, as testing.AllocsPerRun does.
func (w *workload) allocations() (allocs, bytes float64, err error) {
	if w.op == nil {
		return 0, 0, nil
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	const n = 100
	for range 3 { // what is made once, such as pools, is not the operation's
		if err := w.op(); err != nil {
			return 0, 0, err
		}
	}
	best := [2]float64{-1, -1}
	for range 3 { // the least of three: a pool emptied by the collector is not the operation's either
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range n {
			if err := w.op(); err != nil {
				return 0, 0, err
			}
		}
		runtime.ReadMemStats(&after)
		a, b := float64(after.Mallocs-before.Mallocs)/n, float64(after.TotalAlloc-before.TotalAlloc)/n
		if best[0] < 0 || a < best[0] {
			best[0] = a
		}
		if best[1] < 0 || b < best[1] {
			best[1] = b
		}
	}
	return float64(int(best[0])), best[1], nil
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	if n == 0 {
		return 0
	}
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
