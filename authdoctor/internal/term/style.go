// Package term writes for people at a terminal: aligned, wrapped, and with color
// only where it is wanted. Text from outside passes through [Safe].
package term

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Style says whether to use color.
type Style struct{ Color bool }

// Good marks text about something that is correct.
func (s Style) Good(text string) string { return s.paint("32", text) }

// Bad marks text about something that is refused or broken.
func (s Style) Bad(text string) string { return s.paint("1;31", text) }

// Warn marks text about something that may be wrong.
func (s Style) Warn(text string) string { return s.paint("33", text) }

// Bold marks a heading.
func (s Style) Bold(text string) string { return s.paint("1", text) }

// Dim marks text that is less important.
func (s Style) Dim(text string) string { return s.paint("2", text) }

func (s Style) paint(code, text string) string {
	if !s.Color || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// Safe returns text from a token, a file or the network so that it cannot move
// the cursor, change colors or reverse the direction of a line: whatever is not
// printable is escaped.
func Safe(text string) string { return escape(text, "") }

// SafeLines is [Safe] for text of several lines: line breaks are kept.
func SafeLines(text string) string { return escape(text, "\n") }

func escape(text, keep string) string {
	var b strings.Builder
	for i, r := range text {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError)):
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case unicode.IsPrint(r), strings.ContainsRune(keep, r):
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}
