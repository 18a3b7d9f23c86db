package jose

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// textEquals reports whether the inside of a JSON string equals s once its escapes are resolved.
func textEquals(inside []byte, s string) bool {
	if bytes.IndexByte(inside, '\\') < 0 {
		return string(inside) == s
	}
	if len(inside) < len(s) { // an escape is never shorter than the character that it encodes
		return false
	}
	var scratch [64]byte
	text, ok := appendText(scratch[:0], inside)
	return ok && string(text) == s
}

// appendText appends the inside of a JSON string to dst, with escapes resolved (RFC 8259 §7). It returns false for an
// escape that [ParseObject] would refuse.
func appendText(dst, inside []byte) ([]byte, bool) {
	for len(inside) > 0 {
		slash := bytes.IndexByte(inside, '\\')
		if slash < 0 {
			return append(dst, inside...), true
		}
		dst = append(dst, inside[:slash]...)
		r, size, err := unescape(inside[slash:])
		if err != nil {
			return dst, false
		}
		dst = utf8.AppendRune(dst, r)
		inside = inside[slash+size:]
	}
	return dst, true
}

// unescape reads the escape at the start of s, which begins with a backslash, and returns its length.
func unescape(s []byte) (r rune, size int, err error) {
	if len(s) < 2 {
		return 0, 0, errString
	}
	switch s[1] {
	case '"', '\\', '/':
		return rune(s[1]), 2, nil
	case 'b':
		return '\b', 2, nil
	case 'f':
		return '\f', 2, nil
	case 'n':
		return '\n', 2, nil
	case 'r':
		return '\r', 2, nil
	case 't':
		return '\t', 2, nil
	case 'u':
	default:
		return 0, 0, errEscape
	}
	r, ok := hexRune(s)
	if !ok {
		return 0, 0, errEscape
	}
	if !utf16.IsSurrogate(r) {
		return r, 6, nil
	}
	low, ok := hexRune(s[6:])
	if !ok {
		return 0, 0, errSurrogate
	}
	if r = utf16.DecodeRune(r, low); r == utf8.RuneError { // RFC 8259 §8.2: no reader agrees on half a pair
		return 0, 0, errSurrogate
	}
	return r, 12, nil
}

// hexRune reads \uXXXX at the start of s.
func hexRune(s []byte) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range s[2:6] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
