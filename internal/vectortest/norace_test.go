//go:build !race

package main

// raceEnabled is whether the race detector is at work: it makes everything slow.
const raceEnabled = false
