// Package faults collects the mistakes in a configuration, so that all of them
// are returned at once, each as a core.ConfigError. Package core, the presets and
// package guard share it, so that they show values and check URLs in the same
// way.
package faults

// The kinds of mistakes; package core documents them.
const (
	Missing     = "missing"
	Invalid     = "invalid"
	Conflicting = "conflicting"
	Prohibited  = "prohibited"
)

// Mistake is the constraint that core.ConfigError satisfies; this package cannot
// import core. If the fields of the two differ, the code does not compile.
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

// mistake is the underlying type of every [Mistake].
type mistake struct {
	Provider     string
	Field        string
	Value        string
	Kind         string
	Reason       string
	Related      []string
	Line, Column int
}

// List collects mistakes of the type E; P is *E. The zero value is an empty list.
// A reason mentions another field as {FieldName}.
type List[E Mistake, P Pointer[E]] struct {
	// Names replaces the names of fields in the mistakes that are added from now on,
	// where the user of the configuration knows a field by another name than the
	// code.
	Names Names
	all   joined
}

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
	because := compose(l.Names, reason, args...)
	e := E(mistake{
		Field:   l.Names.Of(field),
		Value:   string(value),
		Kind:    kind,
		Reason:  because.text(),
		Related: because.fields(),
	})
	l.all = append(l.all, item{P(&e), because})
}

// Append adds an error that was found elsewhere, or several that are joined;
// nil adds nothing.
func (l *List[E, P]) Append(err error) { l.all.add(err) }

// AppendAs adds copies of the mistakes in err with other names for their fields:
// a JSON document has other names than a struct. Errors of other types are added
// only if err has no mistakes.
func (l *List[E, P]) AppendAs(err error, names Names) {
	before := len(l.all)
	for _, found := range itemsOf(err) {
		e, ok := found.err.(P) //nolint:errorlint // itemsOf has unwrapped err
		if !ok {
			continue
		}
		m := mistake(*e)
		m.Field = names.Of(m.Field)
		if found.reason != nil {
			found.reason = found.reason.under(names)
			m.Reason, m.Related = found.reason.text(), found.reason.fields()
		}
		renamed := E(m)
		l.all = append(l.all, item{P(&renamed), found.reason})
	}
	if len(l.all) == before {
		l.Append(err)
	}
}

// AppendIf adds the mistakes in err that keep reports true for.
func (l *List[E, P]) AppendIf(err error, keep func(P) bool) {
	for _, found := range itemsOf(err) {
		if e, ok := found.err.(P); ok && keep(e) { //nolint:errorlint // itemsOf has unwrapped err
			l.all = append(l.all, found)
		}
	}
}

// Empty reports whether there is no mistake.
func (l *List[E, P]) Empty() bool { return len(l.all) == 0 }

// Err returns all mistakes as one error, nil if there are none.
func (l *List[E, P]) Err() error { return l.all.err() }
