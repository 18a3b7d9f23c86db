package fleet

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
)

func randomEntry(r *rand.Rand, kind Kind) Entry {
	return Entry{Name: Name{A: r.Uint64() | 1, B: r.Uint32()&^(1<<kindBits-1) | uint32(kind)}, value: r.Uint32() | 1}
}

func TestTableIsExact(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var tab table
	model := map[Name]uint32{}
	for range 50_000 {
		e := randomEntry(r, Kind(1+r.IntN(5)))
		if r.IntN(4) == 0 { // raise or repeat an entry that exists
			for n := range model {
				e.Name = n
				break
			}
		}
		if changed := tab.put(e); changed != (e.value > model[e.Name]) {
			t.Fatalf("put reports %t", changed)
		}
		model[e.Name] = max(model[e.Name], e.value)
	}
	for n, want := range model {
		if got := tab.find(n); got != want {
			t.Fatalf("find returns %d, want %d", got, want)
		}
		near := n // the same first word: only the second tells them apart
		near.B ^= 1 << 20
		if _, known := model[near]; !known && tab.find(near) != 0 {
			t.Fatal("a name that was never put in is found")
		}
	}
	if tab.len() != len(model) {
		t.Fatalf("len is %d, want %d", tab.len(), len(model))
	}
	dead := func(e Entry) bool { return e.value%3 != 0 }
	tab.sweep(dead)
	for n, value := range model {
		if got := tab.find(n); value%3 == 0 && got != value {
			t.Fatalf("after the sweep find returns %d, want %d", got, value)
		}
	}
	if tab.len() >= len(model)/2 {
		t.Errorf("the sweep left %d of %d entries", tab.len(), len(model))
	}
	count := 0
	tab.all(func(Entry) { count++ })
	if count != tab.len() {
		t.Errorf("all calls %d times, len is %d", count, tab.len())
	}
}

// Names whose first word has one home in one shard must not be lost when the run of full slots wraps around the end.
func TestTableWithOneHome(t *testing.T) {
	var tab table
	for i := range uint64(100) {
		tab.put(Entry{Name: Name{A: ^uint64(0) - i, B: 8 | uint32(KindUser)}, value: 7})
	}
	for i := range uint64(100) {
		if tab.find(Name{A: ^uint64(0) - i, B: 8 | uint32(KindUser)}) != 7 {
			t.Fatal("an entry is lost")
		}
	}
	if tab.find(Name{A: ^uint64(0) - 101, B: 8 | uint32(KindUser)}) != 0 {
		t.Error("a name is found that was not put in")
	}
}

func TestTableReadersDuringGrowth(t *testing.T) {
	var tab table
	r := rand.New(rand.NewPCG(3, 4))
	entries := make([]Entry, 20_000)
	for i := range entries {
		entries[i] = randomEntry(r, KindToken)
	}
	var wg sync.WaitGroup
	published := make(chan int, len(entries))
	wg.Go(func() {
		for i, e := range entries {
			tab.put(e)
			published <- i
		}
		close(published)
	})
	for range 2 {
		wg.Go(func() {
			for i := range published {
				if tab.find(entries[i].Name) != entries[i].value {
					t.Error("an entry is not found after put has returned")
				}
			}
		})
	}
	wg.Wait()
}

func filled(n int) *table {
	r := rand.New(rand.NewPCG(5, 6))
	tab := &table{}
	for range n {
		tab.put(randomEntry(r, Kind(1+r.IntN(5))))
	}
	return tab
}

func TestTableMemory(t *testing.T) {
	const n = 1_000_000
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	tab := filled(n)
	runtime.GC()
	runtime.ReadMemStats(&after)
	held := after.HeapAlloc - before.HeapAlloc
	t.Logf("%d entries take %.1f MB", tab.len(), float64(held)/1e6)
	if held > 32<<20 {
		t.Errorf("%d entries take %d bytes, want at most 32 MiB", n, held)
	}
	runtime.KeepAlive(tab)
}

func BenchmarkTable(b *testing.B) {
	tab := filled(1_000_000)
	r := rand.New(rand.NewPCG(7, 8))
	names := make([]Name, 1<<12)
	for i := range names {
		names[i] = randomEntry(r, KindToken).Name
	}
	b.Run("absent", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if tab.find(names[i&(1<<12-1)]) != 0 {
				b.Fatal("found")
			}
		}
	})
	b.Run("put", func(b *testing.B) {
		for b.Loop() {
			tab.put(randomEntry(r, KindToken))
		}
	})
}
