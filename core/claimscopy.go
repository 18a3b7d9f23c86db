package core

import (
	"reflect"
	"slices"
	"sync"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

// claimsType says whether and how a value of one type can be remembered once claims were decoded into it.
type claimsType struct {
	// keeps says that values may be remembered: a copy made by copier equals the decoded value and shares no mutable
	// memory with it.
	keeps bool
	// copier is nil if an assignment is enough: it shares no mutable memory.
	copier *copier
	// first marks a session whose claims were decoded into the type once and are not remembered yet.
	first *decoded
}

var claimsTypes sync.Map //nolint:gochecknoglobals // memo of a pure function, map[reflect.Type]*claimsType

func claimsTypeOf(t reflect.Type) *claimsType {
	if known, ok := claimsTypes.Load(t); ok {
		if c, ok := known.(*claimsType); ok {
			return c
		}
	}
	c := &claimsType{first: &decoded{typ: t}}
	if t.Size() <= maxDecodedBytes {
		if c.keeps = copies(t, map[reflect.Type]bool{}); c.keeps {
			c.copier = copiers{}.of(t)
		}
	}
	known, _ := claimsTypes.LoadOrStore(t, c)
	c, _ = known.(*claimsType)
	return c
}

// copies reports whether a copier can copy everything that is decoded into a t. It cannot copy a type that decodes
// itself: the type's method may produce another value each time, keep a pointer to it, or fill unexported fields.
func copies(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] {
		return true // a type that contains itself: the rest of it decides
	}
	seen[t] = true
	if t == reflect.TypeFor[Strings]() {
		return true // decodes itself into texts
	}
	if jose.DecodesItself(t) {
		return false
	}
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			if f := t.Field(i); decodable(f) && !copies(f.Type, seen) {
				return false
			}
		}
		return true
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return copies(t.Elem(), seen)
	case reflect.Map:
		return isFlat(t.Key()) && copies(t.Elem(), seen)
	case reflect.Interface: // nothing is decoded into one with methods
		return t.NumMethod() == 0
	case reflect.Chan, reflect.Func, reflect.UnsafePointer, reflect.Invalid:
		return false
	default:
		return true
	}
}

// decodable reports whether a decoder can set a field or, if it is an embedded struct, what is in it. Every other field
// is zero.
func decodable(f reflect.StructField) bool {
	return f.IsExported() || f.Anonymous && f.Type.Kind() == reflect.Struct
}

// isFlat reports whether t has no pointers, maps, slices and interfaces, and runs no code of its own when it is
// decoded. Strings are immutable, so copies may share them.
func isFlat(t reflect.Type) bool {
	if jose.DecodesItself(t) {
		return false
	}
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			if !isFlat(t.Field(i).Type) {
				return false
			}
		}
		return true
	case reflect.Array:
		return isFlat(t.Elem())
	case reflect.Pointer,
		reflect.Map,
		reflect.Slice,
		reflect.Interface,
		reflect.Chan,
		reflect.Func,
		reflect.UnsafePointer,
		reflect.Invalid:
		return false
	default:
		return true
	}
}

// copier turns a shallow copy of a value of one type into a deep copy. It is computed once for each type and lists
// the parts that need copying. It is nil for a type without such parts.
type copier struct {
	kind   reflect.Kind
	elem   *copier // of a pointer, slice, array or map
	typ    reflect.Type
	fields []copiedField // of a struct
}

type copiedField struct {
	index  int
	copier *copier
}

// copiers holds the copiers under construction, so that a type may contain itself.
type copiers map[reflect.Type]*copier

func (b copiers) of(t reflect.Type) *copier {
	if c, ok := b[t]; ok {
		return c
	}
	if isFlat(t) {
		return nil
	}
	c := &copier{kind: t.Kind(), typ: t}
	b[t] = c
	switch c.kind {
	case reflect.Struct:
		for i := range t.NumField() {
			if f := t.Field(i); decodable(f) {
				if field := b.of(f.Type); field != nil {
					c.fields = append(c.fields, copiedField{i, field})
				}
			}
		}
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		c.elem = b.of(t.Elem())
	default:
	}
	return c
}

// separate copies everything that v shares with the value it was assigned from. v was decoded from JSON into a zero
// value, so it is a tree: no part is reachable in two ways, and an interface holds nil, a bool, a float64, a string,
// a []any or a map[string]any.
func (c *copier) separate(v reflect.Value) {
	if c == nil {
		return
	}
	switch c.kind {
	case reflect.Struct:
		for _, f := range c.fields {
			f.copier.separate(v.Field(f.index))
		}
	case reflect.Array:
		for i := range v.Len() {
			c.elem.separate(v.Index(i))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			v.Set(c.fresh(v))
		}
	case reflect.Slice:
		if !v.IsNil() {
			c.separateSlice(v)
		}
	case reflect.Map:
		if !v.IsNil() {
			c.separateMap(v)
		}
	case reflect.Interface:
		if !v.IsNil() {
			v.Set(reflect.ValueOf(copyAny(v.Interface())))
		}
	default:
	}
}

// fresh returns a pointer to a copy of what v points to.
func (c *copier) fresh(v reflect.Value) reflect.Value {
	fresh := reflect.New(c.typ.Elem())
	fresh.Elem().Set(v.Elem())
	c.elem.separate(fresh.Elem())
	return fresh
}

func (c *copier) separateSlice(v reflect.Value) {
	switch list := v.Addr().Interface().(type) { // the common ones, in one allocation
	case *[]string:
		*list = slices.Clone(*list)
		return
	case *Strings:
		*list = slices.Clone(*list)
		return
	case *[]int:
		*list = slices.Clone(*list)
		return
	}
	fresh := reflect.MakeSlice(c.typ, v.Len(), v.Len())
	reflect.Copy(fresh, v)
	if c.elem != nil {
		for i := range fresh.Len() {
			c.elem.separate(fresh.Index(i))
		}
	}
	v.Set(fresh)
}

func (c *copier) separateMap(v reflect.Value) {
	fresh := reflect.MakeMapWithSize(c.typ, v.Len())
	for entry := v.MapRange(); entry.Next(); {
		value := entry.Value()
		if c.elem != nil {
			value = reflect.New(c.typ.Elem()).Elem()
			value.Set(entry.Value())
			c.elem.separate(value)
		}
		fresh.SetMapIndex(entry.Key(), value)
	}
	v.Set(fresh)
}

// copyAny copies what encoding/json decodes into an empty interface.
func copyAny(v any) any {
	switch v := v.(type) {
	case []any:
		fresh := make([]any, len(v)) // encoding/json makes no nil one
		for i, e := range v {
			fresh[i] = copyAny(e)
		}
		return fresh
	case map[string]any:
		fresh := make(map[string]any, len(v))
		for name, e := range v {
			fresh[name] = copyAny(e)
		}
		return fresh
	default:
		return v // immutable
	}
}

// heldBy returns the bytes that a decoded value keeps alive, without its own size.
func heldBy(v reflect.Value) int {
	const mapEntry = 32 // what a map itself takes for each entry
	n := 0
	switch v.Kind() {
	case reflect.String:
		n = sizeOf(v.String())
	case reflect.Struct:
		for i := range v.NumField() {
			n += heldBy(v.Field(i))
		}
	case reflect.Array, reflect.Slice:
		if v.Kind() == reflect.Slice {
			n = v.Cap() * int(v.Type().Elem().Size())
		}
		for i := range v.Len() {
			n += heldBy(v.Index(i))
		}
	case reflect.Map:
		for entry := v.MapRange(); entry.Next(); {
			n += mapEntry + int(v.Type().Key().Size()+v.Type().Elem().Size()) + heldBy(entry.Key()) + heldBy(entry.Value())
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			n = int(v.Elem().Type().Size()) + heldBy(v.Elem())
		}
	default:
	}
	return n
}
