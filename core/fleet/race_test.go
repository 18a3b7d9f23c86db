//go:build race

package fleet_test

// raceEnabled makes tests smaller: the race detector slows them down by a factor of ten.
const raceEnabled = true
