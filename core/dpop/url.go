package dpop

import (
	"net"
	"net/url"
	"strings"

	"github.com/revstackhq/auth-go/core/internal/netaddr"
)

// normalize returns an http or https URL without query and fragment, in the one spelling that equal URLs share (RFC
// 3986 §6.2.2 and §6.2.3): scheme and host in lower case, no default port, percent-encodings of unreserved characters
// decoded and others in upper case, no dot segments, and "/" for an empty path. It returns false for anything else.
func normalize(raw string) (string, bool) {
	if isNormal(raw) {
		return raw, true
	}
	return normalizeSlowly(raw)
}

// isNormal reports whether raw is already in that spelling. It recognizes the usual URLs; for some others that are in
// that spelling too, it returns false.
func isNormal(raw string) bool {
	rest, ok := strings.CutPrefix(raw, "https://")
	if !ok {
		if rest, ok = strings.CutPrefix(raw, "http://"); !ok {
			return false
		}
	}
	slash := strings.IndexByte(rest, '/')
	if slash <= 0 {
		return false
	}
	for i := range slash { // no port, no user, no address in brackets
		c := rest[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && c != '-' {
			return false
		}
	}
	path := rest[slash:]
	for i := range len(path) {
		switch c := path[i]; {
		case c <= ' ' || c > '~', c == '%', c == '?', c == '#', c == '\\':
			return false
		case c == '.' && path[i-1] == '/': // perhaps a dot segment; a path begins with a slash
			return false
		}
	}
	return true
}

func normalizeSlowly(raw string) (string, bool) {
	if strings.ContainsFunc(raw, func(r rune) bool { return r <= ' ' || r > '~' || r == '\\' }) {
		return "", false // net/url is more forgiving than RFC 3986
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || u.Opaque != "" {
		return "", false
	}
	scheme, host, port := strings.ToLower(u.Scheme), strings.ToLower(u.Hostname()), u.Port()
	if scheme != "https" && scheme != "http" || netaddr.CheckHost(host) != nil {
		return "", false
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port != "" && port != netaddr.DefaultPort(scheme) {
		host = net.JoinHostPort(strings.Trim(host, "[]"), port)
	}
	path, ok := normalizePath(rawPath(raw, u))
	return scheme + "://" + host + path, ok
}

// rawPath returns the path as it is written. [url.URL.EscapedPath] may choose another encoding.
func rawPath(raw string, u *url.URL) string {
	rest := raw[len(u.Scheme)+len("://"):]
	if end := strings.IndexAny(rest, "?#"); end >= 0 {
		rest = rest[:end]
	}
	if slash := strings.IndexByte(rest, '/'); slash >= 0 {
		return rest[slash:]
	}
	return ""
}

// normalizePath normalizes the encoding first: "%2e" is a dot (RFC 3986 §6.2.2.2).
func normalizePath(path string) (string, bool) {
	if path == "" {
		return "/", true
	}
	var ok bool
	if strings.Contains(path, "%") {
		if path, ok = normalizeEscapes(path); !ok {
			return "", false
		}
	}
	if strings.Contains(path, "/.") {
		path = removeDots(path)
	}
	return path, true
}

func normalizeEscapes(path string) (string, bool) {
	b := make([]byte, 0, len(path))
	for i := 0; i < len(path); i++ {
		if path[i] != '%' {
			b = append(b, path[i])
			continue
		}
		if i+2 >= len(path) {
			return "", false
		}
		high, low := unhex(path[i+1]), unhex(path[i+2])
		if high < 0 || low < 0 {
			return "", false
		}
		if c := byte(high<<4 | low); unreserved(c) { //nolint:gosec // two hexadecimal digits
			b = append(b, c)
		} else {
			b = append(b, '%', hexDigits[high], hexDigits[low])
		}
		i += 2
	}
	return string(b), true
}

const hexDigits = "0123456789ABCDEF"

func unhex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	default:
		return -1
	}
}

// unreserved characters mean the same with and without percent-encoding (RFC 3986 §2.3).
func unreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '-' || c == '.' || c == '_' || c == '~'
}

// removeDots removes dot segments (RFC 3986 §5.2.4). It keeps empty segments, because a path without them is a
// different path.
func removeDots(path string) string {
	var kept []string
	segments := strings.Split(path[1:], "/")
	for i, s := range segments {
		last := i == len(segments)-1
		switch s {
		case ".", "..":
			if s == ".." && len(kept) > 0 {
				kept = kept[:len(kept)-1]
			}
			if last {
				kept = append(kept, "")
			}
		default:
			kept = append(kept, s)
		}
	}
	return "/" + strings.Join(kept, "/")
}
