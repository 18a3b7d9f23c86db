//go:build race

package main

// raceEnabled is whether the race detector is at work: it allocates.
const raceEnabled = true
