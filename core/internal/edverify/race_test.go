//go:build race

package edverify_test

const raceEnabled = true
