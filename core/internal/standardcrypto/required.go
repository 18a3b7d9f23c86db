// Package standardcrypto decides whether this program may check signatures with arithmetic of its own.
package standardcrypto

import "crypto/fips140"

// Required reports whether signatures have to be checked by the standard library. That is so in FIPS 140-3 mode
// (GODEBUG=fips140=on, see crypto/fips140) and in programs built with GOEXPERIMENT=boringcrypto, where only the
// standard library is validated. The result does not change while the program runs.
func Required() bool { return boringBuild || fips140.Enabled() }
