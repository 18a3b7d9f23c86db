package judge

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/vectors"
)

func load(t *testing.T) []vectors.Class {
	t.Helper()
	classes, err := vectors.Load()
	if err != nil {
		t.Fatal(err)
	}
	return classes
}

// judgeAll checks the verdicts of an engine.
func judgeAll(t *testing.T, e *Engine, mode string, cases []*vectors.Case) {
	t.Helper()
	for _, c := range cases {
		if got := e.Judge(t.Context(), c); !got.Fits(c) {
			t.Errorf("%s: %s: got %q %q (%v), want %q %q", mode, c.Name, got.code, got.user, got.err, c.Code, c.User)
		}
	}
}

func shuffled(seed uint64, cases []*vectors.Case) []*vectors.Case {
	all := slices.Clone(cases)
	rand.New(rand.NewPCG(seed, 0)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// TestWithoutCache: the engine gives every case, proofs included, its verdict and its code.
func TestWithoutCache(t *testing.T) {
	e := NewEngine(core.TokenCache{Disabled: true})
	for _, class := range load(t) {
		for i := range class.Cases {
			judgeAll(t, e, class.Name, []*vectors.Case{&class.Cases[i]})
		}
	}
}

// TestWithCache: a cache of verified tokens changes no verdict, whether it is empty, filled or far too small, and in
// whatever order the tokens come.
func TestWithCache(t *testing.T) {
	cases := Tokens(load(t))
	e := NewEngine(core.TokenCache{})
	judgeAll(t, e, "cold", cases)
	judgeAll(t, e, "warm", shuffled(1, cases))
	judgeAll(t, e, "warm again", shuffled(2, cases))
	hits := uint64(0)
	for _, s := range e.verifiers {
		if s.verifier != nil {
			hits += s.verifier.Stats().Hits
		}
	}
	if accepted := len(accepted(cases)); hits < uint64(accepted) {
		t.Errorf("%d hits for %d accepted tokens that came three times: that was without a cache", hits, accepted)
	}
	tiny := NewEngine(core.TokenCache{MaxEntries: 1})
	judgeAll(t, tiny, "a cache of one token", shuffled(3, append(accepted(cases), cases...)))
}

func accepted(cases []*vectors.Case) []*vectors.Case {
	return slices.DeleteFunc(slices.Clone(cases), func(c *vectors.Case) bool { return !c.Accept })
}

// TestStandardCrypto: the standard library and prepared keys give the same verdicts.
func TestStandardCrypto(t *testing.T) {
	e := NewEngine(core.TokenCache{Disabled: true}, core.WithStandardCrypto())
	judgeAll(t, e, "the standard library", Tokens(load(t)))
}

// TestAtOnce: many goroutines share verifiers and their caches, and each gets the verdicts.
func TestAtOnce(t *testing.T) {
	cases := Tokens(load(t))
	e := NewEngine(core.TokenCache{})
	e.stopped = true
	for _, c := range cases {
		e.subject(c) // the map is only read from here on
	}
	var running sync.WaitGroup
	for i := range uint64(4) {
		running.Go(func() {
			for _, c := range shuffled(i, cases) {
				s := e.subject(c)
				if s.err != nil {
					continue // TestWithoutCache has judged it
				}
				if got := s.judge(t.Context(), c.Token); !got.Fits(c) {
					t.Errorf("%s: got %q %q (%v), want %q %q", c.Name, got.code, got.user, got.err, c.Code, c.User)
				}
			}
		})
	}
	running.Wait()
}

// TestPreparedKeys: keys that have verified many tokens give the verdicts of those that have verified none. The
// verifiers prepare such keys, and check signatures by other arithmetic from then on.
func TestPreparedKeys(t *testing.T) {
	if raceEnabled {
		t.Skip("one goroutine verifies, and the race detector makes it slow")
	}
	const uses = 70                                                          // a few more than a key needs to be prepared
	cases := slices.DeleteFunc(Tokens(load(t)), func(c *vectors.Case) bool { // RSA keys are prepared at once
		return c.Contract.Algorithms[0] != "ES256" && c.Contract.Algorithms[0] != "EdDSA"
	})
	e := NewEngine(core.TokenCache{Disabled: true})
	used := map[pair]bool{}
	for _, c := range accepted(cases) {
		key := pair{contract: c.Contract, keys: c.Keys}
		if used[key] {
			continue
		}
		used[key] = true
		for range uses {
			if got := e.Judge(t.Context(), c); !got.Fits(c) {
				t.Fatalf("%s: got %q (%v)", c.Name, got.code, got.err)
			}
		}
	}
	judgeAll(t, e, "prepared keys", cases)
}
