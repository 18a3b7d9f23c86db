package term

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// Page collects the output of a command, so that it is written at once.
type Page struct {
	Style
	b strings.Builder
}

// Width is the number of columns that text is wrapped to.
const Width = 100

// String returns what was written so far.
func (p *Page) String() string { return p.b.String() }

// Line writes one line as it is.
func (p *Page) Line(parts ...string) { p.b.WriteString(strings.Join(parts, "") + "\n") }

// Heading begins a section: it writes the title, after an empty line unless the section is the first.
func (p *Page) Heading(title string) {
	if p.b.Len() > 0 {
		p.b.WriteByte('\n')
	}
	p.Line(p.Bold(title))
}

// Text writes text, wrapped and indented; the first line begins with mark, and
// the others are aligned with what follows it.
func (p *Page) Text(indent int, mark, text string) {
	margin := strings.Repeat(" ", indent)
	for i, line := range wrap(text, Width-indent-visible(mark)) {
		if i == 1 {
			mark = strings.Repeat(" ", visible(mark))
		}
		p.Line(margin, mark, line)
	}
}

// Block writes lines as they are, indented.
func (p *Page) Block(indent int, lines string) {
	margin := strings.Repeat(" ", indent)
	for line := range strings.SplitSeq(strings.TrimRight(lines, "\n"), "\n") {
		p.Line(strings.TrimRight(margin+line, " "))
	}
}

// Table writes rows with aligned columns, two spaces apart. The last column is
// wrapped where a row is too long.
func (p *Page) Table(indent int, rows ...[]string) {
	var widths []int
	for _, row := range rows {
		for i := range len(row) - 1 {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], visible(row[i]))
		}
	}
	for _, row := range rows {
		var mark strings.Builder
		for i, cell := range row[:len(row)-1] {
			mark.WriteString(cell + strings.Repeat(" ", widths[i]-visible(cell)+2))
		}
		last := row[len(row)-1]
		if last == "" {
			p.Line(strings.TrimRight(strings.Repeat(" ", indent)+mark.String(), " "))
			continue
		}
		p.Text(indent, mark.String(), last)
	}
}

var color = regexp.MustCompile("\x1b\\[[0-9;]*m")

// visible is the number of columns that s takes.
func visible(s string) int { return utf8.RuneCountInString(color.ReplaceAllString(s, "")) }

// wrap breaks text at spaces into lines of at most width columns; a longer word
// stays whole, so that it can be copied.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case visible(line)+1+visible(word) > width:
			lines = append(lines, line)
			line = word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}
