package jose

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	maxPathSegments = 8
	maxPathLen      = 256
)

// Faults of a claim path.
var (
	errPathEmpty    = errors.New("claim path is empty")
	errPathLong     = errors.New("claim path is longer than 256 bytes")
	errPathDeep     = errors.New("claim path has more than 8 segments")
	errPathSegment  = errors.New("claim path has an empty segment")
	errPathUTF8     = errors.New("claim path is not valid UTF-8")
	errPathDangling = errors.New(`claim path ends in the middle of an escape`)
	errPathEscape   = errors.New(`claim path has an unknown escape: only \. and \\ are known`)
	errPathPointer  = errors.New("claim path has an unknown escape: a JSON Pointer knows only ~0 and ~1")
)

// Path addresses a claim. The zero Path addresses nothing.
type Path struct {
	source   string
	segments []string
	pointer  bool
}

// ParsePath reads a path in one of three forms:
//
//   - "/a/b": a JSON Pointer (RFC 6901); a decimal token also indexes an array.
//   - anything else with a slash or a colon: one top-level name, as in https://example.com/roles or cognito:groups.
//   - "a.b": nested names, where \. is a dot inside a name and \\ is a backslash.
func ParsePath(s string) (Path, error) {
	switch {
	case s == "":
		return Path{}, errPathEmpty
	case len(s) > maxPathLen:
		return Path{}, errPathLong
	case !utf8.ValidString(s):
		return Path{}, errPathUTF8
	}
	p := Path{source: s}
	var err error
	switch {
	case s[0] == '/':
		p.pointer = true
		p.segments, err = pointerTokens(s[1:])
	case strings.ContainsAny(s, "/:"):
		p.segments = []string{s}
	default:
		p.segments, err = dottedNames(s)
	}
	if err != nil {
		return Path{}, err
	}
	if len(p.segments) > maxPathSegments {
		return Path{}, errPathDeep
	}
	if slices.Contains(p.segments, "") {
		return Path{}, errPathSegment
	}
	return p, nil
}

// pointerTokens splits a JSON Pointer without its first slash (RFC 6901 §3).
func pointerTokens(s string) ([]string, error) {
	tokens := strings.Split(s, "/")
	for i, token := range tokens {
		name := make([]byte, 0, len(token))
		for j := 0; j < len(token); j++ {
			if token[j] != '~' {
				name = append(name, token[j])
				continue
			}
			j++
			switch {
			case j == len(token):
				return nil, errPathDangling
			case token[j] == '0':
				name = append(name, '~')
			case token[j] == '1':
				name = append(name, '/')
			default:
				return nil, errPathPointer
			}
		}
		tokens[i] = string(name)
	}
	return tokens, nil
}

func dottedNames(s string) ([]string, error) {
	var names []string
	name := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '.':
			names = append(names, string(name))
			name = name[:0]
		case '\\':
			i++
			switch {
			case i == len(s):
				return nil, errPathDangling
			case s[i] != '.' && s[i] != '\\':
				return nil, errPathEscape
			}
			name = append(name, s[i])
		default:
			name = append(name, s[i])
		}
	}
	return append(names, string(name)), nil
}

// String returns the path as it was written.
func (p Path) String() string { return p.source }

// In returns the value that p addresses in o, and false if there is none.
func (p Path) In(o Object) (Value, bool) {
	if len(p.segments) == 0 {
		return Value{}, false
	}
	v, found := o.Lookup(p.segments[0])
	for _, segment := range p.segments[1:] {
		if !found {
			break
		}
		if p.pointer && v.Kind() == KindArray {
			v, found = v.element(segment)
		} else {
			v, found = v.member(segment)
		}
	}
	return v, found
}

// element returns the array element at the index token, a decimal number without leading zeros (RFC 6901 §4).
func (v Value) element(token string) (Value, bool) {
	if len(token) > 1 && token[0] == '0' {
		return Value{}, false
	}
	index := 0
	for i := range len(token) {
		if !isDigit(token[i]) || index > len(v.raw) { // an array has fewer elements than bytes
			return Value{}, false
		}
		index = index*10 + int(token[i]-'0')
	}
	c := cursor{data: v.raw}
	for c.open(); c.more(); index-- {
		element := c.skip()
		if c.fault {
			break
		}
		if index == 0 {
			return Value{raw: element}, true
		}
	}
	return Value{}, false
}
