//go:build !race

package dpop_test

const raceEnabled = false
