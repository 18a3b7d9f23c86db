package test

import (
	"runtime"
	"testing"
)

// Bounded calls read, which reads an input of input bytes, and checks that it allocates at most base bytes plus each
// bytes for every byte of the input. If more was allocated, Bounded calls read again: another goroutine may have
// allocated the memory.
func Bounded(tb testing.TB, input, base, each int, read func()) {
	tb.Helper()
	limit := uint64(base + each*input)
	if Race {
		limit *= 4 // pooled memory is allocated again
	}
	var spent uint64
	for range 3 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		read()
		runtime.ReadMemStats(&after)
		if spent = after.TotalAlloc - before.TotalAlloc; spent <= limit {
			return
		}
	}
	tb.Errorf("reading %d bytes allocates %d bytes, want at most %d", input, spent, limit)
}
