//go:build !race

package core_test

// raceEnabled is whether the race detector is at work: it allocates.
const raceEnabled = false
