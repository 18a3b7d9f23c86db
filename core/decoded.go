package core

import (
	"reflect"
	"sync"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

// decoded is what a session's claims were decoded into last, if that is a type
// whose copies share nothing: then one request's copy can't change another's.
type decoded struct {
	typ   reflect.Type
	value any
}

// maxDecodedBytes bounds what a remembered session may additionally hold.
const maxDecodedBytes = 512

// ClaimsOf decodes the claims of a session into a T, for code that has the
// session and not its context; see [Session.Decode]. It returns [ErrNoSession]
// for nil, and no claims where it returns an error.
//
// A T without pointers, slices, maps, interfaces and types that decode
// themselves is decoded once for a remembered token; every other T for every
// call, so that no two requests share what one of them may change.
func ClaimsOf[T any](s *Session) (T, error) {
	if s == nil {
		var none T
		return none, ErrNoSession
	}
	t := reflect.TypeFor[T]()
	if d := s.decoded.Load(); d != nil && d.typ == t {
		if claims, ok := d.value.(T); ok {
			return claims, nil
		}
	}
	var claims, none T
	if err := s.Decode(&claims); err != nil {
		return none, err // half of the claims could pass for all of them
	}
	if t.Size() <= maxDecodedBytes && sharesNothing(t) {
		s.decoded.Store(&decoded{t, claims})
		s.cache.reweigh(s)
	}
	return claims, nil
}

var flatTypes sync.Map //nolint:gochecknoglobals // memo of a pure function, map[reflect.Type]bool

func sharesNothing(t reflect.Type) bool {
	if known, ok := flatTypes.Load(t); ok {
		return known == true
	}
	flat := isFlat(t)
	flatTypes.Store(t, flat)
	return flat
}

// isFlat reports whether t has no pointers, maps, slices and interfaces, and
// runs no code of its own when it is decoded: that may give another value each
// time, or one of any size. Strings are immutable, so copies may share them.
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
