package guard

import (
	"net/http"
	"strings"
)

// cleanHeader makes fields safe to be written by any server. A responder may
// copy what a client sent into them, and not every framework stops a CR or LF
// from ending the field and starting one of the attacker's (response splitting).
func cleanHeader(h http.Header) {
	for name, values := range h {
		if !isFieldName(name) {
			delete(h, name)
			continue
		}
		h[name] = cleanFieldValues(values)
	}
}

// cleanFieldValues replaces CR, LF and NUL by spaces (RFC 9110 §5.5). It leaves
// values alone, which may be shared between requests.
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
