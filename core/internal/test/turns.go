package test

import (
	"testing"
	"time"
)

// Way is one of several ways to do the same.
type Way struct {
	Name string
	Do   func()
}

// TakeTurns times the ways by turns, calls of each at a time, so that what else the machine does falls on all alike. It
// reports one time for each way, which the statistic makes of those of all turns, and the ratio of the first way to
// every other one.
func TakeTurns(b *testing.B, calls int, statistic func([]float64) float64, ways []Way) {
	b.Helper()
	times := make([][]float64, len(ways))
	for b.Loop() {
		for i, way := range ways {
			start := time.Now()
			for range calls {
				way.Do()
			}
			times[i] = append(times[i], float64(time.Since(start).Nanoseconds())/float64(calls))
		}
	}
	b.ReportMetric(0, "ns/op") // the sum of all of them says nothing
	first := statistic(times[0])
	for i, way := range ways {
		own := statistic(times[i])
		b.ReportMetric(own, "ns/"+way.Name)
		if i > 0 {
			b.ReportMetric(first/own, "×"+way.Name)
		}
	}
}
