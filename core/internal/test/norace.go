//go:build !race

package test

// raceFactor is how many times as much a test may allocate under the race detector.
const raceFactor = 1
