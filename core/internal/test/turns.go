package test

import (
	"testing"
	"time"
)

// Way is one of several implementations of the same work.
type Way struct {
	Name string
	Do   func()
}

// TakeTurns times the ways in turns, with several calls of each at a time, so that other work of the machine slows
// all of them down alike. For each way it reports one time, which statistic computes from the times of all turns, and
// the ratio of the first way's time to it.
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
