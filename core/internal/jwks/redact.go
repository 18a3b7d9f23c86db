package jwks

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// shownBytes limits how much text of an attacker gets into errors and events.
const shownBytes = 64

// redactURL removes the parts that may contain a secret: userinfo, query and fragment.
func redactURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "(unreadable URL)"
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// printable returns at most limit bytes of s, without characters that could forge a log line.
func printable(s string, limit int) string {
	tail := ""
	if len(s) > limit {
		s, tail = s[:limit], "…"
	}
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s) + tail
}

// scrubbed is an error whose text has the secrets of a URL removed. errors.Is still finds the original error.
type scrubbed struct {
	text string
	err  error
}

func (s *scrubbed) Error() string { return s.text }
func (s *scrubbed) Unwrap() error { return s.err }

// scrub removes the secret parts of raw from err's text: a supplied http.RoundTripper may quote the URL.
func scrub(err error, raw string) error {
	text := err.Error()
	if u, perr := url.Parse(raw); perr == nil {
		text = strings.ReplaceAll(text, raw, redactURL(raw))
		if pass, ok := u.User.Password(); ok && pass != "" {
			text = strings.ReplaceAll(text, pass, "REDACTED")
		}
		if u.RawQuery != "" {
			text = strings.ReplaceAll(text, u.RawQuery, "REDACTED")
		}
	}
	text = printable(text, 512)
	if text == err.Error() {
		return err
	}
	return &scrubbed{text: text, err: err}
}
