package core

import (
	"reflect"
	"slices"
	"sync"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

// claimsType is what has to be known of a type to keep what was decoded into it.
type claimsType struct {
	// keeps is whether a copy made by separate is equal to the decoded value and shares nothing with it that can be
	// changed.
	keeps bool
	// shares is whether an assignment shares something that can be changed.
	shares bool
	// first marks a session whose claims were decoded into the type once.
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
		c.keeps = copies(t, map[reflect.Type]bool{})
		c.shares = c.keeps && !isFlat(t)
	}
	known, _ := claimsTypes.LoadOrStore(t, c)
	c, _ = known.(*claimsType)
	return c
}

// copies reports whether separate knows every part of what is decoded into a t. It knows no type that decodes itself,
// which may give another value each time, keep a pointer to it, or fill unexported fields.
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

// separate replaces everything that v shares with the value it was assigned from by a copy. v was decoded from JSON
// into a zero value, so it is a tree: nothing in it is reached in two ways, and an interface holds nil, a bool,
// a float64, a string, a []any or a map[string]any.
func separate(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		t := v.Type()
		for i := range v.NumField() {
			switch f := v.Field(i); f.Kind() {
			case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
				if !f.IsNil() {
					separate(f)
				}
			case reflect.Struct, reflect.Array:
				if decodable(t.Field(i)) {
					separate(f)
				}
			default:
			}
		}
	case reflect.Array:
		for i := range v.Len() {
			separate(v.Index(i))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			fresh := reflect.New(v.Type().Elem())
			fresh.Elem().Set(v.Elem())
			separate(fresh.Elem())
			v.Set(fresh)
		}
	case reflect.Slice:
		separateSlice(v)
	case reflect.Map:
		separateMap(v)
	case reflect.Interface:
		if !v.IsNil() {
			v.Set(reflect.ValueOf(copyAny(v.Interface())))
		}
	default:
	}
}

func separateSlice(v reflect.Value) {
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
	if v.IsNil() {
		return
	}
	fresh := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
	reflect.Copy(fresh, v)
	for i := range fresh.Len() {
		separate(fresh.Index(i))
	}
	v.Set(fresh)
}

func separateMap(v reflect.Value) {
	if v.IsNil() {
		return
	}
	fresh := reflect.MakeMapWithSize(v.Type(), v.Len())
	for entry := v.MapRange(); entry.Next(); {
		value := reflect.New(v.Type().Elem()).Elem()
		value.Set(entry.Value())
		separate(value)
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
	const mapEntry = 32 // of a map's own, for each entry
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
