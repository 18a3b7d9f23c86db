package jose

import (
	"bytes"
	"encoding/json"
	"reflect"
	"unicode/utf8"
)

// maxWalkDepth is encoding/json's own limit.
const maxWalkDepth = 10000

// Decode stores payload, which [Parse] or [ParseObject] accepted before, in v as encoding/json does, except that
// member names match exactly. encoding/json folds case, so that "SUB" would overwrite "sub"; RFC 7519 §4 compares
// claim names by RFC 8259 §8.3, case and all.
//
// v should be a pointer to a zero value: in a value that an interface inside v already holds, names match as in
// encoding/json. A type that decodes itself is given its part of the payload with every member, because only that
// type knows which names it reads; it may ignore case. It gets a copy: encoding/json passes slices of its input, and
// a method that keeps or changes them must not reach the payload of a session.
func Decode(payload []byte, v any) error { return decodeOwned(bytes.Clone(payload), payload, v) }

// decodeOwned is like Decode, but may change data. data is a copy of original in which some members may have been
// blanked out.
func decodeOwned(data, original []byte, v any) error {
	s := shapeOf(target(v))
	if s.is(opaqueShape) {
		return json.Unmarshal(data, v)
	}
	w := exactWalk{cursor: cursor{data: data}}
	w.space()
	w.value(s, 0)
	switch {
	case !w.blanked && !w.fault:
		return json.Unmarshal(data, v)
	case !json.Valid(original): // checked here because blanking could hide the error
		return json.Unmarshal(original, v)
	case w.fault:
		return errSyntax // valid for encoding/json, but never accepted by Parse
	default:
		return json.Unmarshal(data, v)
	}
}

// target returns the type that encoding/json decodes into, given v: it follows pointers inside interfaces.
func target(v any) reflect.Type {
	value := reflect.ValueOf(v)
	if !value.IsValid() {
		return nil
	}
	t := value.Type()
	for range maxPointers {
		switch value.Kind() {
		case reflect.Pointer:
			if value.IsNil() {
				return t
			}
			value = value.Elem()
		case reflect.Interface:
			value = value.Elem()
			if value.Kind() != reflect.Pointer || value.IsNil() {
				return t
			}
			t = value.Type()
		default:
			return t
		}
	}
	return nil
}

// exactWalk walks a payload together with the shape of the value that it is decoded into. It blanks out the members
// that encoding/json would match only by ignoring case.
type exactWalk struct {
	cursor

	blanked bool // there was one
}

func (w *exactWalk) value(s *shape, depth int) {
	if depth > maxWalkDepth {
		w.fault = true
		return
	}
	switch c := w.peek(); {
	case c == '{' && s.is(structShape):
		w.members(s, depth)
	case c == '{' && s.is(mapShape):
		for w.open(); w.more() && !w.fault; {
			w.name()
			w.value(s.elem, depth+1)
		}
	case c == '[' && s.is(listShape):
		for w.open(); w.more() && !w.fault; {
			w.value(s.elem, depth+1)
		}
	default:
		w.skip()
	}
}

// members walks an object that is decoded into a struct.
func (w *exactWalk) members(s *shape, depth int) {
	var scratch [64]byte
	kept, dropped := false, false
	for w.open(); w.more() && !w.fault; {
		comma, start := w.comma, w.pos
		name, ok := w.decodedName(scratch[:0])
		if !ok {
			w.fault = true
			return
		}
		field, exact := s.field(name)
		if !exact && s.folds(name) {
			w.skip()
			if comma >= 0 {
				start = comma
			}
			w.blank(start, w.pos)
			dropped = true
			continue
		}
		if dropped && !kept {
			w.blank(comma, comma+1) // no member before it is left
		}
		kept = true
		w.value(field, depth+1)
	}
}

func (w *exactWalk) decodedName(scratch []byte) ([]byte, bool) {
	name := w.name()
	if bytes.IndexByte(name, '\\') < 0 {
		return name, utf8.Valid(name)
	}
	return appendText(scratch, name)
}

// blank overwrites everything between start and end with spaces, so that the offsets in errors stay right.
func (w *exactWalk) blank(start, end int) {
	if start < 0 { // no comma where one must be
		w.fault = true
		return
	}
	w.blanked = true
	for i := start; i < end; i++ {
		w.data[i] = ' '
	}
}
