package jose

// DecodeBase64 opens the segment decoder to its differential test.
func DecodeBase64(segment string) ([]byte, bool) {
	dst := make([]byte, decodedLen(len(segment)))
	return dst, decodeBase64(dst, segment)
}

// Source returns the document o indexes.
func (o Object) Source() []byte { return o.data }
