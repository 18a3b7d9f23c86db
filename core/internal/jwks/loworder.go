package jwks

import (
	"crypto/ed25519"
	"slices"
)

// LowOrder reports whether key is a point whose order divides 8. Anyone can make a signature that is valid under such
// a key without a private key (RFC 8725 §3.4), and crypto/ed25519 accepts the signature.
func LowOrder(key ed25519.PublicKey) bool {
	if len(key) != ed25519.PublicKeySize {
		return false
	}
	y := [ed25519.PublicKeySize]byte(key)
	y[len(y)-1] &= 0x7f // the sign of x: with either one the order is the same
	return slices.Contains(lowOrderY[:], y)
}

// lowOrderY has the y coordinates of all points of low order, little-endian as in RFC 8032 §5.1.2, and the spellings
// of two of them that are not reduced modulo p.
//
//nolint:gochecknoglobals // a constant table
var lowOrderY = [...][ed25519.PublicKeySize]byte{
	{0: 0},          // order 4
	{0: 1},          // order 1
	lowOrderP(0xec), // order 2: p-1
	lowOrderP(0xed), // p, which is 0
	lowOrderP(0xee), // p+1, which is 1
	{
		0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
		0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
	}, // order 8
	{
		0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
		0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
	}, // order 8
}

// lowOrderP returns a number near p = 2^255-19, whose lowest byte is 0xed.
func lowOrderP(lowest byte) (y [ed25519.PublicKeySize]byte) {
	for i := range y {
		y[i] = 0xff
	}
	y[0], y[len(y)-1] = lowest, 0x7f
	return y
}
