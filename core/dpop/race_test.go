//go:build race

package dpop_test

const raceEnabled = true // the race detector allocates
