// Package test has helpers that the tests in core share: keys, tokens, contracts,
// a clock and a key server. For the tests of prepared keys, it also runs programs
// in FIPS mode and interleaves benchmarks.
package test
