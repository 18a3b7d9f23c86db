package jose

import (
	"encoding"
	"encoding/json"
	"reflect"
	"sync"
	"unicode"
	"unicode/utf8"
)

// maxPointers is how many pointers are followed: type P *P leads to itself.
const maxPointers = 16

type shapeKind uint8

const (
	opaqueShape shapeKind = iota // no struct is reached by member name
	structShape
	listShape
	mapShape
)

// shape describes where values of a type have member names, as encoding/json sees the type. It is immutable once
// cached.
type shape struct {
	kind   shapeKind
	elem   *shape            // of a list or map
	fields map[string]*shape // of a struct, by exact name
	folded map[string]bool   // the names of fields, folded
}

// shapes caches what reflection finds out; a program has finitely many types.
var shapes sync.Map //nolint:gochecknoglobals // memo of a pure function, map[reflect.Type]*shape

func shapeOf(t reflect.Type) *shape {
	if t == nil {
		return nil
	}
	if cached, ok := shapes.Load(t); ok {
		if s, ok := cached.(*shape); ok {
			return s
		}
	}
	s := make(shapeBuilder).build(t)
	shapes.Store(t, s)
	return s
}

// is reports whether s is of kind; a nil shape is opaque.
func (s *shape) is(kind shapeKind) bool {
	if s == nil {
		return kind == opaqueShape
	}
	return s.kind == kind
}

// field returns the shape of the field called name, and whether there is one.
func (s *shape) field(name []byte) (field *shape, exact bool) {
	field, exact = s.fields[string(name)]
	return field, exact
}

// folds reports whether name matches a field if case is ignored.
func (s *shape) folds(name []byte) bool {
	var scratch [64]byte
	return s.folded[string(appendFolded(scratch[:0], name))]
}

// appendFolded maps each rune to the smallest of its case variants (unicode.SimpleFold), as encoding/json and
// bytes.EqualFold compare: ſ equals s, and K (Kelvin) equals k.
func appendFolded(dst, name []byte) []byte {
	for len(name) > 0 {
		r, size := utf8.DecodeRune(name)
		name = name[size:]
		if 'a' <= r && r <= 'z' { // its upper case is the smallest
			dst = append(dst, byte(r)-('a'-'A'))
			continue
		}
		next := unicode.SimpleFold(r)
		for next > r { // the variants form a ring in ascending order
			r, next = next, unicode.SimpleFold(next)
		}
		dst = utf8.AppendRune(dst, next)
	}
	return dst
}

// shapeBuilder holds the shapes under construction, which lets a type contain itself.
type shapeBuilder map[reflect.Type]*shape

func (b shapeBuilder) build(t reflect.Type) *shape {
	t, custom := dereference(t)
	if custom {
		return nil
	}
	if s, ok := b[t]; ok {
		return s
	}
	s := &shape{}
	b[t] = s
	switch t.Kind() {
	case reflect.Struct:
		s.kind = structShape
		s.fields = make(map[string]*shape)
		s.folded = make(map[string]bool)
		for name, field := range fieldsOf(t) {
			s.fields[name] = b.build(field.typ)
			s.folded[string(appendFolded(nil, []byte(name)))] = true
		}
	case reflect.Slice, reflect.Array:
		s.kind, s.elem = listShape, b.build(t.Elem())
	case reflect.Map:
		s.kind, s.elem = mapShape, b.build(t.Elem())
	default:
		return s
	}
	if s.kind != structShape && s.elem.is(opaqueShape) {
		*s = shape{}
	}
	return s
}

// dereference follows pointers as encoding/json does, and reports whether a type on the way decodes itself.
func dereference(t reflect.Type) (elem reflect.Type, custom bool) {
	if t.Kind() != reflect.Pointer && t.Name() != "" && unmarshals(reflect.PointerTo(t)) {
		return t, true
	}
	for range maxPointers {
		if t.Kind() != reflect.Pointer {
			return t, false
		}
		if unmarshals(t) {
			return t, true
		}
		t = t.Elem()
	}
	return t, true
}

// DecodesItself reports whether encoding/json may call a method of t, or of a pointer to t, to decode a value: the
// result is then up to the program's code.
func DecodesItself(t reflect.Type) bool { return unmarshals(t) || unmarshals(reflect.PointerTo(t)) }

func unmarshals(t reflect.Type) bool {
	return t.Implements(reflect.TypeFor[json.Unmarshaler]()) || t.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}
