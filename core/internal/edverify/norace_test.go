//go:build !race

package edverify_test

const raceEnabled = false
