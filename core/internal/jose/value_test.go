package jose_test

import (
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

// value wraps data in an object and returns it as a Value.
func value(tb testing.TB, data string) jose.Value {
	tb.Helper()
	v, ok := object(tb, `{"v":`+data+`}`).Lookup("v")
	if !ok {
		tb.Fatalf("%s is gone", data)
	}
	return v
}

func TestValueKindAndRaw(t *testing.T) {
	for data, kind := range map[string]jose.Kind{
		`null`: jose.KindNull, `true`: jose.KindBool, `false`: jose.KindBool, `0`: jose.KindNumber, `-1.5e3`: jose.KindNumber,
		`"x"`: jose.KindString, `""`: jose.KindString, `[ ]`: jose.KindArray, `{ "a" : 1 }`: jose.KindObject,
	} {
		v := value(t, data)
		if v.Kind() != kind || string(v.Raw()) != data {
			t.Errorf("%s: kind %d, raw %s", data, v.Kind(), v.Raw())
		}
		if cap(v.Raw()) != len(v.Raw()) {
			t.Errorf("%s: appending to Raw would overwrite the document", data)
		}
	}
	if (jose.Value{}).Kind() != jose.KindInvalid {
		t.Error("the zero Value has a kind")
	}
}

func TestValueText(t *testing.T) {
	for data, want := range map[string]string{
		`""`:                                 "",
		`"plain é 😀"`:                        "plain é 😀",
		`"\"\\\/\b\f\n\r\t"`:                 "\"\\/\b\f\n\r\t",
		`"a\u0041\u00e9\u20ac\ud83d\uDE00z"`: "aAé€😀z",
		`"\u0000"`:                           "\x00", `"\ufffd"`: "\ufffd",
	} {
		v := value(t, data)
		if got, ok := v.Text(); !ok || got != want {
			t.Errorf("%s: Text() = %q, %v", data, got, ok)
		}
		if !v.TextIs(want) || v.TextIs(want+"x") || v.TextIs(want+"a long tail of text") || v.TextIs("x"+want) {
			t.Errorf("%s: TextIs is wrong", data)
		}
	}
	for _, data := range []string{`null`, `true`, `1`, `["x"]`, `{"x":"x"}`} {
		v := value(t, data)
		if got, ok := v.Text(); ok || got != "" || v.TextIs("") || v.TextIs("x") || v.TextIs(data) {
			t.Errorf("%s: Text() = %q, %v", data, got, ok)
		}
	}
	if got, ok := (jose.Value{}).Text(); ok || got != "" {
		t.Error("the zero Value is a string")
	}
	v := value(t, `"https://issuer.example"`)
	if allocs := testing.AllocsPerRun(100, func() { v.TextIs("https://issuer.example") }); allocs != 0 {
		t.Errorf("TextIs: %v allocations", allocs)
	}
}

func TestValueBool(t *testing.T) {
	for data, want := range map[string][2]bool{
		`true`: {true, true}, `false`: {false, true}, `"true"`: {}, `1`: {}, `null`: {}, `[true]`: {},
	} {
		if got, ok := value(t, data).Bool(); got != want[0] || ok != want[1] {
			t.Errorf("%s: Bool() = %v, %v", data, got, ok)
		}
	}
}

func TestValueTexts(t *testing.T) {
	for _, tt := range []struct {
		data         string
		texts, words []string // nil: refused
	}{
		{`"a b"`, []string{"a b"}, []string{"a", "b"}},
		{`"  a  b "`, []string{"  a  b "}, []string{"a", "b"}},
		{`"a\u0020b\tc"`, []string{"a b\tc"}, []string{"a", "b\tc"}},
		{`""`, []string{""}, []string{}},
		{`[]`, []string{}, []string{}},
		{`["a b","c"]`, []string{"a b", "c"}, []string{"a b", "c"}},
		{`[ "\u0061" , "]" , "\"," ]`, []string{"a", "]", `",`}, []string{"a", "]", `",`}},
		{`["a",1]`, nil, nil},
		{`["a",null]`, nil, nil},
		{`["a",["b"]]`, nil, nil},
		{`1`, nil, nil},
		{`null`, nil, nil},
		{`{"a":"b"}`, nil, nil},
	} {
		v := value(t, tt.data)
		if got, ok := v.Texts(); !slices.Equal(got, tt.texts) || ok != (tt.texts != nil) {
			t.Errorf("%s: Texts() = %q, %v", tt.data, got, ok)
		}
		if got, ok := v.Words(); !slices.Equal(got, tt.words) || ok != (tt.words != nil) {
			t.Errorf("%s: Words() = %q, %v", tt.data, got, ok)
		}
		for _, s := range append(tt.texts, "", "a", "zzz", "1") {
			if got, want := v.HasText(s), slices.Contains(tt.texts, s); got != want {
				t.Errorf("%s: HasText(%q) = %v", tt.data, s, got)
			}
		}
	}
	v := value(t, `["https://api.example","https://issuer.example/userinfo"]`)
	if allocs := testing.AllocsPerRun(100, func() { v.HasText("https://issuer.example/userinfo") }); allocs != 0 {
		t.Errorf("HasText: %v allocations", allocs)
	}
}

func TestValueNesting(t *testing.T) {
	o, ok := value(t, `{ "a" : {"b":[1]}, "c":2 }`).Object()
	if !ok || o.Len() != 2 {
		t.Fatalf("Object() has %d members, %v", o.Len(), ok)
	}
	if c, found := o.Lookup("c"); !found || string(c.Raw()) != "2" {
		t.Errorf("c = %s", c.Raw())
	}
	if empty, ok := value(t, `{}`).Object(); !ok || empty.Len() != 0 {
		t.Error("an empty object is not an object")
	}
	for _, data := range []string{`[]`, `"{}"`, `null`} {
		if _, ok := value(t, data).Object(); ok {
			t.Errorf("%s is an object", data)
		}
	}

	// Limits apply to the document as a whole, not again to each part.
	wide, err := jose.ParseObject([]byte(`{"v":`+manyMembers(3000)+`}`), jose.Limits{MaxMembers: 3001})
	if err != nil {
		t.Fatal(err)
	}
	v, _ := wide.Lookup("v")
	if o, ok := v.Object(); !ok || o.Len() != 3000 {
		t.Errorf("Object() has %d members, %v", o.Len(), ok)
	}
}

func TestValueElements(t *testing.T) {
	for data, want := range map[string][]string{
		`[]`: nil, `[ ]`: nil, `{"a":1}`: nil, `"[1]"`: nil, `null`: nil,
		` [ 1 , "],\"" , [ [2] , {} ] , {"a":"}"} , null ]`: {`1`, `"],\""`, `[ [2] , {} ]`, `{"a":"}"}`, `null`},
	} {
		var got []string
		for element := range value(t, data).Elements() {
			got = append(got, string(element.Raw()))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", data, got, want)
		}
	}
	for element := range value(t, `[1,2]`).Elements() {
		if string(element.Raw()) != "1" {
			t.Error("went on after break")
		}
		break
	}
}
