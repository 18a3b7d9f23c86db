// Package test has what the tests of core and core/guard share: keys, tokens,
// contracts, a clock and a server of keys.
package test
