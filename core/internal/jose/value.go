package jose

import (
	"bytes"
	"iter"
	"math"
	"strings"
)

// Kind says what a JSON value is.
type Kind uint8

// The kinds of JSON values (RFC 8259 §3); KindInvalid is the zero Value.
const (
	KindInvalid Kind = iota
	KindNull
	KindBool
	KindNumber
	KindString
	KindArray
	KindObject
)

// Value is one validated JSON value. It aliases the document it came from.
type Value struct{ raw []byte }

// Kind returns the kind of v; its first byte decides.
func (v Value) Kind() Kind {
	if len(v.raw) == 0 {
		return KindInvalid
	}
	switch v.raw[0] {
	case '"':
		return KindString
	case '{':
		return KindObject
	case '[':
		return KindArray
	case 't', 'f':
		return KindBool
	case 'n':
		return KindNull
	default:
		return KindNumber
	}
}

// Raw returns the bytes of v as written. They must not be modified.
func (v Value) Raw() []byte { return v.raw }

// Text returns a string with its escapes resolved, and false if v is not a string.
func (v Value) Text() (string, bool) {
	inside, ok := v.inside()
	if !ok {
		return "", false
	}
	if bytes.IndexByte(inside, '\\') < 0 {
		return string(inside), true
	}
	text, ok := appendText(make([]byte, 0, len(inside)), inside)
	return string(text), ok
}

// TextBytes is Text without a copy where the string has no escapes. The bytes must not be modified.
func (v Value) TextBytes() ([]byte, bool) {
	inside, ok := v.inside()
	if !ok || bytes.IndexByte(inside, '\\') < 0 {
		return inside, ok
	}
	return appendText(make([]byte, 0, len(inside)), inside)
}

// TextIs reports whether v is a string equal to s.
func (v Value) TextIs(s string) bool {
	inside, ok := v.inside()
	return ok && textEquals(inside, s)
}

// inside returns the text between the quotes of a string.
func (v Value) inside() ([]byte, bool) {
	if v.Kind() != KindString {
		return nil, false
	}
	return v.raw[1 : len(v.raw)-1], true
}

// Bool returns a boolean; ok is false if v is not a boolean.
func (v Value) Bool() (value, ok bool) {
	if v.Kind() != KindBool {
		return false, false
	}
	return v.raw[0] == 't', true
}

// Texts returns a list of strings that may be written as a single string (the form of aud, RFC 7519 §4.1.3). It
// returns false for anything else, including an array with an element that is not a string.
func (v Value) Texts() ([]string, bool) {
	if v.Kind() != KindArray {
		text, ok := v.Text()
		if !ok {
			return nil, false
		}
		return []string{text}, true
	}
	texts := []string{}
	for element := range v.Elements() {
		text, ok := element.Text()
		if !ok {
			return nil, false
		}
		texts = append(texts, text)
	}
	return texts, true
}

// HasText reports whether v is the string s, or an array that contains s and only strings.
func (v Value) HasText(s string) bool {
	if v.Kind() != KindArray {
		return v.TextIs(s)
	}
	found := false
	c := cursor{data: v.raw}
	for c.open(); c.more(); {
		element := Value{raw: c.skip()}
		if element.Kind() != KindString {
			return false
		}
		found = found || element.TextIs(s)
	}
	return found && !c.fault
}

// Words is Texts, but splits a single string at its spaces (the form of scope, RFC 6749 §3.3).
func (v Value) Words() ([]string, bool) {
	text, ok := v.Text()
	if !ok {
		return v.Texts()
	}
	return strings.FieldsFunc(text, func(r rune) bool { return r == ' ' }), true
}

// Object indexes a nested object, and returns false if v is not an object. It parses the object on each call, so keep
// the result.
func (v Value) Object() (Object, bool) {
	if v.Kind() != KindObject {
		return Object{}, false
	}
	// The limits were applied to the whole document before.
	object, err := ParseObject(v.raw, Limits{MaxDepth: math.MaxInt, MaxMembers: math.MaxInt})
	return object, err == nil
}

// Elements iterates over the elements of an array, in order. It yields nothing for other kinds.
func (v Value) Elements() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		if v.Kind() != KindArray {
			return
		}
		c := cursor{data: v.raw}
		for c.open(); c.more(); {
			if element := c.skip(); c.fault || !yield(Value{raw: element}) {
				return
			}
		}
	}
}

// member finds one member of an object without indexing the others.
func (v Value) member(name string) (Value, bool) {
	if v.Kind() != KindObject {
		return Value{}, false
	}
	c := cursor{data: v.raw}
	for c.open(); c.more(); {
		written := c.name()
		value := c.skip()
		if c.fault {
			break
		}
		if textEquals(written, name) {
			return Value{raw: value}, true
		}
	}
	return Value{}, false
}
