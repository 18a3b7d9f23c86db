package jwks

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core/keys"
)

// freshness returns how long a response received at now may be used before it is refreshed (RFC 9111 §4.2.1), clamped
// to p.MinFresh and p.MaxFresh. If the response does not say, stated is false and fresh is p.DefaultFresh. Directives
// that forbid reuse after expiry (must-revalidate) do not shorten [keys.Policy.MaxStale], which the program has
// chosen for outages.
func freshness(p keys.Policy, h http.Header, now time.Time) (fresh time.Duration, stated bool) {
	maxAge, found, noReuse := cacheControl(h.Values("Cache-Control"))
	switch {
	case noReuse:
		return p.MinFresh, true
	case found:
		return p.Clamp(maxAge - age(h)), true
	case h.Get("Expires") == "":
		return p.DefaultFresh, false
	}
	expires, err := http.ParseTime(h.Get("Expires"))
	if err != nil { // RFC 9111 §5.3: an invalid date, especially "0", means already expired
		return p.MinFresh, true
	}
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		date = now
	}
	lifetime := expires.Sub(date)
	if lifetime <= 0 { // subtracting from a very negative value would overflow
		return p.MinFresh, true
	}
	return p.Clamp(lifetime - age(h)), true
}

// age returns how long the response was in a cache on the way (RFC 9111 §5.1).
func age(h http.Header) time.Duration {
	d, _ := deltaSeconds(h.Get("Age"))
	return d
}

// cacheControl reads the supported directives. The smallest of several max-age counts, and an unreadable one counts as
// 0 (RFC 9111 §4.2.1 lets both be taken as stale). s-maxage is ignored: it is for shared caches.
func cacheControl(lines []string) (maxAge time.Duration, found, noReuse bool) {
	for name, value := range directives(strings.Join(lines, ",")) {
		switch strings.ToLower(name) { // RFC 9111 §5.2: names are case-insensitive
		case "no-store":
			noReuse = true
		case "no-cache":
			noReuse = noReuse || value == "" // RFC 9111 §5.2.2.4: with a value it applies to those header fields only
		case "max-age":
			d, ok := deltaSeconds(value)
			if !ok {
				d = 0
			}
			if !found || d < maxAge {
				maxAge, found = d, true
			}
		}
	}
	return maxAge, found, noReuse
}

// directives yields name and value of each directive; a value may be a token or a quoted string, commas included.
func directives(s string) func(yield func(name, value string) bool) {
	return func(yield func(name, value string) bool) {
		for s != "" {
			end, quoted := 0, false
			for ; end < len(s) && (quoted || s[end] != ','); end++ {
				switch {
				case s[end] == '"':
					quoted = !quoted
				case s[end] == '\\' && quoted && end+1 < len(s):
					end++
				}
			}
			name, value, _ := strings.Cut(s[:end], "=")
			s = s[min(end+1, len(s)):]
			name, value = strings.TrimSpace(name), strings.Trim(strings.TrimSpace(value), `"`)
			if name != "" && !yield(name, value) {
				return
			}
		}
	}
}

// deltaSeconds reads RFC 9111 §1.2.2 delta-seconds: digits only. A larger value counts as 2^31.
func deltaSeconds(s string) (time.Duration, bool) {
	s = strings.TrimSpace(s)
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n > 1<<31 {
		n = 1 << 31
	}
	return time.Duration(n) * time.Second, true
}
