package jose

import (
	"bytes"
	"encoding/binary"
)

// Spells reports whether segment is how a token writes data: the one spelling that [Parse] reads, or [ParsePadded] if
// padded is set. It decodes nothing into memory.
func Spells(segment string, data []byte, padded bool) bool {
	if padded {
		bare, ok := unpad(segment)
		if !ok {
			return false
		}
		segment = bare
	}
	if len(data) != decodedLen(len(segment)) {
		return false
	}
	for len(segment) >= 8 && len(data) >= 8 {
		a, b, c, d := sextets[segment[0]], sextets[segment[1]], sextets[segment[2]], sextets[segment[3]]
		e, f, g, h := sextets[segment[4]], sextets[segment[5]], sextets[segment[6]], sextets[segment[7]]
		six := uint64(a)<<42 | uint64(b)<<36 | uint64(c)<<30 | uint64(d)<<24 |
			uint64(e)<<18 | uint64(f)<<12 | uint64(g)<<6 | uint64(h)
		if (a|b|c|d|e|f|g|h)&0x80 != 0 || six != binary.BigEndian.Uint64(data)>>16 {
			return false
		}
		segment, data = segment[8:], data[6:]
	}
	var last [8]byte // fewer than 8 bytes are left, or fewer than 8 characters
	rest := last[:len(data)]
	return decodeBase64(rest, segment) && bytes.Equal(rest, data)
}

// SpelledAs reports whether segment is how a token writes h, see [Spells].
func (h *Header) SpelledAs(segment string, padded bool) bool {
	return h != nil && Spells(segment, h.Members.data, padded)
}
