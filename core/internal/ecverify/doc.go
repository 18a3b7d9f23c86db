// Package ecverify checks ES256 signatures (ECDSA with P-256 and SHA-256, RFC 7518 §3.4) under keys that were prepared
// once.
//
// crypto/ecdsa multiplies the public key by a scalar from its bare coordinates in every check. A [Key] keeps a
// table of the key's multiples, so that the multiplication only adds. The group is that of crypto/ecdsa itself:
// filippo.io/nistec re-exports the standard library's package, assembly included. Only its exported operations are
// used. They handle the point at infinity and the sum of two equal points.
//
// The x coordinate of the sum is compared in affine form, by [nistec.P256Point.BytesX], which refuses the point at
// infinity. A comparison without the inversion, r·Z² = X, would hold for every r at infinity, where X and Z are zero:
// anyone could make signatures.
//
// Everything here is public (key, digest, signature), so nothing has to run in constant time, and nothing is promised
// to: the package must never see a private key. It signs nothing.
package ecverify
