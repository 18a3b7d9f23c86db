// Package edverify checks Ed25519 signatures (RFC 8032) under keys that were prepared once.
//
// In every check, crypto/ed25519 doubles an accumulator 253 times. A [Key] keeps the multiples of the public key that
// the doublings produce, so that a check only adds. The arithmetic is the one of crypto/ed25519:
// filippo.io/edwards25519 re-exports the standard library's package. Only its exported operations are used. Their
// addition formulas are complete: they are correct for all points, those of small order included.
//
// The verdicts are the same as those of crypto/ed25519: the equation has no cofactor, S must be below the order of
// the group (RFC 8032 §5.1.7), and R is compared as octets, so only its canonical encoding is accepted. A public key
// may have any encoding that decodes.
//
// All inputs (key, message, signature) are public, so nothing has to run in constant time, and nothing does: the
// package must never be given a private key. It signs nothing.
package edverify
