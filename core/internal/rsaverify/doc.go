// Package rsaverify checks RSA signatures (RFC 8017) under keys that were prepared once.
//
// On every call, crypto/rsa converts the modulus and computes its Montgomery constants, which takes about a third of
// the time of a 2048-bit check. A [Key] keeps them. The arithmetic is the one of crypto/rsa: filippo.io/bigmod
// re-exports the standard library's package, assembly included.
//
// All inputs (key, digest, signature) are public, so nothing has to run in constant time, and nothing does: the
// package must never be given a private key. It does not sign or decrypt, and it never parses the message recovered
// from a PKCS #1 v1.5 signature: it builds the only correct encoded message and compares all of it. PSS has a fixed
// salt length.
//
// In FIPS 140-3 mode, and in programs built with BoringCrypto, [Prepare] returns no Key, and callers use crypto/rsa.
package rsaverify
