// Package strictjson reads configuration from JSON. The program gets exactly what
// a person reads in the document: names are case-sensitive, and duplicates,
// unknown members and null are refused. A member that is present but empty is
// refused too, because an unset variable in a template must not waive a check.
// Every mistake is reported, with its position.
package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

const maxDepth = 64

// Document is a JSON object with the positions of its parts.
type Document struct {
	data []byte
	root node
}

// node is a value and its position.
type node struct {
	kind       byte // its first byte, '0' for every number
	start, end int
	members    []member
	elements   []node
}

type member struct {
	name  string
	start int
	node  node
}

// Problem is a mistake in a document.
type Problem struct {
	Path   string // of the member, such as claimRules[0].claim; "" for the document
	Offset int
	Reason string
	Empty  bool // the value is present, but empty
	// Unknown says that the struct has no such member.
	Unknown bool
}

// Parse reads one JSON object with nothing after it.
func Parse(data []byte) (*Document, []Problem) {
	p := parser{data: data, decoder: json.NewDecoder(bytes.NewReader(data))}
	root, err := p.value("", maxDepth)
	if err == nil && p.more() {
		err = &syntaxError{p.start(), "has something after the object"}
	}
	if err == nil && root.kind != '{' {
		err = &syntaxError{root.start, "is not a JSON object"}
	}
	if err != nil {
		return nil, []Problem{{Offset: p.offsetOf(err), Reason: reasonOf(err)}}
	}
	if len(p.problems) > 0 {
		return nil, p.problems
	}
	// what encoding/json repairs: half surrogates, bad UTF-8
	if _, err := jose.ParseObject(data, jose.Limits{}); err != nil {
		var format *jose.FormatError
		reason := err.Error()
		if errors.As(err, &format) {
			reason = format.Reason
		}
		return nil, []Problem{{Reason: "is not strict JSON: " + reason}}
	}
	return &Document{data, root}, nil
}

type syntaxError struct {
	offset int
	reason string
}

func (e *syntaxError) Error() string { return e.reason }

type parser struct {
	data     []byte
	decoder  *json.Decoder
	problems []Problem
}

// start is where the next token begins.
func (p *parser) start() int {
	at := int(p.decoder.InputOffset())
	for at < len(p.data) && strings.IndexByte(" \t\r\n,:", p.data[at]) >= 0 {
		at++
	}
	return at
}

func (p *parser) more() bool { return p.start() < len(p.data) }

func (p *parser) value(path string, depth int) (node, error) {
	n := node{start: p.start()}
	if depth == 0 {
		return n, &syntaxError{n.start, "is nested too deeply"}
	}
	token, err := p.decoder.Token()
	if err != nil {
		return n, err
	}
	n.kind = p.data[n.start]
	switch token {
	case json.Delim('{'):
		err = p.object(&n, path, depth-1)
	case json.Delim('['):
		for err == nil && p.decoder.More() {
			var element node
			element, err = p.value(path+"["+strconv.Itoa(len(n.elements))+"]", depth-1)
			n.elements = append(n.elements, element)
		}
		if err == nil {
			_, err = p.decoder.Token()
		}
	}
	if _, isNumber := token.(float64); isNumber {
		n.kind = '0'
	}
	n.end = int(p.decoder.InputOffset())
	return n, err
}

func (p *parser) object(n *node, path string, depth int) error {
	seen := map[string]bool{}
	for p.decoder.More() {
		m := member{start: p.start()}
		token, err := p.decoder.Token()
		if err != nil {
			return err
		}
		m.name, _ = token.(string)
		at := join(path, m.name)
		if seen[m.name] {
			p.problems = append(p.problems, Problem{Path: at, Offset: m.start, Reason: "is in the object twice: keep one"})
		}
		seen[m.name] = true
		if m.node, err = p.value(at, depth); err != nil {
			return err
		}
		n.members = append(n.members, m)
	}
	_, err := p.decoder.Token()
	return err
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func (p *parser) offsetOf(err error) int {
	var own *syntaxError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &own):
		return own.offset
	case errors.As(err, &syntax):
		// A Decoder counts the bytes of values only; Unmarshal counts all.
		var whole json.RawMessage
		if errors.As(json.Unmarshal(p.data, &whole), &syntax) {
			return max(int(syntax.Offset)-1, 0)
		}
		return p.start()
	default:
		return p.start()
	}
}

func reasonOf(err error) string {
	var own *syntaxError
	switch {
	case errors.As(err, &own):
		return own.reason
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "is not a JSON object: it ends too early"
	default:
		return "is not a JSON object: " + strings.TrimPrefix(err.Error(), "json: ")
	}
}

// Has reports whether the object has a member of exactly this name.
func (d *Document) Has(name string) bool { return d.root.member(name) != nil }

// Text returns the string that is the member's value, "" if it is not a string.
func (d *Document) Text(name string) string {
	var text string
	if m := d.root.member(name); m != nil && m.node.kind == '"' {
		_ = json.Unmarshal(d.data[m.node.start:m.node.end], &text) // parsed before
	}
	return text
}

// Names returns the members' names in the order written.
func (d *Document) Names() []string {
	names := make([]string, len(d.root.members))
	for i, m := range d.root.members {
		names[i] = m.name
	}
	return names
}

func (n *node) member(name string) *member {
	for i := range n.members {
		if n.members[i].name == name {
			return &n.members[i]
		}
	}
	return nil
}

// Position returns the line and column, starting at 1, of the member at path. If
// the document does not have the whole path, it returns the position of the
// deepest part that the document has, and 0, 0 if there is none. Columns count
// bytes. If path is several paths separated by ", ", Position uses the first one.
func (d *Document) Position(path string) (line, column int) {
	path, _, _ = strings.Cut(path, ", ")
	first, rest := cutPath(path)
	m := d.root.member(first)
	if m == nil {
		return 0, 0
	}
	at, n := m.start, &m.node
	for rest != "" {
		first, rest = cutPath(rest)
		if index, err := strconv.Atoi(strings.Trim(first, "[]")); err == nil && first[0] == '[' {
			if index < 0 || index >= len(n.elements) {
				break
			}
			n = &n.elements[index]
			at = n.start
			continue
		}
		if m = n.member(first); m == nil {
			break
		}
		at, n = m.start, &m.node
	}
	return LineColumn(d.data, at)
}

// cutPath splits off the first part of a path: a name, or an index in brackets.
func cutPath(path string) (first, rest string) {
	if path == "" {
		return "", ""
	}
	end := strings.IndexAny(path[1:], ".[") + 1
	if end == 0 {
		return path, ""
	}
	return path[:end], strings.TrimPrefix(path[end:], ".")
}

// LineColumn converts an offset to a line and a column, both starting at 1.
func LineColumn(data []byte, offset int) (line, column int) {
	before := data[:min(offset, len(data))]
	return bytes.Count(before, []byte("\n")) + 1, len(before) - bytes.LastIndexByte(before, '\n')
}

// Offset is the inverse of [LineColumn].
func Offset(data []byte, line, column int) int {
	start := 0
	for range line - 1 {
		newline := bytes.IndexByte(data[start:], '\n')
		if newline < 0 {
			break
		}
		start += newline + 1
	}
	return min(start+column-1, len(data))
}
