// Package faults collects the mistakes in a configuration, so that all of them
// are returned at once, each as core.ConfigError. Package core, the presets and
// package guard share it: one list, one way to show a value, one check of URLs.
package faults

// The kinds of mistakes; package core documents them.
const (
	Missing     = "missing"
	Invalid     = "invalid"
	Conflicting = "conflicting"
	Prohibited  = "prohibited"
)

// Mistake is the form of core.ConfigError, which this package cannot import. A
// difference between the two does not compile.
type Mistake interface {
	~struct {
		Provider     string
		Field        string
		Value        string
		Kind         string
		Reason       string
		Related      []string
		Line, Column int
	}
}

// mistake is the one struct that all of [Mistake] have in common.
type mistake struct {
	Provider     string
	Field        string
	Value        string
	Kind         string
	Reason       string
	Related      []string
	Line, Column int
}

// List collects mistakes of the type E; P is *E. The zero
// value is an empty list. In reasons another field is written {FieldName}, which
// lets a preset rename it.
type List[E Mistake, P Pointer[E]] struct{ all []error }

// Pointer is *E, which is an error.
type Pointer[E any] interface {
	*E
	error
}

// Missing notes that field has no value.
func (l *List[E, P]) Missing(field, reason string, args ...any) {
	l.note(Missing, field, "", reason, args...)
}

// Invalid notes a value that can never work.
func (l *List[E, P]) Invalid(field string, value Shown, reason string, args ...any) {
	l.note(Invalid, field, value, reason, args...)
}

// Conflict notes a value that contradicts another one.
func (l *List[E, P]) Conflict(field string, value Shown, reason string, args ...any) {
	l.note(Conflicting, field, value, reason, args...)
}

// Prohibit notes a value that would work and is refused because it is unsafe.
func (l *List[E, P]) Prohibit(field string, value Shown, reason string, args ...any) {
	l.note(Prohibited, field, value, reason, args...)
}

func (l *List[E, P]) note(kind, field string, value Shown, reason string, args ...any) {
	text, related := sentence(reason, args...)
	e := E(mistake{
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
func (l *List[E, P]) Append(err error) {
	if err != nil {
		l.all = append(l.all, err)
	}
}

// Empty reports whether there is no mistake.
func (l *List[E, P]) Empty() bool { return len(l.all) == 0 }

// Err returns all mistakes as one error, nil if there are none.
func (l *List[E, P]) Err() error { return Join(l.all...) }
