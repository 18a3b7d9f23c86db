//go:build !race

package guard_test

// raceEnabled reports whether the race detector is on: it allocates.
const raceEnabled = false
