package dpop_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/dpop"
	"github.com/revstackhq/auth-go/core/dpop/dpoptest"
)

func TestMemoryStore(t *testing.T) { dpoptest.TestStore(t, dpop.NewMemoryStore(0)) }

// TestCheckStoreFindsMistakes: the suite notices stores that break a rule.
func TestCheckStoreFindsMistakes(t *testing.T) {
	var mu sync.Mutex
	seen := map[dpop.Key]bool{}
	for name, store := range map[string]dpop.Store{
		"remembers nothing":  storeFunc(func() (bool, error) { return true, nil }),
		"accepts nothing":    storeFunc(func() (bool, error) { return false, nil }),
		"always fails":       storeFunc(func() (bool, error) { return false, errors.New("down") }),
		"short keys":         keyed(func(k dpop.Key) (bool, error) { return once(&mu, seen, dpop.Key{k[0], k[1], 1}) }),
		"looks, then writes": racing(&mu),
	} {
		if dpoptest.CheckStore(t.Context(), store) == nil {
			t.Errorf("a store that %s passes", name)
		}
	}
}

type keyed func(k dpop.Key) (bool, error)

func (f keyed) Use(_ context.Context, key dpop.Key, _, _ time.Time) (bool, error) { return f(key) }

func once(mu *sync.Mutex, seen map[dpop.Key]bool, key dpop.Key) (bool, error) {
	mu.Lock()
	defer mu.Unlock()
	first := !seen[key]
	seen[key] = true
	return first, nil
}

// racing lets every two calls for one key meet between the look and the write.
func racing(mu *sync.Mutex) dpop.Store {
	seen := map[dpop.Key]int{}
	return keyed(func(k dpop.Key) (bool, error) {
		mu.Lock()
		defer mu.Unlock()
		seen[k]++
		return seen[k] == 1 || seen[k] == 8, nil // as if the last caller had looked before the first wrote
	})
}

// TestFullStore: a full store says so, forgets nothing, and has room again when proofs expire.
func TestFullStore(t *testing.T) {
	store := dpop.NewMemoryStore(64)
	var kept []dpop.Key
	full := 0
	for i := range 200 {
		key := dpop.Key{byte(i), 1}
		switch first, err := store.Use(t.Context(), key, at, at.Add(time.Minute)); {
		case err == nil && first:
			kept = append(kept, key)
		case errors.Is(err, dpop.ErrFull) && !first:
			full++
		default:
			t.Fatalf("Use: %t, %v", first, err)
		}
	}
	if len(kept) != 64 || full != 136 {
		t.Errorf("%d keys are kept and %d refused, want 64 and 136", len(kept), full)
	}
	for _, key := range kept {
		if first, err := store.Use(t.Context(), key, at.Add(59*time.Second), at.Add(2*time.Minute)); first || err != nil {
			t.Errorf("a key of a full store was forgotten: %v", err)
		}
	}
	if first, err := store.Use(t.Context(), dpop.Key{250}, at.Add(2*time.Minute), at.Add(3*time.Minute)); !first {
		t.Errorf("a store is still full when all of its keys have expired: %v", err)
	}
}

// TestReplayRace: eight services share a store and get the same proofs at the same time. Each is accepted once. The
// long run: DPOP_RACE=1000000 go test -run TestReplayRace -v ./core/dpop.
func TestReplayRace(t *testing.T) {
	store, whole := 4096, 256
	if n, err := strconv.Atoi(os.Getenv("DPOP_RACE")); err == nil {
		store, whole = n, n
	}
	services := func() []dpop.Store { return slices.Repeat([]dpop.Store{dpop.NewMemoryStore(0)}, 8) }
	t.Run("store", func(t *testing.T) {
		result, err := dpoptest.Race(t.Context(), services(), store)
		if t.Log(result); err != nil {
			t.Error(err)
		}
	})
	t.Run("proofs", func(t *testing.T) {
		result, err := dpoptest.RaceProofs(t.Context(), dpop.Config{}, services(), whole)
		if t.Log(result); err != nil {
			t.Error(err)
		}
	})
}

// TestRaceCounts: a race reports who wins without right, and who never wins.
func TestRaceCounts(t *testing.T) {
	store := dpop.NewMemoryStore(0)
	for name, test := range map[string]struct {
		replicas                       []dpop.Store
		accepted, twice, never, failed int
	}{
		"a store each": {[]dpop.Store{dpop.NewMemoryStore(0), dpop.NewMemoryStore(0)}, 1200, 600, 0, 0},
		"refusing":     {[]dpop.Store{storeFunc(func() (bool, error) { return false, nil })}, 0, 0, 600, 0},
		"failing":      {[]dpop.Store{storeFunc(func() (bool, error) { return false, errors.New("down") })}, 0, 0, 600, 600},
		"one":          {[]dpop.Store{store, store}, 600, 0, 0, 0},
	} {
		r, err := dpoptest.Race(t.Context(), test.replicas, 600)
		if r.Accepted != test.accepted || r.Twice != test.twice || r.Never != test.never || r.Failed != test.failed {
			t.Errorf("%s: %v", name, r)
		}
		if fair := test.accepted == 600; fair != (err == nil) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}
