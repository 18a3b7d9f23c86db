//go:build !race

package test

// Race reports whether the race detector is on.
const Race = false
