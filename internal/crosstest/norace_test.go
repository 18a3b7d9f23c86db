//go:build !race

package crosstest_test

// raceEnabled is whether the race detector is at work: it makes everything slow.
const raceEnabled = false
