package core

import (
	"strings"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

// shown returns a claim's value for the server's log, shortened, with at most
// eight elements of an array.
func shown(v jose.Value) string {
	const most = 8
	switch v.Kind() {
	case jose.KindInvalid:
		return "missing"
	case jose.KindArray:
		var elements []string
		for e := range v.Elements() {
			if len(elements) == most {
				elements = append(elements, "…")
				break
			}
			elements = append(elements, shownElement(e))
		}
		return "[" + strings.Join(elements, " ") + "]"
	default:
		return shownElement(v)
	}
}

func shownElement(v jose.Value) string {
	if text, ok := v.Text(); ok {
		return quoted(text)
	}
	return quoted(string(v.Raw()))
}
