package rsaverify

import "crypto/fips140"

// Enabled reports whether this program may check signatures with this package. It may not in FIPS 140-3 mode
// (GODEBUG=fips140=on, see crypto/fips140), nor when built with GOEXPERIMENT=boringcrypto: there the validated module
// is crypto/rsa's. The answer is the same for as long as the program runs.
func Enabled() bool { return !boringBuild && !fips140.Enabled() }
