package rsaverify

import (
	"bytes"
	"crypto"
)

// The shortest key fits the longest DigestInfo (19 + 64 octets) with far more than the 8 octets of padding that
// RFC 8017 §9.2 step 3 asks for; a constant below zero would not compile.
const _ = uint(minBits/8 - (19 + maxHashOctets + 11))

// VerifyPKCS1v15 returns nil if sig is the RSASSA-PKCS1-v1_5 signature (RFC 8017 §8.2.2) of digest, the SHA-256,
// SHA-384 or SHA-512 hash of the message. In every other case, including another hash or a digest of the wrong
// length, it returns [ErrVerification].
func (k *Key) VerifyPKCS1v15(hash crypto.Hash, digest, sig []byte) error {
	hLen := hashOctets(hash)
	if k == nil || k.modulus == nil || hLen == 0 || len(digest) != hLen {
		return ErrVerification
	}
	var recovered, encoded [maxOctets]byte
	em := recovered[:k.octets]
	if !k.recoverMessage(em, sig) {
		return ErrVerification
	}
	// Steps 3 and 4 of §8.2.2: the two encoded messages must be equal octet by octet. The note there explains that
	// decoding em instead would accept forgeries.
	want := encoded[:k.octets]
	encodePKCS1v15(want, digestInfoPrefix(hash), digest)
	if !bytes.Equal(em, want) {
		return ErrVerification
	}
	return nil
}

// encodePKCS1v15 is EMSA-PKCS1-v1_5-ENCODE (RFC 8017 §9.2): em = 0x00 ‖ 0x01 ‖ PS ‖ 0x00 ‖ T, filling em.
func encodePKCS1v15(em []byte, prefix string, digest []byte) {
	t := len(em) - len(prefix) - len(digest)
	em[0], em[1] = 0x00, 0x01
	for i := 2; i < t-1; i++ {
		em[i] = 0xff
	}
	em[t-1] = 0x00
	copy(em[t:], prefix)
	copy(em[t+len(prefix):], digest)
}
