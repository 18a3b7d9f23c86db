// Package standardcrypto decides whether this program may check signatures with arithmetic of its own.
package standardcrypto

import "crypto/fips140"

// Required reports whether signatures have to be checked by the standard library: in FIPS 140-3 mode
// (GODEBUG=fips140=on, see crypto/fips140), and when built with GOEXPERIMENT=boringcrypto, the validated module is that
// of the standard library. The answer is the same for as long as the program runs.
func Required() bool { return boringBuild || fips140.Enabled() }
