package rsaverify

import (
	"bytes"
	"crypto"
	"encoding/binary"
)

// emLen ≥ hLen + sLen + 2 (RFC 8017 §9.1.2 step 3) holds for the shortest key and the longest hash; a constant below
// zero would not compile.
const _ = uint((minBits-1)/8 - (2*maxHashOctets + 2))

// VerifyPSS returns nil if sig is an RSASSA-PSS signature (RFC 8017 §8.1.2) of digest, the SHA-256, SHA-384 or
// SHA-512 hash of the message, with MGF1 on the same hash and a salt exactly as long as the hash (RFC 7518 §3.5). In
// every other case, including another hash or a digest of the wrong length, it returns [ErrVerification].
func (k *Key) VerifyPSS(hash crypto.Hash, digest, sig []byte) error {
	hLen := hashOctets(hash)
	if k == nil || k.modulus == nil || hLen == 0 || len(digest) != hLen {
		return ErrVerification
	}
	var recovered [maxOctets]byte
	em := recovered[:k.octets]
	if !k.recoverMessage(em, sig) {
		return ErrVerification
	}
	emBits := k.bits - 1
	emLen := (emBits + 7) / 8
	// §8.1.2 step 2c: one octet shorter than k if modBits − 1 is divisible by 8, and m has to fit.
	if emLen < len(em) {
		if em[0] != 0 {
			return ErrVerification
		}
		em = em[1:]
	}
	if !consistentPSS(hash, hLen, digest, em, emBits) {
		return ErrVerification
	}
	return nil
}

// consistentPSS is EMSA-PSS-VERIFY (RFC 8017 §9.1.2) from step 4 on, with sLen = hLen. It unmasks em in place.
func consistentPSS(hash crypto.Hash, hLen int, mHash, em []byte, emBits int) bool {
	emLen := len(em)
	// Step 4.
	if em[emLen-1] != 0xbc {
		return false
	}
	// Step 5.
	db, h := em[:emLen-hLen-1], em[emLen-hLen-1:emLen-1]
	// Step 6: the leftmost 8·emLen − emBits bits are zero.
	used := byte(0xff) >> (8*emLen - emBits)
	if db[0]&^used != 0 {
		return false
	}
	// Steps 7 to 9.
	xorMGF1(db, hash, hLen, h)
	db[0] &= used
	// Step 10: zeros, then 0x01, at the one place that leaves a salt of hLen octets.
	one := len(db) - hLen - 1
	for _, octet := range db[:one] {
		if octet != 0 {
			return false
		}
	}
	if db[one] != 0x01 {
		return false
	}
	// Steps 11 to 13: M' = eight zero octets ‖ mHash ‖ salt.
	var message [8 + 2*maxHashOctets]byte
	var digest [maxHashOctets]byte
	copy(message[8:], mHash)
	copy(message[8+hLen:], db[one+1:])
	sum(&digest, hash, message[:8+2*hLen])
	// Step 14.
	return bytes.Equal(digest[:hLen], h)
}

// xorMGF1 applies the mask MGF1(seed, len(db)) (RFC 8017 §B.2.1) to db. seed is hLen octets long.
func xorMGF1(db []byte, hash crypto.Hash, hLen int, seed []byte) {
	var block [maxHashOctets + 4]byte
	var mask [maxHashOctets]byte
	copy(block[:], seed)
	for counter := uint32(0); len(db) > 0; counter++ {
		binary.BigEndian.PutUint32(block[hLen:], counter)
		sum(&mask, hash, block[:hLen+4])
		n := min(len(db), hLen)
		for i := range n {
			db[i] ^= mask[i]
		}
		db = db[n:]
	}
}
