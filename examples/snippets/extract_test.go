package snippets_test

import (
	"errors"
	"fmt"
	"strings"
)

// snippet is one block of Go in a page.
type snippet struct {
	file    string
	line    int    // of the block's first line of code
	wrapper string // "" if the page names none
	code    string
}

func (s snippet) at() string { return fmt.Sprintf("%s:%d", s.file, s.line) }

// extract finds the Go blocks of a page, fenced as CommonMark 0.31 §4.5 says,
// and reports all mistakes at once.
func extract(file, text string) ([]snippet, error) {
	e := extraction{file: file}
	for i, line := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		e.read(i+1, line)
	}
	switch {
	case e.open != nil:
		e.fault(e.open.line, "this code block is never closed")
	case e.note != nil:
		e.fault(e.note.line, "no Go block follows this comment")
	}
	return e.found, errors.Join(e.faults...)
}

type extraction struct {
	file   string
	open   *fence
	note   *note // the comment that waits for its block
	found  []snippet
	faults []error
}

type fence struct {
	mark   string // its own backticks or tildes; the closing ones are as many or more
	indent int
	golang bool
	line   int
	code   []string
}

type note struct {
	wrapper string
	line    int
}

func (e *extraction) fault(line int, format string, args ...any) {
	e.faults = append(e.faults, fmt.Errorf("%s:%d: %s", e.file, line, fmt.Sprintf(format, args...)))
}

func (e *extraction) read(number int, line string) {
	if e.open != nil {
		e.inside(line)
		return
	}
	text := strings.TrimSpace(line)
	if f := opening(line); f != nil {
		f.line = number
		e.open = f
		if !f.golang {
			e.unfollowed()
		}
		return
	}
	if text == "" {
		return
	}
	e.unfollowed()
	if rest, ok := strings.CutPrefix(text, "<!-- snippet:"); ok {
		wrapper, ok := strings.CutSuffix(rest, "-->")
		if !ok {
			e.fault(number, "the comment must end on its line")
		}
		e.note = &note{strings.TrimSpace(wrapper), number}
	}
}

// unfollowed reports a comment that is not followed by a Go block.
func (e *extraction) unfollowed() {
	if e.note != nil {
		e.fault(e.note.line, "no Go block follows this comment")
		e.note = nil
	}
}

// inside reads a line of a block.
func (e *extraction) inside(line string) {
	f := e.open
	if text := strings.TrimSpace(line); strings.HasPrefix(text, f.mark) && strings.Trim(text, f.mark[:1]) == "" {
		e.open = nil
		if f.golang {
			e.close(f)
		}
		return
	}
	for range f.indent { // a block in a list is indented as its fence is
		line = strings.TrimPrefix(line, " ")
	}
	f.code = append(f.code, line)
}

func (e *extraction) close(f *fence) {
	s := snippet{file: e.file, line: f.line + 1, code: strings.Join(f.code, "\n") + "\n"}
	if e.note != nil {
		s.wrapper = e.note.wrapper
		e.note = nil
	}
	if strings.TrimSpace(s.code) == "" {
		e.fault(f.line, "this code block is empty")
		return
	}
	e.found = append(e.found, s)
}

func opening(line string) *fence {
	text := strings.TrimLeft(line, " ")
	for _, c := range []string{"`", "~"} {
		info := strings.TrimLeft(text, c)
		n := len(text) - len(info)
		if n < 3 || c == "`" && strings.Contains(info, "`") {
			continue
		}
		language, _, _ := strings.Cut(strings.TrimSpace(info), " ")
		return &fence{mark: text[:n], indent: len(line) - len(text), golang: language == "go" || language == "golang"}
	}
	return nil
}
