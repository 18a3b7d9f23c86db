package core

import "reflect"

// decoded remembers the value that a session's claims were last decoded into, if
// its type can be copied in full: each request gets its own copy. It is
// immutable.
type decoded struct {
	typ    reflect.Type
	value  any     // of that type; nil as long as the claims were decoded only once
	held   int     // bytes that value keeps alive
	copier *copier // nil if an assignment of value shares no mutable memory
}

// Bounds on the decoded claims that a remembered session may hold.
const (
	maxDecodedBytes = 512     // for the value itself
	maxDecodedHeld  = 4 << 10 // for what it points to
)

// ClaimsOf decodes the claims of a session into a T, for code that has the
// session and not its context; see [Session.Decode]. It returns [ErrNoSession]
// for a nil session. With an error, it returns the zero T.
//
// The decoded value is kept with a remembered token if a T takes at most 512
// bytes. Each call returns a deep copy, so no two requests share memory that one
// of them may change. If T contains a type with its own UnmarshalJSON or
// UnmarshalText, every call decodes again.
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
		return none, err // not the partly filled claims: a caller could take them for complete
	}
	keep[T](s, d, &claims)
	return claims, nil
}

// copyOf returns a copy of the kept value that the caller owns.
func copyOf[T any](d *decoded) T {
	switch {
	case d.copier == nil:
		claims, _ := d.value.(T)
		return claims
	case d.copier.kind == reflect.Pointer && d.typ.Name() == "": // not nil: no token's claims are null
		claims, _ := reflect.TypeAssert[T](d.copier.fresh(reflect.ValueOf(d.value)))
		return claims
	default:
		claims := new(T) // not a local variable: its address is taken, so it would move to the heap anyway
		*claims, _ = d.value.(T)
		d.copier.separate(reflect.ValueOf(claims).Elem())
		return *claims
	}
}

// keep remembers claims. A value that needs a copy is kept only when it is
// decoded for the second time: a token that is seen once should not pay for a
// copy.
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
