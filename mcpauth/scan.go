package mcpauth

import (
	"encoding/json"
	"strings"
)

// members calls visit for each member of a JSON object that is known to be valid. It
// refuses a second member of the same name, of which readers take the first or the last,
// and a member that differs from an expected one only in case, which encoding/json takes
// for it.
func members(object []byte, expected []string, visit func(name string, value []byte)) *problem {
	seen := map[string]struct{}{}
	for rest := next(object[1:]); rest[0] != '}'; {
		var key, value []byte
		key, rest = split(rest)
		rest = next(rest) // the colon
		value, rest = split(rest)
		rest = next(rest)
		if rest[0] == ',' {
			rest = next(rest[1:])
		}
		var name string
		if json.Unmarshal(key, &name) != nil {
			return invalid("the name of a member can't be read") // not reached: the object is valid
		}
		if _, twice := seen[name]; twice {
			return invalid("a JSON object has two members of the same name")
		}
		seen[name] = struct{}{}
		for _, e := range expected {
			if name != e && strings.EqualFold(name, e) {
				return invalid("the message has a member whose name differs only in case from " + e)
			}
		}
		visit(name, value)
	}
	return nil
}

// elements calls visit for each element of a JSON array that is known to be valid.
func elements(array []byte, visit func(value []byte) *problem) *problem {
	for rest := next(array[1:]); rest[0] != ']'; {
		var value []byte
		value, rest = split(rest)
		if err := visit(value); err != nil {
			return err
		}
		if rest = next(rest); rest[0] == ',' {
			rest = next(rest[1:])
		}
	}
	return nil
}

// next skips white space and a colon.
func next(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t' || b[0] == '\r' || b[0] == '\n' || b[0] == ':') {
		b = b[1:]
	}
	return b
}

// split returns the JSON value at the start of b, and what follows it.
func split(b []byte) (value, rest []byte) {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			i = stringEnd(b, i)
			if depth == 0 {
				return b[:i+1], b[i+1:]
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 { // the end of the object or array around a number or literal
				return b[:i], b[i:]
			}
			if depth--; depth == 0 {
				return b[:i+1], b[i+1:]
			}
		case ',', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return b[:i], b[i:]
			}
		}
	}
	return b, nil
}

// stringEnd returns the index of the quote that ends the string at b[start].
func stringEnd(b []byte, start int) int {
	i := start + 1
	for i < len(b) && b[i] != '"' {
		if b[i] == '\\' {
			i++
		}
		i++
	}
	return min(i, len(b)-1)
}

func trimSpace(b []byte) []byte {
	b = next(b)
	for len(b) > 0 && strings.IndexByte(" \t\r\n", b[len(b)-1]) >= 0 {
		b = b[:len(b)-1]
	}
	return b
}
