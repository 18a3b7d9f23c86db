// Package rsaverify checks RSA signatures (RFC 8017) under keys that were prepared once.
//
// crypto/rsa converts the modulus and computes its Montgomery constants again on every call, about a third of the cost
// of a 2048-bit check. A [Key] keeps them. The arithmetic is that of crypto/rsa itself: filippo.io/bigmod re-exports
// the standard library's package, assembly included.
//
// Everything here is public (key, digest, signature), so nothing has to run in constant time, and nothing is promised
// to: the package must never see a private key. It signs nothing, decrypts nothing and never parses what a signature
// recovers to: PKCS #1 v1.5 builds the one encoded message that is right and compares the whole of it, PSS has a fixed
// salt length.
//
// Programs in FIPS 140-3 mode, and those built with BoringCrypto, get no Key from [Prepare] and use crypto/rsa.
package rsaverify
