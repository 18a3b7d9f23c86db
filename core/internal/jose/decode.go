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
// v should be a pointer to a fresh value: what encoding/json finds behind an interface inside it is matched its way.
// Types that implement json.Unmarshaler see their part of the payload unchanged.
func Decode(payload []byte, v any) error {
	s := shapeOf(target(v))
	if s.is(opaqueShape) {
		return json.Unmarshal(payload, v)
	}
	w := exactWalk{cursor: cursor{data: payload}}
	w.space()
	w.value(s, 0)
	if w.blanked == nil && !w.fault {
		return json.Unmarshal(payload, v)
	}
	if !json.Valid(payload) { // blanking could hide the fault
		return json.Unmarshal(payload, v)
	}
	if w.fault {
		return errSyntax // valid for encoding/json, but never accepted by Parse
	}
	return json.Unmarshal(w.blanked, v)
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

// exactWalk walks a payload along with the shape of the value it goes to.
type exactWalk struct {
	cursor

	blanked []byte // copy of data, with the members that must not match blanked out; nil while there are none
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

// members walks an object that goes to a struct.
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
			w.blank(comma, comma+1) // every member before it is gone
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

// blank overwrites what lies between start and end with spaces, so that the offsets in errors stay right.
func (w *exactWalk) blank(start, end int) {
	if start < 0 { // no comma where one must be
		w.fault = true
		return
	}
	if w.blanked == nil {
		w.blanked = bytes.Clone(w.data)
	}
	for i := start; i < end; i++ {
		w.blanked[i] = ' '
	}
}
