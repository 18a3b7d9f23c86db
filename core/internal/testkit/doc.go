// Package testkit has what the tests of core and core/guard share: keys, tokens,
// contracts, a clock and a server of keys.
package testkit
