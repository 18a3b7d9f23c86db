package core

import "reflect"

// decoded is the value that a session's claims were decoded into last, if its type
// can be copied in full, so that one request's copy cannot change another's. It
// never changes.
type decoded struct {
	typ    reflect.Type
	value  any     // of that type; nil after the first time
	held   int     // bytes that value keeps alive
	copier *copier // nil if an assignment of value shares nothing that can be changed
}

// Bounds of what a remembered session may additionally hold.
const (
	maxDecodedBytes = 512     // for the value itself
	maxDecodedHeld  = 4 << 10 // for what it points to
)

// ClaimsOf decodes the claims of a session into a T, for code that has the
// session and not its context; see [Session.Decode]. It returns [ErrNoSession]
// for nil, and no claims where it returns an error.
//
// What was decoded into a T of up to 512 bytes is kept for a remembered token,
// and each call returns a copy of all of it: no two requests share what one of
// them may change. A T with a type that decodes itself is decoded for every
// call.
func ClaimsOf[T any](s *Session) (T, error) {
	var none T
	if s == nil {
		return none, ErrNoSession
	}
	t := reflect.TypeFor[T]()
	d := s.decoded.Load()
	if d != nil && d.typ == t && d.value != nil {
		return copyOf[T](d), nil
	}
	var claims T
	if err := s.Decode(&claims); err != nil {
		return none, err // half of the claims could pass for all of them
	}
	keep[T](s, d, &claims)
	return claims, nil
}

// copyOf returns the caller's own copy of what is kept.
func copyOf[T any](d *decoded) T {
	switch {
	case d.copier == nil:
		claims, _ := d.value.(T)
		return claims
	case d.copier.kind == reflect.Pointer && d.typ.Name() == "": // not nil: no token's claims are null
		claims, _ := reflect.TypeAssert[T](d.copier.fresh(reflect.ValueOf(d.value)))
		return claims
	default:
		claims := new(T) // its address is taken, so it is on the heap
		*claims, _ = d.value.(T)
		d.copier.separate(reflect.ValueOf(claims).Elem())
		return *claims
	}
}

// keep remembers claims. What has to be copied is kept the second time that it is
// asked for: a token that is seen once should not pay for a copy.
func keep[T any](s *Session, d *decoded, claims *T) {
	t := claimsTypeOf(reflect.TypeFor[T]())
	switch {
	case !t.keeps:
		return
	case t.copier != nil && (d == nil || d.typ != t.first.typ):
		s.decoded.Store(t.first)
		return
	}
	held := heldBy(reflect.ValueOf(claims).Elem())
	if t.copier != nil && held > maxDecodedHeld {
		return
	}
	kept := *claims
	t.copier.separate(reflect.ValueOf(&kept).Elem())
	s.decoded.Store(&decoded{typ: t.first.typ, value: kept, held: held, copier: t.copier})
	s.cache.reweigh(s)
}
