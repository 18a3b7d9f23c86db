//go:build !race

package redisauth_test

// slowdown is how much longer everything takes with the race detector.
const slowdown = 1
