package secrettest

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"log/slog"
	"reflect"
	"strconv"
	"strings"
)

// A part of a secret is found if it has window+stride-1 bytes.
const (
	window = 12
	stride = 4
)

// The lengths of needles: few of them, so that a text is searched for all secrets at once.
const (
	short = 12 // of the secret itself, hexadecimal and Base64
	long  = 30 // of a list of bytes
)

// needles returns the texts that say that a part of the secret was printed.
func needles(secret string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for at := 0; at+window <= len(secret); at += stride {
			for _, n := range ofPart(secret[at : at+window]) {
				if !yield(n) {
					return
				}
			}
		}
	}
}

func ofPart(part string) []string {
	hexadecimal := hex.EncodeToString([]byte(part))[:short]
	all := []string{part, hexadecimal, strings.ToUpper(hexadecimal)}
	decimal := make([]string, window)
	goSyntax := make([]string, window)
	for i := range window {
		decimal[i], goSyntax[i] = strconv.Itoa(int(part[i])), fmt.Sprintf("%#x", part[i])
	}
	for _, list := range []string{
		strings.Join(decimal, " "), strings.Join(decimal, ","), strings.Join(goSyntax, ", "),
	} {
		if len(list) >= long {
			all = append(all, list[:long])
		}
	}
	for shift := range 3 { // the part may begin at any bit of a Base64 digit
		text := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + part))
		text = text[4 : 4+short] // what bytes before and after the part do not change
		all = append(all, text, strings.NewReplacer("+", "-", "/", "_").Replace(text))
	}
	return all
}

// Forms returns v as it may be printed, by the name of the form: by the verbs of fmt, as JSON, by slog, and for an
// error that wraps others each of them too.
func Forms(v any) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, e := range chain(v) {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
				if !yield(verb, fmt.Sprintf(verb, e)) {
					return
				}
			}
			if data, err := json.Marshal(e); err != nil {
				if !yield("error of JSON", err.Error()) {
					return
				}
			} else if !yield("JSON", string(data)) {
				return
			}
			var text bytes.Buffer
			slog.New(slog.NewTextHandler(&text, nil)).Info("", "value", e, slog.Group("group", "value", e))
			slog.New(slog.NewJSONHandler(&text, nil)).Info("", "value", e, slog.Group("group", "value", e))
			if !yield("log line", text.String()) {
				return
			}
		}
	}
}

// chain returns v and the errors that it wraps.
func chain(v any) []any {
	all := []any{v}
	switch e := v.(type) {
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			all = append(all, chain(inner)...)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			all = append(all, chain(inner)...)
		}
	}
	return all
}

// dump returns the texts in v and in everything that it points to, by their place.
func dump(v any) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		d := dumper{yield: yield, seen: map[visit]bool{}}
		d.walk("it", reflect.ValueOf(v))
	}
}

type visit struct {
	at uintptr
	of reflect.Type
}

type dumper struct {
	yield func(where, text string) bool
	seen  map[visit]bool
	done  bool
}

func (d *dumper) text(where, text string) { d.done = d.done || !d.yield(where, text) }

func (d *dumper) walk(where string, v reflect.Value) {
	if d.done || !v.IsValid() || v.Type() == reflect.TypeFor[Marks]() { // reached through the logger
		return
	}
	switch v.Kind() {
	case reflect.String:
		d.text(where, v.String())
	case reflect.Pointer:
		at := visit{v.Pointer(), v.Type()}
		if v.IsNil() || d.seen[at] {
			return
		}
		d.seen[at] = true
		d.walk(where, v.Elem())
	case reflect.Interface:
		d.walk(where, v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			d.walk(where+"."+v.Type().Field(i).Name, v.Field(i))
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			d.walk(where+"[key]", it.Key())
			d.walk(where+"[]", it.Value())
		}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			var text strings.Builder
			for i := range v.Len() {
				text.WriteByte(byte(v.Index(i).Uint()))
			}
			d.text(where, text.String())
			return
		}
		for i := range v.Len() {
			d.walk(where+"[]", v.Index(i))
		}
	default: // numbers; functions and channels show nothing
	}
}
