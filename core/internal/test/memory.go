package test

import (
	"runtime"
	"testing"
)

// Bounded calls read, which reads an input of so many bytes, and checks that it allocates no more than base bytes and
// each bytes for every byte of the input. It calls read again if more was allocated: that may have been another
// goroutine of the program.
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
