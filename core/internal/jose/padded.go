package jose

import "strings"

// ParsePadded is like [Parse], for issuers that violate RFC 7515 §2 and pad their segments; they sign the padded
// text. A token has one spelling here too: it is refused unless every segment is padded to a multiple of four
// characters.
func ParsePadded(t *Token, raw string, headers *HeaderCache, limits Limits) error {
	*t = Token{}
	first, second, err := split(raw, false)
	if err != nil {
		return err
	}
	segments := [3]string{raw[:first], raw[first+1 : second], raw[second+1:]}
	for i, refusal := range [3]error{errHeaderPadding, errPayloadPadding, errSignaturePadding} {
		bare, ok := unpad(segments[i])
		if !ok {
			return refusal
		}
		segments[i] = bare
	}
	header := headers.Find(raw[:first])
	if err := t.decode(raw, second, segments, header, limits); err != nil {
		return err
	}
	t.Padded = true
	return nil
}

// unpad removes the padding (RFC 4648 §3.2). ok is false unless the padding is exact.
func unpad(segment string) (bare string, ok bool) {
	if len(segment)%4 != 0 {
		return "", false
	}
	bare = strings.TrimRight(segment, "=")
	return bare, len(segment)-len(bare) <= 2
}
