package jose

import (
	"bytes"
	"encoding/binary"
)

// Spells reports whether segment is the encoding of data in a token: the one spelling that [Parse] accepts, or
// [ParsePadded] if padded is set. It does not allocate.
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
	j := 0
	for i := 0; i+8 <= len(segment) && j+8 <= len(data); i += 8 {
		high, low := halves(segment[i : i+8])
		six := binary.BigEndian.Uint64(data[j:j+8:len(data)]) >> 16
		if uint64(high) != six>>24 || uint64(low) != six&0xffffff { // notBase64 equals none
			return false
		}
		j += 6
	}
	segment, data = segment[j/6*8:], data[j:]
	var last [8]byte // fewer than 8 bytes are left, or fewer than 8 characters
	rest := last[:len(data)]
	return decodeBase64(rest, segment) && bytes.Equal(rest, data)
}

// SpelledAs reports whether segment is the encoding of h in a token, see [Spells].
func (h *Header) SpelledAs(segment string, padded bool) bool {
	return h != nil && Spells(segment, h.Members.data, padded)
}
