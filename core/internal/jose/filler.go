package jose

import (
	"encoding/json"
	"reflect"
	"sync"
)

// fillKind says how a type is filled.
type fillKind uint8

const (
	// fillNever leaves the type to encoding/json: interfaces, maps, byte slices, pointers to pointers, fields of an
	// embedded pointer or with the option "string", and every type that decodes itself, whose code is the user's.
	fillNever fillKind = iota
	fillStruct
	fillPointer
	fillSlice
	fillArray
	fillText
	fillNumber // json.Number
	fillBool
	fillInt
	fillUint
	fillFloat
	fillOwn // a type of this module with its own decoder, see FillWith
)

// filler fills values of one type. It is immutable once it is in fillers, and may contain itself.
type filler struct {
	kind   fillKind
	elem   *filler    // of a pointer, slice or array
	fields fieldIndex // of a struct
	own    func(v Value, into reflect.Value) bool
}

type fillField struct {
	name   string // of the member
	index  []int
	filler *filler
	next   int // the next field with the same fingerprint: its index in list plus 1, 0 if there is none
}

// fieldIndex finds the field that a member goes to.
type fieldIndex struct {
	list  []fillField
	first [64]int // by fingerprint, as fillField.next
}

func (x *fieldIndex) find(name []byte) *fillField {
	for next := x.first[fingerprint(name)]; next > 0; {
		f := &x.list[next-1]
		if f.name == string(name) {
			return f
		}
		next = f.next
	}
	return nil
}

var fillers sync.Map //nolint:gochecknoglobals // memo of a pure function, map[reflect.Type]*filler

func fillerOf(t reflect.Type) *filler {
	if known, ok := fillers.Load(t); ok {
		if f, ok := known.(*filler); ok {
			return f
		}
	}
	f := make(fillerBuilder).build(t)
	fillers.Store(t, f)
	return f
}

var ownFillers = map[reflect.Type]*filler{} //nolint:gochecknoglobals // written by FillWith only

// FillWith registers a function that does what the UnmarshalJSON of T does, and returns false where UnmarshalJSON
// would fail. It is for types of this module, whose decoders are known to be harmless. Call it only while packages
// are initialized.
func FillWith[T any](decode func(v Value) (T, bool)) struct{} {
	ownFillers[reflect.TypeFor[T]()] = &filler{kind: fillOwn, own: func(v Value, into reflect.Value) bool {
		decoded, ok := decode(v)
		if ok {
			into.Set(reflect.ValueOf(decoded))
		}
		return ok
	}}
	return struct{}{}
}

// fillerBuilder holds the fillers under construction, which lets a type contain itself.
type fillerBuilder map[reflect.Type]*filler

func (b fillerBuilder) build(t reflect.Type) *filler {
	if f, ok := b[t]; ok {
		return f
	}
	if f, ok := ownFillers[t]; ok {
		return f
	}
	f := &filler{}
	b[t] = f
	if DecodesItself(t) {
		return f
	}
	switch k := t.Kind(); {
	case k == reflect.Struct:
		f.kind = fillStruct
		f.fields = b.fields(t)
	case k == reflect.Pointer && t.Elem().Kind() != reflect.Pointer:
		f.kind, f.elem = fillPointer, b.build(t.Elem())
	case k == reflect.Slice && t.Elem().Kind() != reflect.Uint8:
		f.kind, f.elem = fillSlice, b.build(t.Elem())
	case k == reflect.Array:
		f.kind, f.elem = fillArray, b.build(t.Elem())
	case t == reflect.TypeFor[json.Number]():
		f.kind = fillNumber
	case k == reflect.String:
		f.kind = fillText
	case k == reflect.Bool:
		f.kind = fillBool
	case reflect.Int <= k && k <= reflect.Int64:
		f.kind = fillInt
	case reflect.Uint <= k && k <= reflect.Uint64:
		f.kind = fillUint
	case k == reflect.Float32 || k == reflect.Float64:
		f.kind = fillFloat
	}
	return f
}

func (b fillerBuilder) fields(t reflect.Type) (x fieldIndex) {
	for name, f := range fieldsOf(t) {
		first := &x.first[fingerprint(name)]
		out := fillField{name: name, index: f.index, filler: &filler{}, next: *first}
		if !f.quoted && !f.pointer {
			out.filler = b.build(f.typ)
		}
		x.list = append(x.list, out)
		*first = len(x.list)
	}
	return x
}
