// Package ecverify checks ES256 signatures (ECDSA with P-256 and SHA-256, RFC 7518 §3.4) under keys that were prepared
// once.
//
// In every check, crypto/ecdsa multiplies the public key by a scalar, starting from the key's coordinates. A [Key]
// keeps a table of multiples, so that the multiplication becomes a sum of table entries. The arithmetic is the one of
// crypto/ecdsa: filippo.io/nistec re-exports the standard library's package, assembly included. Only its exported
// operations are used. They handle the point at infinity and the sum of two equal points.
//
// The x coordinate of the sum is compared in affine form, by [nistec.P256Point.BytesX], which refuses the point at
// infinity. A comparison without the inversion, r·Z² = X, would hold for every r at infinity, where X and Z are zero:
// anyone could make signatures.
//
// All inputs (key, digest, signature) are public, so nothing has to run in constant time, and nothing does: the
// package must never be given a private key. It signs nothing.
package ecverify
