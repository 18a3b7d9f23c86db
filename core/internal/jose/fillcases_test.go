package jose_test

import (
	"encoding/json"
	"errors"
	"time"
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
		"plain",
		func() any { return new(plainClaims) },
		[]string{
			`{}`,
			`{"text":"a\u00e9\ud83d\ude00\n","label":"l","on":true,"i":-3,"i8":127,"u16":65535,"f32":1.25,"f64":-1e-7,"number":12345678901234567890}`,
			`{"text":null,"label":null,"on":null,"i":null,"i8":null,"u16":null,"f32":null,"f64":null,"number":null}`,
			`{"number":-0.0,"i":-0,"f64":-0}`,
			`{"number":1E+400}`,
			`{"other":{"text":[1]},"text":"a"}`,
		},
		[]string{
			`{"text":1}`, `{"text":["a"]}`, `{"label":true}`, `{"on":"true"}`, `{"on":1}`, `{"i":1.0}`, `{"i":1e2}`,
			`{"i":"1"}`, `{"i":99999999999999999999}`,
			`{"i8":128}`, `{"i8":-129}`, `{"u16":-1}`, `{"u16":-0}`, `{"u16":65536}`, `{"f32":1e39}`, `{"f64":1e309}`,
			`{"f64":"1"}`,
			`{"number":"12"}`, `{"number":"admin"}`, `{"number":""}`, `{"number":true}`, `{"i":"x","text":"kept","u16":{}}`,
		},
	},
	{
		"lists",
		func() any { return new(listClaims) },
		[]string{
			`{"texts":["a","b"],"ints":[1,-1],"numbers":[1,2.50],"orgs":[{"id":"a"},{"rol":"r"}],"pointed":[{"id":"a"},null],"nested":[["a"],[],null]}`,
			`{"texts":[],"ints":[],"orgs":[]}`,
			`{"texts":null,"ints":null,"orgs":null,"pointed":null}`,
			`{"texts":["a",null],"ints":[1,null],"orgs":[null]}`,
		},
		[]string{
			`{"texts":"one"}`, `{"texts":["a",1,"c"]}`, `{"ints":[1,"2",3]}`, `{"numbers":["x"]}`, `{"orgs":[{"id":1}]}`,
			`{"orgs":{"id":"a"}}`, `{"nested":["a"]}`,
		},
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
			`{"pair":[1,2],"texts":["a","b","c"],"orgs":[{"id":"a"},{"id":"b"}],"none":[]}`, `{"pair":[1]}`, `{"pair":[]}`,
			`{"pair":[1,2,3]}`, `{"pair":null}`,
			`{"pair":[null,2]}`, `{"none":[1]}`, `{"pair":[1,2,"x"]}`,
		},
		[]string{`{"pair":["x",2]}`, `{"pair":[1,"x"]}`, `{"pair":{}}`, `{"orgs":[{"id":1},{"id":"b"}]}`, `{"texts":"a"}`},
	},
	{
		"by value", func() any { return new(byValue) },
		[]string{
			`{"org":{"id":"a","rol":"r"},"nested":{"org":{"id":"b"},"pair":[true,false]},"text":"t"}`,
			`{"org":null,"nested":null}`, `{"org":{}}`,
		},
		[]string{
			`{"org":[]}`, `{"org":"x","text":"t"}`, `{"org":{"id":"a","rol":7}}`, `{"nested":{"org":{"id":"b"},"pair":[1]}}`,
		},
	},
	{
		"pointers", func() any { return new(pointerClaims) },
		[]string{
			`{"text":"t","i":7,"org":{"id":"a"},"list":["a"],"pair":[1,2]}`, `{"text":null,"i":null,"org":null,"list":null}`,
		},
		[]string{`{"text":7}`, `{"i":"7"}`, `{"org":[]}`, `{"list":[1]}`},
	},
	{
		"trees", func() any { return new(treeClaims) },
		[]string{
			`{"name":"a","child":{"name":"b","child":{"name":"c"}},"children":[{"name":"d","children":[{"name":"e"}]}]}`,
		},
		[]string{`{"child":{"child":{"child":{"name":1}}}}`},
	},
	{
		"mixed", func() any { return new(mixedClaims) },
		[]string{`{"text":"t","i":1,"last":true}`},
		[]string{
			`{"any":{"a":[1,"2",null],"A":1}}`, `{"map":{"k":"v","K":"w"}}`, `{"ints":{"1":"a","-2":"b"}}`,
			`{"ints":{"x":"a"}}`, `{"at":"2026-01-01T00:00:00Z"}`, `{"at":"noon"}`,
			`{"raw":{"x": 1}}`, `{"bytes":"aGk="}`, `{"bytes":[1,2]}`, `{"quoted":"12"}`, `{"quoted":12}`, `{"quoted":"x"}`,
			`{"quoted":null}`,
			`{"said":"\"admin\""}`, `{"said":"admin"}`, `{"said":5}`, `{"pp":5}`, `{"pp":null}`,
			`{"text":"t","any":1,"i":"x","last":true,"map":{"k":1}}`,
			` { "i" : 3 , "any" : 1.0 , "text":"t", "map" : { "k" : "v" } } `,
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
	{"ambiguous", func() any { return new(ambiguous) }, []string{
		`{"text":"t","Calls":7}`, `{"counted":1,"hoarder":2}`,
	}, nil},
}
