package cli

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/revstackhq/auth-go/authdoctor/internal/term"
	"github.com/revstackhq/auth-go/core"
)

// showMistakes writes the mistakes in a configuration. If it came from a file,
// each mistake is shown with its line.
func showMistakes(p *term.Page, mistakes []*core.ConfigError, file []byte) {
	lines := strings.Split(string(file), "\n")
	for i, e := range mistakes {
		if i > 0 {
			p.Line()
		}
		where := ""
		if e.Line > 0 {
			where = fmt.Sprintf("  line %d, column %d", e.Line, e.Column)
		}
		field := term.Safe(e.Field)
		if e.Value != "" {
			field += " " + term.Safe(e.Value)
		}
		p.Line("  ", p.Bold(field), p.Dim(fmt.Sprintf("  %s%s", e.Kind, where)))
		if text, column, ok := excerpt(lines, e); ok {
			p.Line(p.Dim(fmt.Sprintf("    %d | ", e.Line)), text)
			p.Line(strings.Repeat(" ", len(fmt.Sprintf("    %d | ", e.Line))+column), p.Bad("^"))
		}
		p.Text(4, "", term.Safe(e.Reason))
	}
	if len(mistakes) > 0 {
		p.Line()
		p.Line("  ", p.Dim(mistakes[0].DocURL()))
	}
}

// excerpt returns the line that e is about, and the column of the mistake in it.
// A line that may hold a secret is not shown.
func excerpt(lines []string, e *core.ConfigError) (text string, column int, ok bool) {
	if e.Line < 1 || e.Line > len(lines) || strings.Contains(strings.ToLower(lines[e.Line-1]), "secret") {
		return "", 0, false
	}
	line := strings.TrimRight(lines[e.Line-1], "\r")
	line, before := masked(line, min(max(e.Column-1, 0), len(line)), e.Value)
	indent := min(len(line)-len(strings.TrimLeft(line, " \t")), before)
	const most = 80
	start := indent
	if before-start > most/2 {
		start = before - most/2
	}
	end := min(len(line), start+most)
	text = term.Safe(strings.ToValidUTF8(line[start:end], "?"))
	return text, len([]rune(term.Safe(strings.ToValidUTF8(line[start:before], "?")))), true
}

// part matches a part of a line of JSON: a string, the last one perhaps without its end, or what is between strings.
var part = regexp.MustCompile(`^(?:"(?:[^"\\]|\\.)*(?:"|\\?$)|[][ \t{}:,0-9.+-]|true|false|null)`)

// masked returns a line without the text of its strings, and where the byte at the index column is in it. Names are
// kept, and so is the value of the mistake, which core has made fit to be shown. Any other string may be a secret, such
// as the value of a misspelled member or a URL with a password, and so may text that is not JSON.
func masked(line string, column int, value string) (text string, at int) {
	var b strings.Builder
	for rest := line; rest != ""; {
		if len(line)-len(rest) <= column {
			at = b.Len()
		}
		found := part.FindString(rest)
		rest = rest[len(found):]
		isName := strings.HasPrefix(strings.TrimLeft(rest, " \t"), ":")
		switch {
		case found == "":
			return b.String() + "…", at
		case found[0] != '"', isName, found == value, found == `""`:
			b.WriteString(found)
		default:
			b.WriteString(`"…"`)
		}
	}
	if column >= len(line) {
		at = b.Len()
	}
	return b.String(), at
}
