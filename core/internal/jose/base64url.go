package jose

import "encoding/binary"

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" // RFC 4648 §5

// notBase64 is set in the bits of a byte that is outside the alphabet.
const notBase64 = 1 << 31

// bits24[i] maps the i-th of four characters to its six bits of the 24 that the four stand for. Every byte outside the
// alphabet, padding and line breaks included, is notBase64.
var bits24 = func() (t [4][256]uint32) { //nolint:gochecknoglobals // a table, never written again
	for i := range t {
		for c := range t[i] {
			t[i][c] = notBase64
		}
		for sextet, c := range []byte(alphabet) {
			t[i][c] = uint32(sextet) << (18 - 6*i)
		}
	}
	return t
}()

// halves returns the 48 bits that the eight characters of s encode. If notBase64 is set in either half, a character
// is outside the alphabet.
func halves(s string) (high, low uint32) {
	_ = s[7]
	return bits24[0][s[0]] | bits24[1][s[1]] | bits24[2][s[2]] | bits24[3][s[3]],
		bits24[0][s[4]] | bits24[1][s[5]] | bits24[2][s[6]] | bits24[3][s[7]]
}

// DecodeBase64 decodes base64url without padding. It returns false if s is not the only spelling of a value.
func DecodeBase64(s string) ([]byte, bool) {
	data := make([]byte, decodedLen(len(s)))
	if !decodeBase64(data, s) {
		return nil, false
	}
	return data, true
}

// isBase64 reports whether s has no byte outside the alphabet.
func isBase64(s string) bool {
	seen := uint32(0)
	for i := range len(s) {
		seen |= bits24[0][s[i]]
	}
	return seen&notBase64 == 0
}

// decodedLen returns how many bytes n characters hold.
func decodedLen(n int) int { return n/4*3 + n%4*3/4 }

// decodeBase64 fills dst, which must be decodedLen(len(src)) long. It accepts one spelling for each value: no padding
// and no line breaks (RFC 7515 §2), no stray trailing bits (RFC 4648 §3.5). encoding/base64 skips CR and LF even when
// strict, and reads only from a byte slice.
func decodeBase64(dst []byte, src string) bool {
	j := 0
	for i := 0; i+8 <= len(src) && j+8 <= len(dst); i += 8 {
		high, low := halves(src[i : i+8])
		if (high|low)&notBase64 != 0 {
			return false
		}
		// Six bytes count; the two zero bytes after them are overwritten by the next round.
		binary.BigEndian.PutUint64(dst[j:j+8:len(dst)], uint64(high)<<40|uint64(low)<<16)
		j += 6
	}
	src, dst = src[j/6*8:], dst[j:]
	for len(src) >= 4 && len(dst) >= 3 {
		four := bits24[0][src[0]] | bits24[1][src[1]] | bits24[2][src[2]] | bits24[3][src[3]]
		if four&notBase64 != 0 {
			return false
		}
		dst[0], dst[1], dst[2] = byte(four>>16), byte(four>>8), byte(four) //nolint:gosec // an octet each
		src, dst = src[4:], dst[3:]
	}
	return decodeTail(dst, src)
}

// decodeTail decodes the last two or three characters; one alone cannot hold a byte.
func decodeTail(dst []byte, src string) bool {
	switch {
	case len(src) == 0 && len(dst) == 0:
		return true
	case len(src) == 2 && len(dst) == 1:
		two := bits24[0][src[0]] | bits24[1][src[1]]
		dst[0] = byte(two >> 16) //nolint:gosec // its first octet
		return two&(notBase64|0xffff) == 0
	case len(src) == 3 && len(dst) == 2:
		three := bits24[0][src[0]] | bits24[1][src[1]] | bits24[2][src[2]]
		dst[0], dst[1] = byte(three>>16), byte(three>>8) //nolint:gosec // an octet each
		return three&(notBase64|0xff) == 0
	default:
		return false
	}
}
