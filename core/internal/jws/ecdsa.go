package jws

import (
	"bytes"
	"crypto/ecdsa"
)

// maxCoordinate is the length in bytes of r and of s for the largest curve, P-521.
const maxCoordinate = 66

// verifyECDSA checks a signature in the form of RFC 7518 §3.4: the numbers R and S, each as long as the order of the
// curve. It gives the same verdicts as golang-jwt, without math/big and encoding/asn1.
func (a *Algorithm) verifyECDSA(public *ecdsa.PublicKey, input string, sig []byte) bool {
	size := (public.Params().BitSize + 7) / 8
	if size != a.coordinate || len(sig) != 2*size {
		return false
	}
	var der [3 + 2*(3+maxCoordinate)]byte
	content, okR := appendInteger(der[3:3], sig[:size])
	content, okS := appendInteger(content, sig[size:])
	if !okR || !okS {
		return false
	}
	// A SEQUENCE has its length in one byte, or in two from 128 on (X.690 §8.1.3).
	start := 1
	if len(content) >= 0x80 {
		start, der[0], der[1] = 0, 0x30, 0x81
	} else {
		der[1] = 0x30
	}
	der[2] = byte(len(content)) //nolint:gosec // at most 2 * 69
	var sum [maxDigest]byte
	return ecdsa.VerifyASN1(public, a.digest(&sum, input), der[start:3+len(content)])
}

// appendInteger appends a positive number as an INTEGER in its shortest form (X.690 §8.3). It returns false for 0,
// which is never part of a signature.
func appendInteger(dst, number []byte) ([]byte, bool) {
	number = bytes.TrimLeft(number, "\x00")
	if len(number) == 0 {
		return dst, false
	}
	sign := number[0] >> 7                          // a first bit of 1 would make it negative
	dst = append(dst, 0x02, byte(len(number))+sign) //nolint:gosec // at most 67
	if sign == 1 {
		dst = append(dst, 0)
	}
	return append(dst, number...), true
}
