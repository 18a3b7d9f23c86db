package jose_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

type (
	plainClaims struct {
		Text   string      `json:"text"`
		Label  label       `json:"label"`
		On     bool        `json:"on"`
		I      int         `json:"i"`
		I8     int8        `json:"i8"`
		U16    uint16      `json:"u16"`
		F32    float32     `json:"f32"`
		F64    float64     `json:"f64"`
		Number json.Number `json:"number"`
	}
	listClaims struct {
		Texts   []string        `json:"texts"`
		Ints    []int           `json:"ints"`
		Numbers []json.Number   `json:"numbers"`
		Orgs    []organization  `json:"orgs"`
		Pointed []*organization `json:"pointed"`
		Nested  [][]string      `json:"nested"`
	}
	embeddedClaims struct {
		Embedded
		Text string `json:"text"`
	}
	unexportedEmbedded struct {
		embedded
		Text string `json:"text"`
	}
	deepEmbedded struct {
		level1
		Text string `json:"text"`
	}
	level1 struct {
		level2
		Small int16 `json:"small"` // hides the one of level 2
	}
	level2      struct{ embedded }
	arrayClaims struct {
		Pair  [2]int          `json:"pair"`
		Texts [3]string       `json:"texts"`
		Orgs  [2]organization `json:"orgs"`
		None  [0]int          `json:"none"`
	}
	byValue struct {
		Org    organization `json:"org"`
		Nested struct {
			Org  organization `json:"org"`
			Pair [2]bool      `json:"pair"`
		} `json:"nested"`
		Text string `json:"text"`
	}
	pointerClaims struct {
		Text *string       `json:"text"`
		I    *int          `json:"i"`
		Org  *organization `json:"org"`
		List *[]string     `json:"list"`
		Pair *[2]int       `json:"pair"`
	}
	treeClaims struct {
		Name     string       `json:"name"`
		Child    *treeClaims  `json:"child"`
		Children []treeClaims `json:"children"`
	}
	mixedClaims struct {
		Text   string            `json:"text"`
		I      int               `json:"i"`
		Any    any               `json:"any"`
		Map    map[string]string `json:"map"`
		Ints   map[int]string    `json:"ints"`
		At     time.Time         `json:"at"`
		Raw    json.RawMessage   `json:"raw"`
		Bytes  []byte            `json:"bytes"`
		Quoted int               `json:"quoted,string"`
		Said   string            `json:"said,string"`
		PP     **int             `json:"pp"`
		Last   bool              `json:"last"`
	}
	viaPointer struct {
		*Embedded
		*embedded
		Text string `json:"text"`
	}
	textKeys struct {
		ByLabel map[label]int `json:"by_label"`
		Key     textual       `json:"key"`
		Keys    []textual     `json:"keys"`
		Text    string        `json:"text"`
	}
	// Neither method is promoted: two of them compete.
	ambiguous struct {
		counted
		hoarder //nolint:unused // its method is the point

		Text string `json:"text"`
	}
)

// textual decodes itself from text.
type textual struct{ got string }

func (x *textual) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		return errors.New("no text")
	}
	x.got = "<" + string(text) + ">"
	return nil
}

// counted counts how often it was decoded.
type counted struct {
	Calls int `json:"-"`
	last  string
}

func (c *counted) UnmarshalJSON(data []byte) error {
	c.Calls++
	c.last = string(data)
	if c.last == `"bad"` {
		return errors.New("bad value")
	}
	return nil
}

// jsonCases are documents for a type, without names that differ in case only. Those of fast are filled without
// encoding/json, of those of slow it is left something.
var jsonCases = []struct {
	name       string
	fresh      func() any
	fast, slow []string
}{
	{
		"plain", func() any { return new(plainClaims) },
		[]string{
			`{}`, `{"text":"a\u00e9\ud83d\ude00\n","label":"l","on":true,"i":-3,"i8":127,"u16":65535,"f32":1.25,"f64":-1e-7,"number":12345678901234567890}`,
			`{"text":null,"label":null,"on":null,"i":null,"i8":null,"u16":null,"f32":null,"f64":null,"number":null}`,
			`{"number":-0.0,"i":-0,"f64":-0}`, `{"number":1E+400}`, `{"other":{"text":[1]},"text":"a"}`,
		},
		[]string{
			`{"text":1}`, `{"text":["a"]}`, `{"label":true}`, `{"on":"true"}`, `{"on":1}`, `{"i":1.0}`, `{"i":1e2}`, `{"i":"1"}`, `{"i":99999999999999999999}`,
			`{"i8":128}`, `{"i8":-129}`, `{"u16":-1}`, `{"u16":-0}`, `{"u16":65536}`, `{"f32":1e39}`, `{"f64":1e309}`, `{"f64":"1"}`,
			`{"number":"12"}`, `{"number":"admin"}`, `{"number":""}`, `{"number":true}`, `{"i":"x","text":"kept","u16":{}}`,
		},
	},
	{
		"lists", func() any { return new(listClaims) },
		[]string{
			`{"texts":["a","b"],"ints":[1,-1],"numbers":[1,2.50],"orgs":[{"id":"a"},{"rol":"r"}],"pointed":[{"id":"a"},null],"nested":[["a"],[],null]}`,
			`{"texts":[],"ints":[],"orgs":[]}`, `{"texts":null,"ints":null,"orgs":null,"pointed":null}`, `{"texts":["a",null],"ints":[1,null],"orgs":[null]}`,
		},
		[]string{`{"texts":"one"}`, `{"texts":["a",1,"c"]}`, `{"ints":[1,"2",3]}`, `{"numbers":["x"]}`, `{"orgs":[{"id":1}]}`, `{"orgs":{"id":"a"}}`, `{"nested":["a"]}`},
	},
	{
		"embedded", func() any { return new(embeddedClaims) },
		[]string{`{"iss":"i","text":"t"}`, `{"iss":null}`, `{"Embedded":{"iss":"i"}}`},
		[]string{`{"iss":1}`},
	},
	{
		"unexported embedded", func() any { return new(unexportedEmbedded) },
		[]string{`{"sub":"s","small":-8,"text":"t"}`, `{"embedded":{"sub":"s"}}`},
		[]string{`{"small":300,"sub":"s"}`},
	},
	{
		"deeply embedded", func() any { return new(deepEmbedded) },
		[]string{`{"sub":"s","small":300,"text":"t"}`},
		[]string{`{"small":70000}`},
	},
	{
		"arrays", func() any { return new(arrayClaims) },
		[]string{
			`{"pair":[1,2],"texts":["a","b","c"],"orgs":[{"id":"a"},{"id":"b"}],"none":[]}`, `{"pair":[1]}`, `{"pair":[]}`, `{"pair":[1,2,3]}`, `{"pair":null}`,
			`{"pair":[null,2]}`, `{"none":[1]}`, `{"pair":[1,2,"x"]}`,
		},
		[]string{`{"pair":["x",2]}`, `{"pair":[1,"x"]}`, `{"pair":{}}`, `{"orgs":[{"id":1},{"id":"b"}]}`, `{"texts":"a"}`},
	},
	{
		"by value", func() any { return new(byValue) },
		[]string{`{"org":{"id":"a","rol":"r"},"nested":{"org":{"id":"b"},"pair":[true,false]},"text":"t"}`, `{"org":null,"nested":null}`, `{"org":{}}`},
		[]string{`{"org":[]}`, `{"org":"x","text":"t"}`, `{"org":{"id":"a","rol":7}}`, `{"nested":{"org":{"id":"b"},"pair":[1]}}`},
	},
	{
		"pointers", func() any { return new(pointerClaims) },
		[]string{`{"text":"t","i":7,"org":{"id":"a"},"list":["a"],"pair":[1,2]}`, `{"text":null,"i":null,"org":null,"list":null}`},
		[]string{`{"text":7}`, `{"i":"7"}`, `{"org":[]}`, `{"list":[1]}`},
	},
	{
		"trees", func() any { return new(treeClaims) },
		[]string{`{"name":"a","child":{"name":"b","child":{"name":"c"}},"children":[{"name":"d","children":[{"name":"e"}]}]}`},
		[]string{`{"child":{"child":{"child":{"name":1}}}}`},
	},
	{
		"mixed", func() any { return new(mixedClaims) },
		[]string{`{"text":"t","i":1,"last":true}`},
		[]string{
			`{"any":{"a":[1,"2",null],"A":1}}`, `{"map":{"k":"v","K":"w"}}`, `{"ints":{"1":"a","-2":"b"}}`, `{"ints":{"x":"a"}}`, `{"at":"2026-01-01T00:00:00Z"}`, `{"at":"noon"}`,
			`{"raw":{"x": 1}}`, `{"bytes":"aGk="}`, `{"bytes":[1,2]}`, `{"quoted":"12"}`, `{"quoted":12}`, `{"quoted":"x"}`, `{"quoted":null}`,
			`{"said":"\"admin\""}`, `{"said":"admin"}`, `{"said":5}`, `{"pp":5}`, `{"pp":null}`,
			`{"text":"t","any":1,"i":"x","last":true,"map":{"k":1}}`, ` { "i" : 3 , "any" : 1.0 , "text":"t", "map" : { "k" : "v" } } `,
		},
	},
	{
		"through a pointer", func() any { return new(viaPointer) },
		[]string{`{"text":"t"}`},
		[]string{`{"iss":"i","text":"t"}`, `{"sub":"s"}`, `{"text":"t","iss":null}`},
	},
	{
		"text", func() any { return new(textKeys) },
		[]string{`{"text":"t"}`},
		[]string{`{"by_label":{"a":1},"key":"k","keys":["a","b"]}`, `{"key":""}`, `{"key":7}`, `{"key":null}`},
	},
	{"ambiguous", func() any { return new(ambiguous) }, []string{`{"text":"t","Calls":7}`, `{"counted":1,"hoarder":2}`}, nil},
}

// TestFillIsEncodingJSON holds Fill to encoding/json itself: the same value or the same error. It counts a document as
// filled only if encoding/json was not asked.
func TestFillIsEncodingJSON(t *testing.T) {
	for _, tt := range jsonCases {
		t.Run(tt.name, func(t *testing.T) {
			for _, payload := range slices.Concat(tt.fast, tt.slow) {
				checkJSON(t, payload, tt.fresh)
				o, err := jose.ParseObject([]byte(payload), jose.Limits{})
				if err != nil {
					t.Fatalf("%s: %v", payload, err)
				}
				rest, fills := jose.FillLeaves(o, tt.fresh())
				if fast := slices.Contains(tt.fast, payload); !fills || fast != (rest == nil) {
					t.Errorf("%s: fills %v and leaves %q", payload, fills, rest)
				}
			}
		})
	}
}

func checkJSON(t *testing.T, payload string, fresh func() any) {
	t.Helper()
	o, err := jose.ParseObject([]byte(payload), jose.Limits{})
	if err != nil {
		return
	}
	got, want := fresh(), fresh()
	gotErr, wantErr := o.Fill(got), json.Unmarshal([]byte(payload), want)
	if !reflect.DeepEqual(gotErr, wantErr) {
		t.Fatalf("%T %s:\n got %#v\nwant %#v", got, payload, gotErr, wantErr)
	}
	if wantErr == nil && !reflect.DeepEqual(got, want) {
		t.Fatalf("%T %s:\n got %+v\nwant %+v", got, payload, got, want)
	}
	if string(o.Source()) != payload && o.Len() > 0 {
		t.Fatalf("%T: the payload was changed to %s", got, o.Source())
	}
}

// TestFillOfEveryType decodes every value into a field of every type, alone and in every container.
func TestFillOfEveryType(t *testing.T) {
	scalars := []reflect.Type{
		reflect.TypeFor[string](), reflect.TypeFor[label](), reflect.TypeFor[bool](), reflect.TypeFor[int](), reflect.TypeFor[int8](), reflect.TypeFor[uint](),
		reflect.TypeFor[uint8](), reflect.TypeFor[uintptr](), reflect.TypeFor[float32](), reflect.TypeFor[float64](), reflect.TypeFor[json.Number](), reflect.TypeFor[any](),
		reflect.TypeFor[fmt.Stringer](), reflect.TypeFor[time.Time](), reflect.TypeFor[json.RawMessage](), reflect.TypeFor[textual](), reflect.TypeFor[counted](),
		reflect.TypeFor[organization](), reflect.TypeFor[treeClaims](), reflect.TypeFor[map[int]string](), reflect.TypeFor[chan int](), reflect.TypeFor[complex128](),
		reflect.TypeFor[selfSlice](), reflect.TypeFor[struct{ counted }](), reflect.TypeFor[plainClaims](), reflect.TypeFor[unexportedEmbedded](),
	}
	types := slices.Clone(scalars)
	for _, s := range scalars {
		types = append(types, reflect.PointerTo(s), reflect.SliceOf(s), reflect.ArrayOf(2, s), reflect.MapOf(reflect.TypeFor[string](), s),
			reflect.SliceOf(reflect.PointerTo(s)), reflect.PointerTo(reflect.PointerTo(s)), reflect.PointerTo(reflect.SliceOf(s)), reflect.SliceOf(reflect.SliceOf(s)))
	}
	values := []string{
		`null`, `true`, `0`, `-1`, `1.5`, `300`, `1e400`, `12345678901234567890`, `""`, `"text"`, `"12"`, `"\"q\""`, `"null"`, `"2026-01-01T00:00:00Z"`, `"bad"`, `"aGk="`,
		`[]`, `[null]`, `["a","b","c"]`, `[1,2,3]`, `[1,"a"]`, `[[1],[]]`, `[{}]`, `[{"id":"a"},{"id":1}]`, `{}`, `{"id":"a","rol":null}`, `{"1":"a"}`, `{"name":"n","child":{"name":"m"}}`,
		`{"text":"a","number":1}`, `{"sub":"s","small":7}`,
	}
	for _, typ := range types {
		for _, tag := range []string{`json:"v"`, `json:"v,string"`, `json:"v,omitempty"`} {
			target := reflect.StructOf([]reflect.StructField{
				{Name: "V", Type: typ, Tag: reflect.StructTag(tag)}, {Name: "W", Type: reflect.TypeFor[string](), Tag: `json:"w"`},
			})
			for _, value := range values {
				checkJSON(t, `{"w":"before","v":`+value+`}`, func() any { return reflect.New(target).Interface() })
			}
		}
	}
}

// TestFillIntoWhatIsThere: the target may hold values already, which encoding/json merges, keeps or replaces.
func TestFillIntoWhatIsThere(t *testing.T) {
	seven, text := 7, "kept"
	for name, fresh := range map[string]func() any{
		"lists": func() any {
			return &listClaims{Texts: []string{"kept", "kept"}, Ints: make([]int, 1, 8), Orgs: []organization{{ID: "kept", Role: "kept"}}}
		},
		"arrays": func() any {
			return &arrayClaims{Pair: [2]int{8, 9}, Orgs: [2]organization{{ID: "kept"}, {Role: "kept"}}}
		},
		"by value": func() any { return &byValue{Org: organization{ID: "kept", Role: "kept"}, Text: "kept"} },
		"pointers": func() any {
			i, s := seven, text
			return &pointerClaims{Text: &s, I: &i, Org: &organization{ID: "kept"}}
		},
		"mixed": func() any {
			return &mixedClaims{Any: &organization{ID: "kept"}, Map: map[string]string{"kept": "v"}, Raw: json.RawMessage(`"kept"`), Last: true}
		},
		"embedded pointer": func() any {
			return &viaPointer{Embedded: &Embedded{Issuer: "kept"}, embedded: &embedded{Subject: "kept"}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, tt := range jsonCases {
				for _, payload := range slices.Concat(tt.fast, tt.slow) {
					if !strings.Contains(payload, `"A"`) { // which a pointer behind an interface would match
						checkJSON(t, payload, fresh)
					}
				}
			}
		})
	}
}

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
		`{"first":1,"i":1,"second":2,"inner":{"V":3},"list":[4,5]}`, `{"first":1,"i":"x","second":2}`, `{"first":"bad","i":1}`, `{"first":1,"second":"bad","i":"x"}`,
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

// TestDecodersGetACopy: no method of a user's type reaches the payload, whatever is decoded and wherever it stands.
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

func FuzzFillIsEncodingJSON(f *testing.F) {
	for _, tt := range jsonCases {
		for _, payload := range slices.Concat(tt.fast, tt.slow) {
			f.Add(payload)
		}
	}
	f.Fuzz(func(t *testing.T, payload string) {
		if foldable(payload) {
			return
		}
		for _, tt := range jsonCases {
			checkJSON(t, payload, tt.fresh)
		}
	})
}

// foldable reports whether a document may hold a name that encoding/json takes for another: it is not in lower case,
// where all names of jsonCases are.
func foldable(payload string) bool {
	return strings.ToLower(payload) != payload || strings.ContainsFunc(payload, func(r rune) bool { return r > 0x7f || r == '\\' })
}
