package jose_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

func object(tb testing.TB, data string) jose.Object {
	tb.Helper()
	o, err := jose.ParseObject([]byte(data), jose.Limits{})
	if err != nil {
		tb.Fatalf("%.80s: %v", data, err)
	}
	return o
}

func TestParseObjectAccepts(t *testing.T) {
	for _, data := range []string{
		`{}`, " \t\r\n{ } \t\r\n", `{"":""}`, `{"a":null,"b":true,"c":false}`, `{"a":[],"b":[[],{}]}`,
		`{"a":{"a":{"a":1}},"b":{"a":1}}`, `{"a":[{"x":1},{"x":1}]}`, `{"a":1,"A":2,"ａ":3}`,
		`{"a":0,"b":-0,"c":0.5,"d":-1.25e+10,"e":1E-2,"f":10,"g":123456789012345678901234567890}`,
		`{"a":"\"\\\/\b\f\n\r\t\u0000\u00e9\uD83D\uDE00 é 😀 ` + "\x7f" + `"}`, `{"a":"�","b":"\ufffd"}`,
		`{"a":[ 1 , 2 ] , "b" : { "c" : 3 } }`, `{"a":"` + strings.Repeat("x", 100) + `"}`,
	} {
		if _, err := jose.ParseObject([]byte(data), jose.Limits{}); err != nil {
			t.Errorf("%s: %v", data, err)
		}
		if !json.Valid([]byte(data)) {
			t.Errorf("%s: encoding/json disagrees", data)
		}
	}
}

func TestParseObjectRefuses(t *testing.T) {
	cases := map[string][]string{
		"JSON is not an object":              {``, ` `, `null`, `7`, `"x"`, `[]`, `x`, "\x00{}"},
		"JSON starts with a byte order mark": {"\xef\xbb\xbf{}"},
		"data follows the JSON object":       {`{}x`, `{}{}`, `{},`, "{}\x00", `{} // end`, "{}\v"},
		"JSON has a syntax error": {
			`{`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{,}`, `{"a":1,}`, `{"a" 1}`, `{"a":1 "b":2}`, `{a:1}`, `{'a':1}`,
			`{"a":[1,]}`, `{"a":[,1]}`, `{"a":[1}`, `{"a":[1 2]}`, `{"a":}`, `{"a":+1}`, `{"a":.5}`, `{"a":NaN}`,
			`{"a":Infinity}`,
			`{"a":1/**/}`, `{/**/}`, `{1:2}`, `{null:1}`, "{\"a\":\u00a01}", "{\f}", `{"a":1]`, `{"a"x1}`, `{"a";1}`,
			`{"a":True}`, `{"a":0x1}`, `{"a":1_0}`,
		},
		"JSON has an unknown literal": {`{"a":tru}`, `{"a":nul`, `{"a":falsE}`, `{"a":nULL}`},
		"JSON has a malformed number": {
			`{"a":-}`,
			`{"a":01}`,
			`{"a":-01}`,
			`{"a":1.}`,
			`{"a":1.e5}`,
			`{"a":1e}`,
			`{"a":1e+}`,
			`{"a":00}`,
			`{"a":-Infinity}`,
			`{"a":-.5}`,
		},
		"JSON has an unterminated string": {`{"a":"x`, `{"a":"x\`, `{"a`, `{"`, `{"a":"aaaaaaaaaaaaaaaa`},
		"JSON has a raw control character in a string": {
			"{\"a\":\"\n\"}",
			"{\"a\":\"\x00\"}",
			"{\"a\":\"12345678\x1f\"}",
			"{\"\t\":1}",
			"{\"a\":\"1234567\x1f90abcdefg\"}",
		},
		"JSON is not valid UTF-8": {
			"{\"a\":\"\xff\"}", "{\"a\":\"\xc3\"}", "{\"a\":\"\xed\xa0\x80\"}", "{\"a\":\"\xc0\xaf\"}", "{\"\x80\":1}",
			"{\"a\":\"\xf4\x90\x80\x80\"}",
			"{\"a\":\"12345678\xfe\"}", "{\"a\":\"1234\xfe567890\"}", "{\"a\":\"1234567\x80901234567\"}",
		},
		"JSON has an unknown escape in a string": {
			`{"a":"\x41"}`,
			`{"a":"\u00g0"}`,
			`{"a":"\u12"}`,
			`{"a":"\'"}`,
			`{"a":"\U0041"}`,
			`{"\a":1}`,
		},
		"JSON escapes half a surrogate pair": {
			`{"a":"\ud800"}`,
			`{"a":"\udc00"}`,
			`{"a":"\ud800\ud800"}`,
			`{"a":"\ud800x"}`,
			`{"a":"\udc00\ud800"}`,
			`{"a":"\ud800\n"}`,
			`{"\ud800":1}`,
		},
		"JSON names a member twice": {
			`{"a":1,"a":1}`, `{"exp":1,"\u0065xp":2}`, `{"\u0065xp":1,"exp":2}`, `{"\u0065xp":1,"e\u0078p":2}`, `{"":1,"":2}`,
			`{"a":{"b":1,"b":2}}`, `{"a":[{"b":1},{"b":1,"c":{},"b":2}]}`, `{"😀":1,"\ud83d\ude00":2}`,
			`{"a":1,"b":{"a":1},"a":2}`,
		},
	}
	for reason, documents := range cases {
		for _, data := range documents {
			o, err := jose.ParseObject([]byte(data), jose.Limits{})
			if err == nil {
				t.Errorf("%q: accepted, want %q", data, reason)
				continue
			}
			if got := refusal(t, err); got != reason {
				t.Errorf("%q: reason %q, want %q", data, got, reason)
			}
			if o.Len() != 0 {
				t.Errorf("%q: refused, but has members", data)
			}
		}
	}
}

func TestParseObjectDepth(t *testing.T) {
	nested := func(levels int, opening, closing string) string { // levels in all
		return `{"a":` + strings.Repeat(opening, levels-1) + "1" + strings.Repeat(closing, levels-1) + `}`
	}
	for _, tt := range []struct {
		limit, levels int
		ok            bool
	}{{0, 32, true}, {0, 33, false}, {-1, 33, false}, {2, 2, true}, {2, 3, false}, {40, 40, true}, {0, 100000, false}} {
		for _, data := range []string{nested(tt.levels, "[", "]"), nested(tt.levels, `{"a":`, "}")} {
			_, err := jose.ParseObject([]byte(data), jose.Limits{MaxDepth: tt.limit})
			if tt.ok && err != nil {
				t.Errorf("%d levels under limit %d: %v", tt.levels, tt.limit, err)
			}
			if !tt.ok && refusal(t, err) != "JSON is nested too deeply" {
				t.Errorf("%d levels over limit %d: %v", tt.levels, tt.limit, err)
			}
		}
	}
	// Depth counts what is open, not what was opened.
	if _, err := jose.ParseObject([]byte(`{"a":[[]],"b":{"c":{}},"d":[{}]}`), jose.Limits{MaxDepth: 3}); err != nil {
		t.Error(err)
	}
}

func manyMembers(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"%x":%d`, i, i%10)
	}
	return "{" + b.String()[1:] + "}"
}

func TestParseObjectMembers(t *testing.T) {
	elements := func(n int) string { return `{"a":[0` + strings.Repeat(",0", n-2) + `]}` } // with "a": n in all
	mixed := `{"a":[1,{"b":2}],"c":{"d":[]}}`                                              // six
	for _, tt := range []struct {
		limit int
		data  string
		ok    bool
	}{
		{0, manyMembers(2048), true},
		{0, manyMembers(2049), false},
		{0, elements(2048), true},
		{0, elements(2049), false},
		{-1, elements(2049), false},
		{6, mixed, true},
		{5, mixed, false},
		{1, `{"a":1}`, true},
		{3000, manyMembers(3000), true},
	} {
		_, err := jose.ParseObject([]byte(tt.data), jose.Limits{MaxMembers: tt.limit})
		if tt.ok && err != nil {
			t.Errorf("%.20s under limit %d: %v", tt.data, tt.limit, err)
		}
		if !tt.ok && refusal(t, err) != "JSON has too many members" {
			t.Errorf("%.20s over limit %d: %v", tt.data, tt.limit, err)
		}
	}
}

// Duplicates are found by comparing in small objects and by hashing in large ones; both sides of the border count.
func TestParseObjectDuplicatesAtEverySize(t *testing.T) {
	for n := 1; n < 130; n++ {
		object(t, manyMembers(n))
		for _, at := range []int{0, n / 2, n - 1} {
			for _, name := range []string{fmt.Sprintf("%x", at), strings.Replace(fmt.Sprintf("%x", at), "1", `\u0031`, 1)} {
				data := strings.TrimSuffix(manyMembers(n), "}") + `,"` + name + `":0}`
				_, err := jose.ParseObject([]byte(data), jose.Limits{})
				if err == nil || refusal(t, err) != "JSON names a member twice" {
					t.Errorf("%d members and %s again: %v", n, name, err)
				}
				if _, err := jose.ParseObject([]byte(`{"x":`+data+`}`), jose.Limits{}); err == nil {
					t.Errorf("%d nested members and %s again: accepted", n, name)
				}
			}
		}
	}
}

func TestObject(t *testing.T) {
	o := object(t, `{"b":1,"\u0061":[2],"B":{"c":null},"\\u0061":4}`)
	var names []string
	for name, value := range o.All() {
		found, ok := o.Lookup(name)
		if !ok || string(found.Raw()) != string(value.Raw()) {
			t.Errorf("Lookup(%q) = %s, All says %s", name, found.Raw(), value.Raw())
		}
		names = append(names, name+"="+string(value.Raw()))
	}
	if want := []string{`b=1`, `a=[2]`, `B={"c":null}`, `\u0061=4`}; !slices.Equal(names, want) {
		t.Errorf("All() = %q, want %q", names, want)
	}
	for range o.All() {
		break // must not go on
	}
	if o.Len() != 4 {
		t.Errorf("Len() = %d", o.Len())
	}
	for _, name := range []string{"", "c", "bb", "A"} {
		if v, ok := o.Lookup(name); ok || v.Kind() != jose.KindInvalid {
			t.Errorf("Lookup(%q) = %s", name, v.Raw())
		}
	}
	var zero jose.Object
	if _, ok := zero.Lookup(""); ok || zero.Len() != 0 {
		t.Error("the zero Object has members")
	}
	if allocs := testing.AllocsPerRun(100, func() { o.Lookup("a"); o.Lookup("nope") }); allocs != 0 {
		t.Errorf("Lookup: %v allocations", allocs)
	}
}

func BenchmarkParseObject(b *testing.B) {
	var names []string
	for i := range 24 { // one fingerprint for all names of an object
		names = append(names, fmt.Sprintf(`"a%03db":{}`, i))
	}
	hostile := "{" + strings.Join(names, ",") + "}"
	for _, bench := range []struct{ name, data string }{
		{"clerk", clerkPayload},
		{"2000 members", manyMembers(2000)},
		{"80 small objects of like names", `{"a":[` + strings.Repeat(hostile+",", 79) + hostile + `]}`},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.SetBytes(int64(len(bench.data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := jose.ParseObject([]byte(bench.data), jose.Limits{MaxMembers: 4096}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("clerk, encoding/json to map", func(b *testing.B) {
		b.SetBytes(int64(len(clerkPayload)))
		b.ReportAllocs()
		for b.Loop() {
			var m map[string]any
			if err := json.Unmarshal([]byte(clerkPayload), &m); err != nil {
				b.Fatal(err)
			}
		}
	})
}
