//go:build race

package test

// Race reports whether the race detector is on. It allocates, makes sync.Pool forget what it holds, and slows tests down
// by a factor of ten.
const Race = true
