package faults

import (
	"fmt"
	"net/url"
	"strings"
)

// Shown is a configured value in the form that an error may show. It is a type
// of its own so that no value gets into an error unquoted: see [Show] and [Plain].
type Shown string

// Show quotes a configured value for an error or a log. It shortens the value,
// which may be of any length, and removes credentials from a URL.
func Show(s string) Shown {
	const most = 96
	s = withoutUserInfo(s)
	if len(s) > most {
		return Shown(fmt.Sprintf("%q…", s[:most]))
	}
	return Shown(fmt.Sprintf("%q", s))
}

// Plain shows a number, a duration or a boolean.
func Plain[T ~int | ~int64 | ~uint | ~float64 | ~bool](v T) Shown { return Shown(fmt.Sprint(v)) }

// withoutUserInfo removes what precedes an @ in a URL's authority (RFC 3986
// §3.2.1), also where the rest is too malformed for net/url.
func withoutUserInfo(s string) string {
	before, _, found := strings.Cut(s, "@")
	if !found {
		return s
	}
	start := 0
	if i := strings.Index(s, "://"); i >= 0 {
		start = i + len("://")
	} else if u, err := url.Parse(s); err == nil && u.Opaque != "" {
		start = len(u.Scheme) + 1 // https:user:password@host
	} else if !strings.Contains(before, ":") {
		return s // an e-mail address, or the like
	}
	end := len(s)
	if i := strings.IndexAny(s[start:], "/?#"); i >= 0 {
		end = start + i
	}
	// A slash in an unescaped password would end the authority early.
	if at := strings.LastIndex(s, "@"); at >= end && strings.Contains(s[start:at], ":") {
		end = at + 1
	}
	at := strings.LastIndex(s[start:end], "@")
	if at < 0 {
		return s
	}
	return s[:start] + "[REDACTED]" + s[start+at:]
}
