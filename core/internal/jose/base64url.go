package jose

import "encoding/binary"

// sextets maps a byte to its base64url value (RFC 4648 §5); 0xff marks every byte outside the alphabet, padding and
// line breaks included. A constant string keeps it immutable.
const sextets = "" +
	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" +
	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" +
	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x3e\xff\xff" +
	"\x34\x35\x36\x37\x38\x39\x3a\x3b\x3c\x3d\xff\xff\xff\xff\xff\xff" +
	"\xff\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e" +
	"\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\xff\xff\xff\xff\x3f" +
	"\xff\x1a\x1b\x1c\x1d\x1e\x1f\x20\x21\x22\x23\x24\x25\x26\x27\x28" +
	"\x29\x2a\x2b\x2c\x2d\x2e\x2f\x30\x31\x32\x33\xff\xff\xff\xff\xff" +
	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" +
	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" +
	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" +
	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" +
	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" +
	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" +
	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" +
	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"

// DecodeBase64 decodes base64url without padding; false if s is not the one spelling of a value.
func DecodeBase64(s string) ([]byte, bool) {
	data := make([]byte, decodedLen(len(s)))
	if !decodeBase64(data, s) {
		return nil, false
	}
	return data, true
}

// isBase64 reports whether s has no byte outside the alphabet.
func isBase64(s string) bool {
	for ; len(s) >= 4; s = s[4:] {
		if (sextets[s[0]]|sextets[s[1]]|sextets[s[2]]|sextets[s[3]])&0x80 != 0 {
			return false
		}
	}
	for i := range len(s) {
		if sextets[s[i]]&0x80 != 0 {
			return false
		}
	}
	return true
}

// decodedLen returns how many bytes n characters hold.
func decodedLen(n int) int { return n/4*3 + n%4*3/4 }

// decodeBase64 fills dst, which must be decodedLen(len(src)) long. It accepts one spelling for each value: no padding
// and no line breaks (RFC 7515 §2), no stray trailing bits (RFC 4648 §3.5). encoding/base64 skips CR and LF even when
// strict, and reads only from a byte slice.
func decodeBase64(dst []byte, src string) bool {
	for len(src) >= 8 && len(dst) >= 8 {
		a, b, c, d := sextets[src[0]], sextets[src[1]], sextets[src[2]], sextets[src[3]]
		e, f, g, h := sextets[src[4]], sextets[src[5]], sextets[src[6]], sextets[src[7]]
		if (a|b|c|d|e|f|g|h)&0x80 != 0 {
			return false
		}
		// Six bytes count; the two zero bytes after them are overwritten by the next round.
		binary.BigEndian.PutUint64(dst,
			uint64(a)<<58|uint64(b)<<52|uint64(c)<<46|uint64(d)<<40|
				uint64(e)<<34|uint64(f)<<28|uint64(g)<<22|uint64(h)<<16)
		src, dst = src[8:], dst[6:]
	}
	for len(src) >= 4 && len(dst) >= 3 {
		a, b, c, d := sextets[src[0]], sextets[src[1]], sextets[src[2]], sextets[src[3]]
		if (a|b|c|d)&0x80 != 0 {
			return false
		}
		dst[0], dst[1], dst[2] = a<<2|b>>4, b<<4|c>>2, c<<6|d
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
		a, b := sextets[src[0]], sextets[src[1]]
		dst[0] = a<<2 | b>>4
		return (a|b)&0x80 == 0 && b&0x0f == 0
	case len(src) == 3 && len(dst) == 2:
		a, b, c := sextets[src[0]], sextets[src[1]], sextets[src[2]]
		dst[0], dst[1] = a<<2|b>>4, b<<4|c>>2
		return (a|b|c)&0x80 == 0 && c&0x03 == 0
	default:
		return false
	}
}
