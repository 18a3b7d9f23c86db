// Package edverify checks Ed25519 signatures (RFC 8032) under keys that were prepared once.
//
// crypto/ed25519 doubles an accumulator 253 times in every check. A [Key] keeps the multiples of the public key
// that those doublings lead to, so that a check only adds. The group is that of crypto/ed25519 itself:
// filippo.io/edwards25519 re-exports the standard library's package. Only its exported operations are used; their
// addition formulas are complete, so that no point needs a case of its own, points of small order included.
//
// The verdicts are those of crypto/ed25519: the equation has no cofactor, S must be below the order of the group
// (RFC 8032 §5.1.7), and R is compared as octets, so that only its canonical encoding is accepted, while a public
// key may have any encoding that decodes.
//
// Everything here is public (key, message, signature), so nothing has to run in constant time, and nothing is promised
// to: the package must never see a private key. It signs nothing.
package edverify
