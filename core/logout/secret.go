package logout

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
)

// sameSecret compares in constant time; the digests hide the length too.
func sameSecret(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// macOf returns the HMAC-SHA256 of the parts, joined by dots.
func macOf(key []byte, parts ...[]byte) []byte {
	h := hmac.New(sha256.New, key)
	for i, p := range parts {
		if i > 0 {
			h.Write([]byte{'.'})
		}
		h.Write(p)
	}
	return h.Sum(nil)
}
