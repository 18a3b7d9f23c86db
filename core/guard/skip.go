package guard

import (
	"net/url"
	"strings"

	"github.com/revstackhq/auth-go/core/internal/faults"
)

// Skip bypasses the guard for requests for which skip returns true, e.g. health
// checks. Their context has no session, even if the request carries a token. skip
// is not called for a path that two routers could interpret differently, see
// [SkipPaths]: such a request is always guarded. List what is skipped, not what is
// guarded, because routers may ignore case or a trailing slash.
func Skip(skip func(Request) bool) Option {
	return option(func(s *settings) {
		if skip == nil {
			s.faults.Missing("Skip", "is nil: leave the option out to skip no requests")
		}
		s.skip = skip
	})
}

// SkipPaths bypasses the guard for requests for these paths. A path is written
// unescaped, as in a route: "/health" is that path alone, "/public/*" is every
// path below /public. Case matters. It can be combined with [Skip]: a request
// that either option names is skipped.
//
// A request is always guarded, regardless of these options, if its path has a
// ".", ".." or empty segment (a trailing slash makes one), a backslash, a
// control character, or a percent-encoded slash, backslash, percent sign,
// letter, digit, or one of "-._~".
func SkipPaths(paths ...string) Option {
	return option(func(s *settings) {
		if len(paths) == 0 {
			s.faults.Missing("SkipPaths", "names no path: leave the option out to skip no requests")
		}
		for _, path := range paths {
			if reason := checkSkipPath(path); reason != "" {
				s.faults.Invalid("SkipPaths", faults.Show(path), "%s", reason)
			}
		}
		s.skipPaths = append(s.skipPaths, paths...)
	})
}

// checkSkipPath returns what is wrong with a path of SkipPaths, "" if nothing is.
func checkSkipPath(path string) string {
	exact := strings.TrimSuffix(path, "/*")
	escaped := (&url.URL{Path: exact}).EscapedPath()
	switch {
	case path == "/*":
		return "would skip every request: mount the guard on the routes that need it"
	case !strings.HasPrefix(path, "/"):
		return `must begin with "/"`
	case strings.ContainsAny(exact, "*{}") || strings.Contains(exact, "/:"):
		return `is compared literally: only a last segment "/*" matches other paths`
	case strings.Contains(exact, "%"):
		return "must be written unescaped"
	case len(path) > 1 && strings.HasSuffix(path, "/"):
		return `must not end with "/": a path with a trailing slash is always guarded. Write ` + quoted(path+"*") +
			" for all paths below"
	case !isUnambiguousPath(escaped):
		return `has a ".", ".." or empty segment, a backslash or a control character: such a path is always guarded`
	}
	return ""
}

// skips reports whether the request bypasses the guard.
func (g *settings) skips(r Request) bool {
	if g.skip == nil && len(g.skipPaths) == 0 {
		return false
	}
	path := r.Path()
	return isUnambiguousPath(path) && (g.skipsPath(path) || g.skip != nil && g.skip(r))
}

func (g *settings) skipsPath(path string) bool {
	if len(g.skipPaths) == 0 {
		return false
	}
	path, err := url.PathUnescape(path)
	if err != nil {
		return false
	}
	for _, skipped := range g.skipPaths {
		below, isPrefix := strings.CutSuffix(skipped, "*")
		if path == skipped || isPrefix && strings.HasPrefix(path, below) {
			return true
		}
	}
	return false
}

// isUnambiguousPath reports whether every router interprets an escaped path in the
// same way, whether it matches the raw or the decoded form, cleans the path or
// merges slashes. Otherwise a path that looks like a skipped one may be routed to a
// guarded handler ("/admin/..%2Fhealth").
func isUnambiguousPath(path string) bool {
	if path == "/" {
		return true
	}
	rest, rooted := strings.CutPrefix(path, "/")
	if !rooted {
		return false
	}
	for segment := range strings.SplitSeq(rest, "/") {
		if segment == "" || segment == "." || segment == ".." || !isUnambiguousSegment(segment) {
			return false
		}
	}
	return true
}

func isUnambiguousSegment(segment string) bool {
	for i := 0; i < len(segment); i++ {
		switch c := segment[i]; {
		case c <= ' ' || c >= 0x7f || c == '\\' || c == '?' || c == '#':
			return false // must be escaped (RFC 3986 §3.3); routers differ
		case c == '%':
			decoded, ok := unescaped(segment[i:])
			// Normal clients escape only octets that need it. An escaped unreserved
			// octet equals the plain one (RFC 3986 §2.3) for routers that decode
			// the path, and differs from it for those that do not.
			if !ok || decoded < ' ' || decoded == 0x7f || strings.IndexByte(`/\%`, decoded) >= 0 || isUnreserved(decoded) {
				return false
			}
			i += 2
		}
	}
	return true
}

// unescaped returns the octet of the "%XX" at the start of s.
func unescaped(s string) (byte, bool) {
	if len(s) < 3 {
		return 0, false
	}
	decoded, err := url.PathUnescape(s[:3])
	if err != nil {
		return 0, false
	}
	return decoded[0], true
}

// isUnreserved reports whether c is an unreserved character (RFC 3986 §2.3).
func isUnreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0
}
