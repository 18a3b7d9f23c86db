package main

import (
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"text/tabwriter"
	"time"
)

// heapGrowth is how much the live heap may grow from the beginning to the end, because of the frameworks' pools.
const heapGrowth = 32 << 20

// counts are the results of the requests through one adapter.
type counts struct {
	requests, wrong, refused, unavailable atomic.Int64

	latencies [latencyBuckets]atomic.Uint32

	mu    sync.Mutex
	notes map[string]*note
}

// note is a kind of wrong answer, with the first of them as an example.
type note struct {
	times   int
	example string
}

// A bucket of latencies is 5 % wide, so that a percentile is exact to 5 %: 1 µs to 100 s.
const latencyBuckets = 400

const latencyWidth = 1.05

func (c *counts) took(d time.Duration) {
	n := int(math.Log(max(d.Seconds()*1e6, 1)) / math.Log(latencyWidth))
	c.latencies[min(n, latencyBuckets-1)].Add(1)
}

// percentile returns the latency that a part of the answers, from 0 to 1, did not exceed.
func (c *counts) percentile(part float64) time.Duration {
	var total, sum float64
	for i := range c.latencies {
		total += float64(c.latencies[i].Load())
	}
	for i := range c.latencies {
		if sum += float64(c.latencies[i].Load()); sum >= part*total {
			return time.Duration(math.Pow(latencyWidth, float64(i+1)) * 1e3)
		}
	}
	return 0
}

// judge compares an answer with the verdict.
func (c *counts) judge(what string, got answer, v verdict) {
	c.requests.Add(1)
	switch {
	case got.err != nil:
		c.wrongly(what+" got no answer", got.err.Error())
	case got.code == "" && v.user == "":
		c.wrongly(what+" was accepted", fmt.Sprintf("as %q, want one of %v", got.text, v.codes))
	case got.code == "" && got.text != v.user+" "+v.user+" "+v.user:
		c.wrongly(what+" was seen as another user", fmt.Sprintf("%s as %q", v.user, got.text))
	case got.code == "":
	case slices.Contains(v.codes, got.code):
		if v.user != "" && got.code.Status() == http.StatusServiceUnavailable {
			c.unavailable.Add(1)
		}
	case v.user != "":
		c.refused.Add(1)
		c.note(what+" was refused", fmt.Sprintf("%s, %s", v.user, got.code))
	default:
		c.wrongly(what+" was refused for another reason", fmt.Sprintf("%s, want one of %v", got.code, v.codes))
	}
}

func (c *counts) wrongly(what, example string) {
	c.wrong.Add(1)
	c.note(what, example)
}

func (c *counts) note(what, example string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.notes == nil {
		c.notes = map[string]*note{}
	}
	if c.notes[what] == nil {
		c.notes[what] = &note{example: example}
	}
	c.notes[what].times++
}

// report is the result of a run.
type report struct {
	adapters   []*adapter
	seed       uint64
	took       time.Duration
	tally      string
	goroutines int    // before
	heap       uint64 // before, in bytes
}

// print prints the report, and returns whether every promise held.
func (r *report) print(w io.Writer) (ok bool) {
	after := settled(r.goroutines)
	heap := liveHeap()
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "adapter\trequests\twrong\tgood refused\t503 in an outage\tp50\tp99\tp99.9\t")
	var total counts
	for _, a := range r.adapters {
		c := &a.counts
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%v\t%v\t%v\t\n", a.name, c.requests.Load(), c.wrong.Load(), c.refused.Load(),
			c.unavailable.Load(), shown(c.percentile(0.5)), shown(c.percentile(0.99)), shown(c.percentile(0.999)))
		total.requests.Add(c.requests.Load())
		total.wrong.Add(c.wrong.Load())
		total.refused.Add(c.refused.Load())
		total.unavailable.Add(c.unavailable.Load())
		for i := range c.latencies {
			total.latencies[i].Add(c.latencies[i].Load())
		}
	}
	fmt.Fprintf(t, "all\t%d\t%d\t%d\t%d\t%v\t%v\t%v\t\n", total.requests.Load(), total.wrong.Load(), total.refused.Load(),
		total.unavailable.Load(), shown(total.percentile(0.5)), shown(total.percentile(0.99)),
		shown(total.percentile(0.999)))
	_ = t.Flush()
	fmt.Fprintf(w, "%s\n", r.tally)
	fmt.Fprintf(w, "goroutines %d → %d, heap %d → %d KiB, %v, seed %d\n", r.goroutines, after, r.heap>>10, heap>>10,
		r.took.Round(time.Second), r.seed)
	ok = total.wrong.Load() == 0 && total.refused.Load() == 0
	for _, a := range r.adapters {
		if a.counts.requests.Load() == 0 {
			fmt.Fprintf(w, "VIOLATED: %s: no request was answered\n", a.name)
			ok = false
		}
		for _, what := range slices.Sorted(maps.Keys(a.counts.notes)) {
			n := a.counts.notes[what]
			fmt.Fprintf(w, "VIOLATED: %s: %s: %s (%d times)\n", a.name, what, n.example, n.times)
		}
	}
	if after > r.goroutines {
		fmt.Fprintf(w, "VIOLATED: %d goroutines are left over\n", after-r.goroutines)
		ok = false
	}
	if heap > r.heap+heapGrowth {
		fmt.Fprintf(w, "VIOLATED: the heap grew by %d KiB\n", (heap-r.heap)>>10)
		ok = false
	}
	return ok
}

func shown(d time.Duration) time.Duration { return d.Round(10 * time.Microsecond) }

// tally describes how often each kind of event happened.
func (w *world) tally() string {
	return fmt.Sprintf("%d rotations, %d tokens revoked, %d users signed out, %d replays, %d clients hung up, "+
		"%d fetches of keys; outages: %d of the issuer, %d of introspection, %d of the API keys, %d of the proofs, "+
		"%d of the revocations", w.rotations.Load(), w.revoked.Load(), w.users.Load(), w.replays.Load(),
		w.canceled.Load(), w.issuer.Fetches(), w.keys.count(), w.introspection.count(), w.apiKeys.count(),
		w.proofCheck.count(), w.revocation.count())
}

func liveHeap() uint64 {
	runtime.GC()
	runtime.GC() // pools are emptied by the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// liveGoroutines leaves out fasthttp's cleaner of idle workers, which sleeps for up to 10 s before it notices that its
// server has stopped.
func liveGoroutines() (n int) {
	stacks := make([]byte, 8<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	for stack := range strings.SplitSeq(string(stacks), "\n\n") {
		if !strings.Contains(stack, "fasthttp.(*workerPool).Start") || !strings.Contains(stack, "time.Sleep") {
			n++
		}
	}
	return n
}

// steady waits until the number of goroutines no longer falls, and returns it.
func steady() (n int) {
	for n = math.MaxInt; ; time.Sleep(100 * time.Millisecond) {
		now := liveGoroutines()
		if now >= n {
			return n
		}
		n = now
	}
}

// settled returns the number of goroutines. It waits for at most five seconds until no more than want are left.
func settled(want int) (n int) {
	for range 100 {
		if n = liveGoroutines(); n <= want {
			return n
		}
		time.Sleep(50 * time.Millisecond)
	}
	return n
}
