package keytables_test

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/revstackhq/auth-go/core/internal/keytables"
)

const tableSize = 1000

type table struct{}

func (table) Verify(string, []byte) bool { return true }

func (table) Size() int { return tableSize }

func newTable() keytables.Table { return table{} }

// verify counts n tokens, and returns after how many the key had its table, 0 if it has none.
func verify(b *keytables.Budget, s *keytables.Slot, n int) int {
	for i := range n {
		b.Verified(s, newTable)
		if s.Table() != nil {
			return i + 1
		}
	}
	return 0
}

// has reports which keys have a table, without using them.
func has(slots []*keytables.Slot) (with []int) {
	for i, s := range slots {
		if s.Has() {
			with = append(with, i)
		}
	}
	return with
}

func slots(n int) []*keytables.Slot {
	all := make([]*keytables.Slot, n)
	for i := range all {
		all[i] = &keytables.Slot{}
	}
	return all
}

func TestATableIsEarned(t *testing.T) {
	b, s := keytables.NewBudget(4, 4*tableSize), &keytables.Slot{}
	if got := verify(b, s, 1000); got != keytables.FirstAfter {
		t.Errorf("a table after %d tokens, want %d", got, keytables.FirstAfter)
	}
}

func TestBounds(t *testing.T) {
	for name, b := range map[string]*keytables.Budget{
		"keys":  keytables.NewBudget(3, 100*tableSize),
		"bytes": keytables.NewBudget(100, 4*tableSize-1),
	} {
		all := slots(10)
		for i, s := range all {
			if verify(b, s, keytables.FirstAfter) == 0 {
				t.Errorf("%s: key %d has no table", name, i)
			}
		}
		if with := has(all); len(with) != 3 {
			t.Errorf("%s: %v have tables, want three", name, with)
		}
	}
	for name, b := range map[string]*keytables.Budget{
		"no key fits":   keytables.NewBudget(0, tableSize),
		"no table fits": keytables.NewBudget(1, tableSize-1),
	} {
		if verify(b, &keytables.Slot{}, 1000) != 0 {
			t.Errorf("%s: a table", name)
		}
	}
}

// The key that was not used since the last look loses its table.
func TestUsedKeysStay(t *testing.T) {
	b, all := keytables.NewBudget(3, 100*tableSize), slots(5)
	for _, s := range all[:4] { // the fourth takes the table of the first: all were used
		verify(b, s, keytables.FirstAfter)
	}
	if with := has(all); !slices.Equal(with, []int{1, 2, 3}) {
		t.Fatalf("%v have tables", with)
	}
	all[1].Table()
	verify(b, all[4], keytables.FirstAfter)
	if with := has(all); !slices.Equal(with, []int{1, 3, 4}) {
		t.Errorf("%v have tables, want the one that was used, not its successor", with)
	}
}

// A key that lost its table has to earn twice as much for the next.
func TestALostTableCostsMore(t *testing.T) {
	b, all := keytables.NewBudget(1, tableSize), slots(2)
	want := keytables.FirstAfter
	for range 6 {
		for i, s := range all {
			if got := verify(b, s, 1<<20); got != want {
				t.Fatalf("key %d: a table after %d tokens, want %d", i, got, want)
			}
		}
		want *= 2
	}
}

// A key that cannot have a table is asked once.
func TestUnsupportedKey(t *testing.T) {
	b, s, asked := keytables.NewBudget(1, tableSize), &keytables.Slot{}, 0
	for range 1000 {
		b.Verified(s, func() keytables.Table { asked++; return nil })
	}
	if asked != 1 || s.Table() != nil {
		t.Errorf("asked %d times", asked)
	}
}

// A key that is no longer published leaves its place to others.
func TestCollectedKeysLeaveRoom(t *testing.T) {
	b, kept := keytables.NewBudget(2, 2*tableSize), &keytables.Slot{}
	verify(b, kept, keytables.FirstAfter)
	verify(b, &keytables.Slot{}, keytables.FirstAfter)
	runtime.GC()
	runtime.GC()
	other := &keytables.Slot{}
	verify(b, other, keytables.FirstAfter)
	if !kept.Has() || !other.Has() {
		t.Error("a key lost its table to one that is gone")
	}
}

// One table is made at a time, and never twice for one key.
func TestConcurrentUse(t *testing.T) {
	b, all := keytables.NewBudget(8, 8*tableSize), slots(8)
	var made, now atomic.Int32
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for range 10 * keytables.FirstAfter {
				for _, s := range all {
					if s.Table() == nil {
						b.Verified(s, func() keytables.Table {
							if now.Add(1) != 1 {
								t.Error("two tables at once")
							}
							runtime.Gosched()
							now.Add(-1)
							made.Add(1)
							return table{}
						})
					}
				}
			}
		})
	}
	wait.Wait()
	if made.Load() != 8 {
		t.Errorf("%d tables were made for 8 keys", made.Load())
	}
}
