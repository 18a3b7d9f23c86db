package strictjson_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/internal/strictjson"
)

type config struct {
	Issuer   string        `json:"issuer"`
	Parties  []string      `json:"parties"`
	Any      []string      `json:"any,omitzero"`
	Strict   bool          `json:"strict"`
	MaxBytes int           `json:"maxBytes"`
	Leeway   time.Duration `json:"-"`
	Nested   []config      `json:"nested"`
}

func TestDecode(t *testing.T) {
	document, problems := strictjson.Parse([]byte(
		`{"issuer": "a", "parties": ["b"], "any": [], "strict": true, "maxBytes": 7, "leewaySeconds": 0.29, "nested": [{"issuer": "c"}]}`,
	))
	if problems != nil {
		t.Fatal(problems)
	}
	var got config
	if problems := document.Decode(&got); problems != nil {
		t.Fatal(problems)
	}
	want := config{
		Issuer:   "a",
		Parties:  []string{"b"},
		Any:      []string{},
		Strict:   true,
		MaxBytes: 7,
		Leeway:   290 * time.Millisecond,
		Nested:   []config{{Issuer: "c"}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestProblems(t *testing.T) {
	type problem struct {
		path         string
		line, column int
		empty        bool
		unknown      bool
	}
	cases := map[string]struct {
		json string
		want problem
	}{
		"a syntax error":   {"{\n  \"issuer\": nope}", problem{"", 2, 14, false, false}},
		"cut off":          {`{"issuer": "a"`, problem{"", 1, 15, false, false}},
		"text after it":    {`{} {}`, problem{"", 1, 4, false, false}},
		"an array":         {`[]`, problem{"", 1, 1, false, false}},
		"a half surrogate": {`{"issuer": "\ud800"}`, problem{"", 1, 1, false, false}},
		"a duplicate":      {`{"issuer": "a", "issuer": "b"}`, problem{"issuer", 1, 17, false, false}},
		"a nested duplicate": {
			`{"nested": [{"issuer": "a", "issuer": "b"}]}`,
			problem{"nested[0].issuer", 1, 29, false, false},
		},
		"another case":         {`{"Issuer": "a"}`, problem{"Issuer", 1, 2, false, true}},
		"an unknown member":    {"{\n\"audience\": 1}", problem{"audience", 2, 1, false, true}},
		"null":                 {`{"issuer": null}`, problem{"issuer", 1, 2, false, false}},
		"null in a list":       {`{"parties": [null]}`, problem{"parties[0]", 1, 14, false, false}},
		"an empty string":      {`{"issuer": ""}`, problem{"issuer", 1, 2, true, false}},
		"an empty list":        {`{"parties": []}`, problem{"parties", 1, 2, true, false}},
		"a string for a list":  {`{"parties": "a"}`, problem{"parties", 1, 2, false, false}},
		"a string for a bool":  {`{"strict": "false"}`, problem{"strict", 1, 2, false, false}},
		"a fraction":           {`{"maxBytes": 1.5}`, problem{"maxBytes", 1, 2, false, false}},
		"seconds as text":      {`{"leewaySeconds": "1s"}`, problem{"leewaySeconds", 1, 2, false, false}},
		"seconds out of range": {`{"leewaySeconds": 1e300}`, problem{"leewaySeconds", 1, 2, false, false}},
		"a variable":           {`{"issuer": "https://${HOST}"}`, problem{"issuer", 1, 2, false, false}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var got config
			document, problems := strictjson.Parse([]byte(c.json))
			if problems == nil {
				problems = document.Decode(&got)
			}
			if len(problems) != 1 {
				t.Fatalf("%d problems, want one: %+v", len(problems), problems)
			}
			p := problems[0]
			line, column := strictjson.LineColumn([]byte(c.json), p.Offset)
			if found := (problem{p.Path, line, column, p.Empty, p.Unknown}); found != c.want {
				t.Errorf("got  %+v: %s\nwant %+v", found, p.Reason, c.want)
			}
			if back := strictjson.Offset([]byte(c.json), line, column); back != p.Offset {
				t.Errorf("Offset returns %d, LineColumn was given %d", back, p.Offset)
			}
		})
	}
}
