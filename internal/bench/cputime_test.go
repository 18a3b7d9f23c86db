//go:build unix

package main

import (
	"syscall"
	"testing"
	"time"
)

// reportProcessorTime reports, when the function that it returns is called, the
// time of processors that an operation took. On a busy machine it varies much
// less than the time that passes.
func reportProcessorTime(b *testing.B) func() {
	b.Helper()
	start := processorTime()
	return func() { b.ReportMetric(float64(processorTime()-start)/float64(b.N), "cpu-ns/op") }
}

func processorTime() time.Duration {
	var usage syscall.Rusage
	must(0, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
