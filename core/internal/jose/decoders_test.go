package jose_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

// TestDecodersRunOnce: a type's own decoder is called as often as encoding/json calls it, also if something else in
// the document does not fit.
func TestDecodersRunOnce(t *testing.T) {
	type claims struct {
		First  counted             `json:"first"`
		I      int                 `json:"i"`
		Second *counted            `json:"second"`
		Inner  struct{ V counted } `json:"inner"`
		List   []counted           `json:"list"`
		Org    organization        `json:"org"`
	}
	for _, payload := range []string{
		`{"first":1,"i":1,"second":2,"inner":{"V":3},"list":[4,5]}`, `{"first":1,"i":"x","second":2}`,
		`{"first":"bad","i":1}`, `{"first":1,"second":"bad","i":"x"}`,
		`{"first":{"a":"b"},"second":null,"org":{"id":1}}`, `{"first":null,"inner":{"V":null},"list":[null,"bad",1]}`,
	} {
		o, err := jose.ParseObject([]byte(payload), jose.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		var got, want claims
		gotErr, wantErr := o.Fill(&got), json.Unmarshal([]byte(payload), &want)
		if !reflect.DeepEqual(gotErr, wantErr) {
			t.Errorf("%s: error %#v, want %#v", payload, gotErr, wantErr)
		}
		got.I, want.I, got.Org, want.Org = 0, 0, organization{}, organization{} // an error leaves these as they come
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", payload, got, want)
		}
	}
}

// hoarder and scribbler keep and change what they are given.
type hoarder struct{ kept []byte }

func (h *hoarder) UnmarshalJSON(data []byte) error { h.kept = data; return nil }

type scribbler struct{}

func (*scribbler) UnmarshalText(text []byte) error {
	for i := range text {
		text[i] = 'X'
	}
	return nil
}

// TestDecodersGetACopy: no method of a user's type reaches the payload, whatever is decoded, and wherever.
func TestDecodersGetACopy(t *testing.T) {
	const payload = `{"a":{"role":"user"},"b":"user","c":"text"}`
	type key struct{ scribbler }
	targets := map[string]func() any{
		"fields": func() any {
			return new(struct {
				A hoarder   `json:"a"`
				B scribbler `json:"b"`
				C string    `json:"c"`
			})
		},
		"itself":           func() any { return new(hoarder) },
		"map":              func() any { return new(map[string]hoarder) },
		"map of text":      func() any { return new(map[string]*scribbler) },
		"map keys":         func() any { return new(map[key]any) },
		"behind interface": func() any { var v any = new(hoarder); return &v },
		"interface field": func() any {
			return &struct {
				A any `json:"a"`
				B any `json:"b"`
			}{new(hoarder), new(scribbler)}
		},
		"raw": func() any { return new(json.RawMessage) },
	}
	for _, name := range slices.Sorted(maps.Keys(targets)) {
		for how, decode := range map[string]func(o jose.Object, v any) error{
			"Fill":   func(o jose.Object, v any) error { return o.Fill(v) },
			"Decode": func(o jose.Object, v any) error { return jose.Decode(o.Source(), v) },
		} {
			o, err := jose.ParseObject([]byte(payload), jose.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			v := targets[name]()
			_ = decode(o, v) // some of them do not fit
			scribble(reflect.ValueOf(v))
			if string(o.Source()) != payload {
				t.Errorf("%s into %s: the payload is now %s", how, name, o.Source())
			}
		}
	}
}

// scribble overwrites all bytes that v reaches.
func scribble(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			scribble(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			scribble(v.Field(i))
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			scribble(it.Value())
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			clear(v.Bytes())
		}
	default:
	}
}
