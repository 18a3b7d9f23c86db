package guard

import (
	"net/http"
	"strings"
)

// cleanHeader makes fields safe to write for every server. A responder may copy
// client input into them, and not every framework rejects a CR or LF, which would
// end the field and start one that the attacker chose (response splitting).
func cleanHeader(h http.Header) {
	for name, values := range h {
		if !isFieldName(name) {
			delete(h, name)
			continue
		}
		h[name] = cleanFieldValues(values)
	}
}

// cleanFieldValues replaces CR, LF and NUL with spaces (RFC 9110 §5.5). It
// returns a copy, because values may be shared between requests.
func cleanFieldValues(values []string) []string {
	cleaned := make([]string, len(values))
	for i, v := range values {
		b := []byte(v)
		for n, c := range b {
			if c == '\r' || c == '\n' || c == 0 {
				b[n] = ' '
			}
		}
		cleaned[i] = strings.Trim(string(b), " \t")
	}
	return cleaned
}

// isFieldName reports whether name is a token (RFC 9110 §5.6.2).
func isFieldName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}
