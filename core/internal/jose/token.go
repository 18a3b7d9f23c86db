package jose

import (
	"math"
	"strings"
)

// Token is a compact JWS (RFC 7515 §7.1): split and decoded, not verified.
type Token struct {
	// Raw is the token as given.
	Raw string
	// Header may be shared between tokens and must not be modified.
	Header *Header
	// Payload is the decoded claims set, owned by the Token.
	Payload []byte
	// Signature is the decoded signature. It is empty only with [Limits.Unsecured].
	Signature []byte
	// Claims indexes the members of Payload.
	Claims Object
	// Padded says that the segments are padded: see [ParsePadded].
	Padded bool

	signed int // length of the signing input
}

// SigningInput returns what was signed (RFC 7515 §5.1): header and payload as encoded, without copying.
func (t *Token) SigningInput() string { return t.Raw[:t.signed] }

// Parse reads raw into t, which must not be nil; a refused token leaves t zero. The error is a [*FormatError].
// A nil headers means no cache. Parse never writes to the cache: see [HeaderCache.Remember].
func Parse(t *Token, raw string, headers *HeaderCache, limits Limits) error {
	*t = Token{}
	first, second, err := split(raw, limits.Unsecured)
	if err != nil {
		return err
	}
	if raw[first-1] == '=' { // a padded header may be in the cache
		return errHeaderEncoding
	}
	header := headers.Find(raw[:first])
	segments := [3]string{raw[:first], raw[first+1 : second], raw[second+1:]}
	return t.decode(raw, second, segments, header, limits)
}

// ParseWith is like [Parse] with a header that was read from an equal first segment before. If header is nil, it is
// read from raw.
func ParseWith(t *Token, raw string, header *Header, limits Limits) error {
	*t = Token{}
	first, second, err := split(raw, limits.Unsecured)
	if err != nil {
		return err
	}
	segments := [3]string{raw[:first], raw[first+1 : second], raw[second+1:]}
	return t.decode(raw, second, segments, header, limits)
}

// decode reads the segments, without padding, into t. second is the index of the second dot in raw. If header is not
// nil, it is the decoded first segment.
func (t *Token) decode(
	raw string,
	second int,
	segments [3]string,
	header *Header,
	limits Limits,
) (err error) {
	encodedHeader, encodedPayload, encodedSignature := segments[0], segments[1], segments[2]
	if header == nil {
		if header, err = parseHeader(encodedHeader, limits); err != nil {
			return err
		}
	}
	// Two buffers: code that keeps the payload should not keep the signature in memory, too.
	payload, signature := make([]byte, decodedLen(len(encodedPayload))), make([]byte, decodedLen(len(encodedSignature)))
	if !decodeBase64(payload, encodedPayload) {
		return errPayloadEncoding
	}
	if !decodeBase64(signature, encodedSignature) {
		return errSignatureEncoding
	}
	claims, err := ParseObject(payload, limits)
	if err != nil {
		return err
	}
	*t = Token{Raw: raw, Header: header, Payload: payload, Signature: signature, Claims: claims, signed: second}
	return nil
}

// Opaque returns the error that [Parse] returns for raw, a token without a dot.
func Opaque(raw string) error {
	if raw == "" {
		return errEmpty
	}
	return errOpaque
}

// split finds the two dots of a compact JWS (RFC 7515 §7.1).
func split(raw string, unsecured bool) (first, second int, err error) {
	if raw == "" {
		return 0, 0, errEmpty
	}
	if len(raw) > math.MaxInt32 {
		return 0, 0, errTooLong
	}
	first = strings.IndexByte(raw, '.')
	if first < 0 {
		return 0, 0, errOpaque
	}
	second = strings.IndexByte(raw[first+1:], '.')
	if second < 0 {
		return 0, 0, errSegments
	}
	second += first + 1
	switch {
	case strings.IndexByte(raw[second+1:], '.') >= 0:
		if strings.Count(raw, ".") == 4 { // RFC 7516 §7.1
			return 0, 0, errEncrypted
		}
		return 0, 0, errSegments
	case first == 0:
		return 0, 0, errEmptyHeader
	case second == first+1:
		return 0, 0, errEmptyPayload
	case second == len(raw)-1 && !unsecured:
		return 0, 0, errEmptySignature // RFC 7518 §3.6: an unsecured JWS
	}
	return first, second, nil
}
