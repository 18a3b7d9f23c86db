package providers

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/jose"
)

// FromJSON turns a preset's NewContract into a [Provider]'s Build. C is a
// struct whose fields have JSON tags; fields Leeway and MaxAge of type
// time.Duration are read from leewaySeconds and maxAgeSeconds. The Field of
// every [*core.ConfigError] that newContract returns is told by its JSON name.
func FromJSON[C any](newContract func(C) (*core.Contract, error)) func([]byte) (*core.Contract, error) {
	return func(config []byte) (*core.Contract, error) {
		var cfg C
		if err := decodeConfig(config, reflect.ValueOf(&cfg).Elem()); err != nil {
			return nil, err
		}
		contract, err := newContract(cfg)
		if err != nil {
			return nil, inJSONWords(err, jsonNames(reflect.TypeFor[C]()))
		}
		return contract, nil
	}
}

// durations are read apart: encoding/json would take nanoseconds.
func durations() map[string]string {
	return map[string]string{"leewaySeconds": "Leeway", "maxAgeSeconds": "MaxAge"}
}

// decodeConfig refuses what encoding/json lets pass: names in another case,
// duplicates, null, and anything after the object.
func decodeConfig(config []byte, cfg reflect.Value) error {
	object, err := jose.ParseObject(bytes.TrimSpace(config), jose.Limits{})
	if err != nil {
		return &core.ConfigError{Field: "config", Reason: "is not a JSON object: " + err.Error()}
	}
	var f faults
	names := jsonNames(cfg.Type())
	rest := map[string]json.RawMessage{}
	for name, v := range object.All() {
		field, isDuration := durations()[name]
		switch _, known := names.fields[name]; {
		case isDuration && cfg.FieldByName(field).IsValid():
			f.duration(name, v.Raw(), cfg.FieldByName(field))
		case known:
			rest[name] = v.Raw()
		default:
			f.add(name, "", "is unknown here: use %s", strings.Join(names.list(), ", "))
		}
	}
	for name, raw := range rest {
		f.member(name, raw, cfg.FieldByIndex(names.fields[name]))
	}
	slices.SortFunc(f, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return f.join()
}

// member decodes one member, so that every wrong type is told, not the first.
func (f *faults) member(name string, raw []byte, to reflect.Value) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	err := d.Decode(to.Addr().Interface())
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil && string(raw) == "null":
		f.add(name, "null", "leave the member out, or give it a value")
	case err == nil && !exactly(raw, to):
		f.add(name, "", "holds a member whose name is not written in its exact case")
	case err == nil:
	case errors.As(err, &wrong):
		at := name
		if wrong.Field != "" {
			at += "." + wrong.Field
		}
		f.add(at, "", "must be %s", kindInJSON(wrong.Type))
	default: // an unknown member further down; the value itself is not in it
		f.add(name, "", "%s", strings.TrimPrefix(err.Error(), "json: "))
	}
}

// exactly reports whether raw, which was decoded into to, means the same with
// names that are compared exactly: encoding/json takes oneof for oneOf.
func exactly(raw []byte, to reflect.Value) bool {
	exact := reflect.New(to.Type())
	return jose.Decode(raw, exact.Interface()) == nil && reflect.DeepEqual(exact.Elem().Interface(), to.Interface())
}

func (f *faults) duration(name string, raw []byte, to reflect.Value) {
	var n float64
	const most = 1e9 // far beyond every bound, and safe to multiply
	if err := json.Unmarshal(raw, &n); err != nil || string(raw) == "null" || n > most || n < -most {
		f.add(name, "", "must be a number of seconds")
		return
	}
	to.SetInt(int64(n * float64(time.Second)))
}

func kindInJSON(t reflect.Type) string {
	if t == nil {
		return "of another type"
	}
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice, reflect.Array:
		return "a string or an array of strings"
	case reflect.Struct, reflect.Map:
		return "an object"
	default:
		return "a number"
	}
}

// names are the JSON names of a Config's fields.
type names struct {
	fields map[string][]int  // JSON name to field
	words  map[string]string // Go name to JSON name
}

func jsonNames(t reflect.Type) names {
	n := names{fields: map[string][]int{}, words: map[string]string{}}
	for name, field := range durations() {
		n.words[field] = name
	}
	for _, field := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "" || name == "-" || !field.IsExported() {
			continue
		}
		n.fields[name], n.words[field.Name] = field.Index, name
	}
	return n
}

func (n names) list() []string {
	list := make([]string, 0, len(n.fields))
	for name := range n.fields {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

// inJSONWords tells a preset's mistakes by the names in the JSON.
func inJSONWords(err error, n names) error {
	var f faults
	for _, e := range core.ConfigErrors(err) {
		f = append(f, &core.ConfigError{Field: n.translate(e.Field), Value: e.Value, Reason: n.translate(e.Reason)})
	}
	if len(f) == 0 {
		return err
	}
	return f.join()
}

var goName = regexp.MustCompile(`[A-Z][A-Za-z0-9]*`)

// translate replaces whole words only: "Audience" in "AudienceX" stays.
func (n names) translate(s string) string {
	return goName.ReplaceAllStringFunc(s, func(word string) string {
		if name, ok := n.words[word]; ok {
			return name
		}
		return word
	})
}

// faults collects mistakes so that all are told at once.
type faults []error

func (f *faults) add(field, value, reason string, args ...any) {
	if value != "" {
		value = fmt.Sprintf("%.96q", value)
	}
	*f = append(*f, &core.ConfigError{Field: field, Value: value, Reason: fmt.Sprintf(reason, args...)})
}

func (f faults) join() error { return errors.Join(f...) }
