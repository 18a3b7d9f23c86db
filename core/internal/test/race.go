//go:build race

package test

// raceFactor is how many times as much a test may allocate under the race detector, which makes sync.Pool forget
// what it holds.
const raceFactor = 4
