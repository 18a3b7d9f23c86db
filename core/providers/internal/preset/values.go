package preset

import (
	"strings"
	"time"
)

// Values notes the entries of a list that no claim can have: an empty one would
// accept the very tokens that lack the value. It returns the list as it is.
func (f *Faults) Values(field string, values []string) []string {
	for _, v := range values {
		switch {
		case v == "":
			f.Missing(field, "holds an empty entry: remove it")
		case strings.TrimSpace(v) != v || strings.ContainsAny(v, "\t\r\n"):
			f.Add(field, v, "has white space around or inside it: write the value exactly as in the token")
		}
	}
	return values
}

// Bare notes the entries of a list that hold one of the given strings, which
// say that the value was taken from the wrong place.
func (f *Faults) Bare(field string, values []string, reason string, unexpected ...string) {
	for _, v := range values {
		for _, u := range unexpected {
			if strings.Contains(v, u) {
				f.Add(field, v, "%s", reason)
				break
			}
		}
	}
}

// Leeway is the configured one, or the provider's default.
func Leeway(configured, byDefault time.Duration) time.Duration {
	if configured == 0 {
		return byDefault
	}
	return configured
}
