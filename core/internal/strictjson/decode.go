package strictjson

import (
	"encoding"
	"encoding/json"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
)

// ProblemsError holds the mistakes in a value whose UnmarshalJSON calls
// [Unmarshal]. Decode adds the position of the value to theirs.
type ProblemsError []Problem

// Error joins the problems in one line.
func (p ProblemsError) Error() string {
	all := make([]string, len(p))
	for i, one := range p {
		all[i] = strings.TrimPrefix(one.Path+" ", " ") + one.Reason
	}
	return strings.Join(all, "; ")
}

// Unmarshal reads data into v as Decode does. Its error is a [ProblemsError].
func Unmarshal(data []byte, v any) error {
	document, problems := Parse(data)
	if problems == nil {
		problems = document.Decode(v)
	}
	if len(problems) > 0 {
		return ProblemsError(problems)
	}
	return nil
}

// Decode reads the document into the struct that v points to, by the struct's
// JSON names, and returns every mistake. A field of type time.Duration that
// encoding/json leaves out (json:"-") is read from <name>Seconds.
func (d *Document) Decode(v any) []Problem {
	r := reader{data: d.data}
	r.object(&d.root, reflect.ValueOf(v).Elem(), "")
	slices.SortStableFunc(r.problems, func(a, b Problem) int { return a.Offset - b.Offset })
	return r.problems
}

type reader struct {
	data     []byte
	problems []Problem
}

func (r *reader) fail(path string, offset int, reason string) {
	r.problems = append(r.problems, Problem{Path: path, Offset: offset, Reason: reason})
}

func (r *reader) object(n *node, to reflect.Value, path string) {
	fields := fieldsOf(to.Type())
	for i := range n.members {
		m := &n.members[i]
		at := join(path, m.name)
		f := slices.IndexFunc(fields, func(f field) bool { return f.name == m.name })
		switch {
		case f < 0:
			r.problems = append(r.problems, Problem{Path: at, Offset: m.start, Unknown: true, Reason: unknown(m.name, fields)})
		case m.node.kind == 'n':
			r.fail(at, m.start, "is null: leave the member out, or give it a value")
		case m.node.empty(r.data) && !fields[f].mayBeEmpty:
			r.problems = append(r.problems, Problem{
				Path: at, Offset: m.start, Empty: true, Reason: "is empty: leave the member out, or give it a value",
			})
		case fields[f].seconds:
			r.seconds(&m.node, to.FieldByIndex(fields[f].index), at, m.start)
		default:
			r.value(&m.node, to.FieldByIndex(fields[f].index), at, m.start)
		}
	}
}

// empty reports whether the value is "", [] or {}.
func (n *node) empty(data []byte) bool {
	return n.kind == '"' && string(data[n.start:n.end]) == `""` ||
		n.kind == '[' && len(n.elements) == 0 || n.kind == '{' && len(n.members) == 0
}

// value decodes n; named is the position of the member's name, for errors.
func (r *reader) value(n *node, to reflect.Value, path string, named int) {
	raw := r.data[n.start:n.end]
	if n.kind == 'n' {
		r.fail(path, named, "is null: leave it out, or give it a value")
		return
	}
	switch target := to.Addr().Interface().(type) {
	case *json.RawMessage:
		*target = slices.Clone(raw)
		return
	case json.Unmarshaler:
		r.unmarshal(target, n, raw, to.Type(), path, named)
		return
	case encoding.TextUnmarshaler: // a secret: nothing of it may get into an error
		var text string
		if n.kind != '"' || json.Unmarshal(raw, &text) != nil || target.UnmarshalText([]byte(text)) != nil {
			r.fail(path, named, "must be a string")
		}
		return
	}
	switch to.Kind() {
	case reflect.Pointer:
		to.Set(reflect.New(to.Type().Elem()))
		r.value(n, to.Elem(), path, named)
	case reflect.Struct:
		if r.is(n, '{', to.Type(), path, named) {
			r.object(n, to, path)
		}
	case reflect.Slice:
		if !r.is(n, '[', to.Type(), path, named) {
			return
		}
		to.Set(reflect.MakeSlice(to.Type(), len(n.elements), len(n.elements)))
		for i := range n.elements {
			r.value(&n.elements[i], to.Index(i), path+"["+strconv.Itoa(i)+"]", n.elements[i].start)
		}
	case reflect.String:
		if r.is(n, '"', to.Type(), path, named) {
			r.unexpanded(raw, path, named)
			_ = json.Unmarshal(raw, to.Addr().Interface()) // a string literal that was parsed before
		}
	default:
		if json.Unmarshal(raw, to.Addr().Interface()) != nil {
			r.fail(path, named, "must be "+inWords(to.Type())+", found "+n.inWords())
		}
	}
}

func (r *reader) is(n *node, kind byte, t reflect.Type, path string, named int) bool {
	if n.kind != kind {
		r.fail(path, named, "must be "+inWords(t)+", found "+n.inWords())
	}
	return n.kind == kind
}

func (r *reader) unmarshal(target json.Unmarshaler, n *node, raw []byte, t reflect.Type, path string, named int) {
	r.unexpanded(raw, path, named)
	err := target.UnmarshalJSON(raw)
	if problems, ok := err.(ProblemsError); ok { //nolint:errorlint // Unmarshal returns it as it is
		for _, p := range problems {
			p.Path, p.Offset = join(path, p.Path), p.Offset+n.start
			r.problems = append(r.problems, p)
		}
		return
	}
	switch {
	case err == nil:
	case t.Kind() == reflect.Slice:
		r.fail(path, named, "must be a string or an array of strings, found "+n.inWords())
	default:
		r.fail(path, named, strings.TrimPrefix(err.Error(), "json: "))
	}
}

var placeholder = regexp.MustCompile(`\$\{[A-Za-z_][A-Za-z0-9_]*\}`)

// unexpanded refuses a variable that a template engine should have replaced.
// Compared literally, it would match no token and, in a list of refused values,
// refuse nothing.
func (r *reader) unexpanded(raw []byte, path string, named int) {
	if found := placeholder.Find(raw); found != nil {
		r.fail(path, named, "holds "+string(found)+", which nothing replaced: expand it before the configuration is read")
	}
}

// seconds reads a duration written in seconds; encoding/json would read nanoseconds.
func (r *reader) seconds(n *node, to reflect.Value, path string, named int) {
	const most = 1e9 // far beyond every bound, and safe to multiply
	var s float64
	if n.kind != '0' || json.Unmarshal(r.data[n.start:n.end], &s) != nil {
		r.fail(path, named, "must be a number of seconds, found "+n.inWords())
		return
	}
	if s > most || s < -most {
		r.fail(path, named, "is out of range: write a number of seconds")
		return
	}
	to.SetInt(int64(math.Round(s * float64(time.Second)))) // without rounding, 0.29 s would become 289,999,999 ns
}

func inWords(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice, reflect.Array:
		return "an array"
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Float64, reflect.Float32:
		return "a number"
	default:
		return "a whole number"
	}
}

func (n *node) inWords() string {
	switch n.kind {
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case '[':
		return "an array"
	case '{':
		return "an object"
	case 'n':
		return "null"
	default:
		return "a number"
	}
}

// field is a field of a struct, with its member name.
type field struct {
	name       string
	goName     string
	index      []int
	seconds    bool
	mayBeEmpty bool // an empty list has a meaning of its own
}

// fieldsByType remembers fields: finding them for each object of a document allocates thousands of bytes, however short
// the object is.
var fieldsByType sync.Map //nolint:gochecknoglobals // memo of a pure function, map[reflect.Type][]field

// fieldsOf returns the fields of a struct type. Callers must not change them.
func fieldsOf(t reflect.Type) []field {
	if fields, ok := fieldsByType.Load(t); ok {
		return fields.([]field) //nolint:forcetypeassert // nothing else is in it
	}
	var fields []field
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case !f.IsExported() || f.Anonymous && name == "":
		case name == "-" && f.Type == reflect.TypeFor[time.Duration]():
			fields = append(fields, field{name: lowerFirst(f.Name) + "Seconds", goName: f.Name, index: f.Index, seconds: true})
		case name != "-" && name != "":
			mayBeEmpty := f.Type.Kind() == reflect.Slice && options == "omitzero" || f.Type.Kind() == reflect.Struct
			fields = append(fields, field{name: name, goName: f.Name, index: f.Index, mayBeEmpty: mayBeEmpty && !isText(f.Type)})
		}
	}
	fieldsByType.Store(t, fields)
	return fields
}

func isText(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

func lowerFirst(s string) string {
	runes := []rune(s)
	runes[0] = unicode.ToLower(runes[0])
	return string(runes)
}

// Names returns the JSON name of every field of the struct type t by its Go
// name.
func Names(t reflect.Type) map[string]string {
	names := map[string]string{}
	for _, f := range fieldsOf(t) {
		names[f.goName] = f.name
	}
	return names
}
