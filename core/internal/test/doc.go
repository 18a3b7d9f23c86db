// Package test has what the tests of the packages in core share: keys, tokens,
// contracts, a clock and a server of keys; and those of prepared keys, turns in
// benchmarks and programs in FIPS mode.
package test
