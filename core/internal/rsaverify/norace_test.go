//go:build !race

package rsaverify_test

const raceEnabled = false
