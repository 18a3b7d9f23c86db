// Package fault writes the sentences of configuration errors. Core and the
// presets share it, so that both name fields and show values alike.
package fault

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// A field that a sentence refers to is written {FieldName}. Issuer templates
// have braces too, around a claim in lower case.
var reference = regexp.MustCompile(`\{([A-Z][A-Za-z0-9]*)\}`)

// Reason fills args into format and returns the sentence, and the fields that
// it refers to as {FieldName}. Braces in args are left alone.
func Reason(format string, args ...any) (sentence string, fields []string) {
	for _, m := range reference.FindAllStringSubmatch(format, -1) {
		fields = append(fields, m[1])
	}
	return fmt.Sprintf(reference.ReplaceAllString(format, "$1"), args...), fields
}

// Value quotes a configured value for an error or a log. It shortens the value,
// which may be as long as a caller likes, and takes credentials out of a URL.
func Value(s string) string {
	const most = 96
	s = withoutUserInfo(s)
	if len(s) > most {
		return fmt.Sprintf("%q…", s[:most])
	}
	return fmt.Sprintf("%q", s)
}

// withoutUserInfo removes the part before an @ in a URL's authority (RFC 3986
// §3.2.1), also where the rest is too broken for net/url.
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
