// Package faults collects the mistakes in a configuration, so that all of them
// are returned at once, each as core.ConfigError. Package core, the presets and
// package guard share it: one list, one way to show a value, one check of URLs.
package faults

// The kinds of mistakes; package core documents them.
const (
	missing     = "missing"
	invalid     = "invalid"
	conflicting = "conflicting"
	prohibited  = "prohibited"
)

// Mistake is the form of core.ConfigError, which this package cannot import. A
// difference between the two does not compile.
type Mistake[K ~string] interface {
	~struct {
		Provider     string
		Field        string
		Value        string
		Kind         K
		Reason       string
		Related      []string
		Line, Column int
	}
}

// mistake is the one struct that all of [Mistake] have in common.
type mistake[K ~string] struct {
	Provider     string
	Field        string
	Value        string
	Kind         K
	Reason       string
	Related      []string
	Line, Column int
}

// List collects mistakes of the type E with kinds of type K; P is *E. The zero
// value is an empty list. In reasons another field is written {FieldName}, which
// lets a preset rename it.
type List[E Mistake[K], K ~string, P Pointer[E]] struct{ all []error }

// Pointer is *E, which is an error.
type Pointer[E any] interface {
	*E
	error
}

// Missing notes that field has no value.
func (l *List[E, K, P]) Missing(field, reason string, args ...any) {
	l.note(missing, field, "", reason, args...)
}

// Invalid notes a value that can never work.
func (l *List[E, K, P]) Invalid(field string, value Shown, reason string, args ...any) {
	l.note(invalid, field, value, reason, args...)
}

// Conflict notes a value that contradicts another one.
func (l *List[E, K, P]) Conflict(field string, value Shown, reason string, args ...any) {
	l.note(conflicting, field, value, reason, args...)
}

// Prohibit notes a value that would work and is refused because it is unsafe.
func (l *List[E, K, P]) Prohibit(field string, value Shown, reason string, args ...any) {
	l.note(prohibited, field, value, reason, args...)
}

func (l *List[E, K, P]) note(kind K, field string, value Shown, reason string, args ...any) {
	text, related := sentence(reason, args...)
	e := E(mistake[K]{
		Field:   field,
		Value:   string(value),
		Kind:    kind,
		Reason:  text,
		Related: related,
	})
	l.all = append(l.all, P(&e))
}

// Append adds an error that was found elsewhere, or several that are joined;
// nil adds nothing.
func (l *List[E, K, P]) Append(err error) {
	if err != nil {
		l.all = append(l.all, err)
	}
}

// Empty reports whether there is no mistake.
func (l *List[E, K, P]) Empty() bool { return len(l.all) == 0 }

// Err returns all mistakes as one error, nil if there are none.
func (l *List[E, K, P]) Err() error { return Join(l.all...) }
