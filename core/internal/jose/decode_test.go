package jose_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

type organization struct {
	ID   string `json:"id"`
	Role string `json:"rol,omitempty"`
}

type registered struct {
	Subject string `json:"sub"`
	Issuer  string `json:"iss"`
}

type node struct {
	Name     string           `json:"name"`
	Next     *node            `json:"next"`
	Children []node           `json:"children"`
	ByName   map[string]*node `json:"by_name"`
}

// custom sees its JSON as it was.
type custom struct {
	got string
	ID  string `json:"id"`
}

func (c *custom) UnmarshalJSON(data []byte) error {
	c.got = string(data)
	return nil
}

type claims struct {
	registered
	*organization                            // through a pointer to an unexported type: encoding/json cannot fill it
	Expiry        int64                      `json:"exp"`
	Org           organization               `json:"o"`
	Pointer       **organization             `json:"p"`
	List          []organization             `json:"list"`
	Pair          [2]organization            `json:"pair"`
	ByName        map[string]organization    `json:"by_name"`
	Deep          []map[string][]*registered `json:"deep"`
	Tree          *node                      `json:"tree"`
	Custom        custom                     `json:"custom"`
	At            time.Time                  `json:"at"`
	Free          map[string]any             `json:"free"`
	Any           any                        `json:"any"`
	Raw           json.RawMessage            `json:"raw"`
	Untagged      string
	Ignored       string `json:"-"`
	Dash          string `json:"-,"`       //nolint:staticcheck // the odd tag is the point
	BadTag        string `json:"bad\"tag"` //nolint:staticcheck // the odd tag is the point
	Lower         string `json:"case"`
	Upper         string `json:"CASE"`
	Kelvin        string `json:"kid"`
	hidden        string //nolint:unused // encoding/json must not see it
}

func TestDecodeMatchesExactly(t *testing.T) {
	// decoding payload must equal encoding/json's decoding of kept
	for _, tt := range []struct{ name, payload, kept string }{
		{"nothing to drop", `{"sub":"a","exp":1,"o":{"id":"x"}}`, `{"sub":"a","exp":1,"o":{"id":"x"}}`},
		{"after", `{"sub":"a","SUB":"b"}`, `{"sub":"a"}`},
		{"before", `{"SUB":"b","sub":"a"}`, `{"sub":"a"}`},
		{"between", `{"sub":"a","Exp":9,"iss":"i"}`, `{"sub":"a","iss":"i"}`},
		{"alone", `{"EXP":9}`, `{}`},
		{"several at the start", `{ "EXP" : 9 , "Exp" : [8] , "exp" : 1 , "eXp":{} }`, `{"exp":1}`},
		{"several at the end", `{"exp":1,"EXP":9,"Exp":"],}"}`, `{"exp":1}`},
		{"all", `{"EXP":9,"Sub":"b","ISS":"c"}`, `{}`},
		{"escaped variant", `{"sub":"a","\u0053ub":"b"}`, `{"sub":"a"}`},
		{"escaped exact name", `{"\u0073ub":"a","SUB":"b"}`, `{"sub":"a"}`},
		{"long s", `{"sub":"a","ſub":"b"}`, `{"sub":"a"}`},
		{"Kelvin sign", `{"kid":"a","\u212aid":"b"}`, `{"kid":"a"}`},
		{"of a wrong type", `{"exp":1,"EXP":"text"}`, `{"exp":1}`},
		{"both cases are names", `{"case":"l","CASE":"u","Case":"x"}`, `{"case":"l","CASE":"u"}`},
		{"untagged", `{"untagged":"x","UNTAGGED":"y"}`, `{}`},
		{"untagged exact", `{"Untagged":"x","untagged":"y"}`, `{"Untagged":"x"}`},
		{"dash", `{"-":"x"}`, `{"-":"x"}`},
		{"invalid tag", `{"BadTag":"x","badtag":"y"}`, `{"BadTag":"x"}`},
		{"ignored fields have no name", `{"Ignored":"x","ignored":"y","HIDDEN":"z"}`, `{}`},
		{"nested", `{"o":{"ID":"b","id":"a","Id":"c"},"exp":1}`, `{"o":{"id":"a"},"exp":1}`},
		{"in a dropped member", `{"O":{"ID":"b"},"exp":1}`, `{"exp":1}`},
		{"pointer", `{"p":{"ID":"b","rol":"r"}}`, `{"p":{"rol":"r"}}`},
		{"slice", `{"list":[{"ID":"b"},{"id":"a"},7,{"id":"z","ROL":"r"}]}`, `{"list":[{},{"id":"a"},7,{"id":"z"}]}`},
		{"array", `{"pair":[{"ID":"b"},{"id":"a"},{"ID":"c"}]}`, `{"pair":[{},{"id":"a"},{}]}`},
		{"map", `{"by_name":{"ID":{"ID":"b","id":"a"},"id":{"iD":"c"}}}`, `{"by_name":{"ID":{"id":"a"},"id":{}}}`},
		{"deep", `{"deep":[{"a":[{"SUB":"b","sub":"a"},null]}]}`, `{"deep":[{"a":[{"sub":"a"},null]}]}`},
		{
			"recursive",
			`{"tree":{"name":"r","NEXT":{},"next":{"NAME":"b"},"children":[{"Name":"b","name":"c"}],"by_name":{"x":{"nAME":"b"}}}}`,
			`{"tree":{"name":"r","next":{},"children":[{"name":"c"}],"by_name":{"x":{}}}}`,
		},
		{"own decoder", `{"custom":{"ID":"b","id":"a"},"EXP":9}`, `{"custom":{"ID":"b","id":"a"}}`},
		{"text decoder", `{"at":"2026-01-01T00:00:00Z","AT":"2027-01-01T00:00:00Z"}`, `{"at":"2026-01-01T00:00:00Z"}`},
		{
			"free form",
			`{"free":{"a":1,"A":2},"any":{"id":1,"ID":2},"raw":{"id":1,"ID":2}}`,
			`{"free":{"a":1,"A":2},"any":{"id":1,"ID":2},"raw":{"id":1,"ID":2}}`,
		},
		{"other kinds", `{"o":[{"ID":"b"}],"list":{"ID":"b"},"exp":1}`, `{"o":[{"ID":"b"}],"list":{"ID":"b"},"exp":1}`},
		{"null", `{"o":null,"EXP":null,"exp":1}`, `{"o":null,"exp":1}`},
		{"not an object", `[{"SUB":"b"}]`, `[{"SUB":"b"}]`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			payload := []byte(tt.payload)
			var got, want claims
			err, wantErr := jose.Decode(payload, &got), json.Unmarshal([]byte(tt.kept), &want)
			if (err == nil) != (wantErr == nil) {
				t.Errorf("error %v, want %v", err, wantErr)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, want %+v", got, want)
			}
			if string(payload) != tt.payload {
				t.Errorf("the payload was changed to %s", payload)
			}
		})
	}
}

type (
	// A tie hides a name: encoding/json then folds "Name" into "NAME".
	tieLeft  struct{ Name string }
	tieRight struct{ Name string }
	tied     struct {
		tieLeft
		tieRight
		Upper string `json:"NAME"`
	}
	shallow struct {
		tieLeft
		Other string `json:"Name"`
	}
	tagWins struct {
		tagged
		untagged
	}
	tagged struct {
		X organization `json:"Name"`
	}
	untagged struct{ Name string }
	twice    struct {
		viaLeft
		viaRight
		Upper string `json:"NAME"`
	}
	viaLeft  struct{ tieLeft }
	viaRight struct{ tieLeft }
	named    struct {
		tieLeft `json:"inner"`
	}
	scalar         string
	embeddedScalar struct {
		scalar        //nolint:unused // encoding/json must not see it
		Kept   scalar `json:"kept"`
		Upper  scalar `json:"SCALAR"`
	}
	// Names that encoding/json does not know must not count as exact.
	unseen struct {
		hidden  string       //nolint:unused // encoding/json must not see it
		Ignored string       `json:"-"`
		Upper   string       `json:"HIDDEN"`
		Other   string       `json:"IGNORED"`
		Dash    organization `json:"-,"` //nolint:staticcheck // the odd tag is the point
	}
	// The method of custom is promoted, but encoding/json finds it only through a pointer: the type has no name.
	unnamed struct {
		V struct {
			custom
			ID string `json:"id"`
		} `json:"v"`
		P *struct {
			custom
			ID string `json:"id"`
		} `json:"p"`
	}
	cyclic     struct{ *cyclic }
	selfSlice  []selfSlice
	selfMap    map[string]selfMap
	pointsSelf struct {
		P *pointsSelf `json:"p"`
		M selfMap     `json:"m"`
		S selfSlice   `json:"s"`
		V string      `json:"v"`
	}
)

func TestDecodeResolvesFieldsAsEncodingJSON(t *testing.T) {
	for _, tt := range []struct {
		name, payload, kept string
		fresh               func() any
	}{
		{"tie", `{"Name":"a","NAME":"b"}`, `{"NAME":"b"}`, func() any { return new(tied) }},
		{"tie alone", `{"Name":"a"}`, `{}`, func() any { return new(tied) }},
		{"shallowest", `{"Name":"a","name":"b"}`, `{"Name":"a"}`, func() any { return new(shallow) }},
		{"tag", `{"Name":{"id":"a","ID":"b"},"name":{"id":"c"}}`, `{"Name":{"id":"a"}}`, func() any { return new(tagWins) }},
		{"embedded twice", `{"Name":"a"}`, `{}`, func() any { return new(twice) }},
		{
			"embedded by name",
			`{"inner":{"Name":"a","name":"b"},"Inner":{},"NAME":"c"}`,
			`{"inner":{"Name":"a"}}`,
			func() any { return new(named) },
		},
		{
			"embedded scalar",
			`{"scalar":"a","Scalar":"b","kept":"c","KEPT":"d"}`,
			`{"kept":"c"}`,
			func() any { return new(embeddedScalar) },
		},
		{"unseen", `{"hidden":"a","Ignored":"b","-":{"ID":"c"}}`, `{"-":{}}`, func() any { return new(unseen) }},
		{
			"unnamed",
			`{"p":{"id":"a","ID":"b"},"v":{"id":"a","ID":"b"}}`,
			`{"p":{"id":"a","ID":"b"},"v":{"id":"a"}}`,
			func() any { return new(unnamed) },
		},
		{"embeds itself", `{"cyclic":{}}`, `{}`, func() any { return new(cyclic) }},
		{
			"contains itself",
			`{"p":{"V":"b","m":{"a":{"A":{}}},"s":[[],[[]]],"p":{"P":{}}},"v":"a"}`,
			`{"p":{"m":{"a":{"A":{}}},"s":[[],[[]]],"p":{}},"v":"a"}`,
			func() any { return new(pointsSelf) },
		},
		{"slice of itself", `[[],[[]]]`, `[[],[[]]]`, func() any { return new(selfSlice) }},
		{"map", `{"ID":{"ID":"b"}}`, `{"ID":{}}`, func() any { return new(map[string]organization) }},
		{"any", `{"a":1,"A":2}`, `{"a":1,"A":2}`, func() any { return new(any) }},
		{"pointer in any", `{"id":"a","ID":"b"}`, `{"id":"a"}`, func() any { var v any = new(organization); return &v }},
		{
			"pointer to pointer in any",
			`{"id":"a","ID":"b"}`,
			`{"id":"a"}`,
			func() any { p := new(organization); var v any = &p; w := &v; return &w },
		},
		{"value in any", `{"id":"a","ID":"b"}`, `{"id":"a","ID":"b"}`, func() any { var v any = organization{}; return &v }},
		{"own decoder", `{"a":1,"A":2}`, `{"a":1,"A":2}`, func() any { return new(custom) }},
		{"inline", `{"a":"x","A":"y"}`, `{"a":"x"}`, func() any {
			return new(struct {
				A string `json:"a"`
			})
		}},
		{"member names that are long", `{"` + strings.Repeat("n", 70) + `":1,"A":"y"}`, `{}`, func() any {
			return new(struct {
				A string `json:"a"`
			})
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, want := tt.fresh(), tt.fresh()
			err, wantErr := jose.Decode([]byte(tt.payload), got), json.Unmarshal([]byte(tt.kept), want)
			if (err == nil) != (wantErr == nil) {
				t.Errorf("error %v, want %v", err, wantErr)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

func TestDecodeErrors(t *testing.T) {
	var invalid *json.InvalidUnmarshalError
	for _, v := range []any{nil, claims{}, (*claims)(nil), 7} {
		if err := jose.Decode([]byte(`{"SUB":"b"}`), v); !errors.As(err, &invalid) {
			t.Errorf("into %T: %v", v, err)
		}
	}
	var syntax *json.SyntaxError
	for _, payload := range []string{
		``, `{`, `{"sub":"a" "SUB":"b"}`, `{"SUB":"b"`, `{"SUB":"b",}`, `{"o":{"ID":}}`, `{"x":,}`, `{"a"}`,
		`{"list":[{"ID":1}`, `{"sub`, `{"SUB":"b"}x`, `{"by_name":{x}}`,
	} {
		var got claims
		if err := jose.Decode([]byte(payload), &got); !errors.As(err, &syntax) {
			t.Errorf("%q: %v", payload, err)
		}
		if !reflect.DeepEqual(got, claims{}) {
			t.Errorf("%q: decoded %+v", payload, got)
		}
	}
	// Valid for encoding/json, which would read these names as others: Parse refuses them, and so does Decode.
	for _, payload := range []string{"{\"SUB\xff\":\"b\"}", `{"\ud800":1}`} {
		var got claims
		refusal(t, jose.Decode([]byte(payload), &got))
	}
	var mismatch *json.UnmarshalTypeError
	var got claims
	err := jose.Decode([]byte(`{"SUB":"b","exp":"text"}`), &got)
	if !errors.As(err, &mismatch) || mismatch.Field != "exp" || mismatch.Offset != 23 {
		t.Errorf("a type error after a dropped member is %+v", err)
	}
	deep := strings.Repeat(`{"next":`, 20000) + `{}` + strings.Repeat(`}`, 20000)
	if err := jose.Decode([]byte(deep), new(node)); !errors.As(err, &syntax) {
		t.Errorf("20,000 levels: %v", err)
	}
	// Deep enough to overflow the stack of a walk that trusts its input.
	if err := jose.Decode(bytes.Repeat([]byte("["), 32<<20), new(selfSlice)); !errors.As(err, &syntax) {
		t.Errorf("32 million levels: %v", err)
	}
	type loop *loop
	var endless any
	endless = &endless
	_ = jose.Decode([]byte(`{}`), &endless) // must return
	if err := jose.Decode([]byte(`{`), new(loop)); !errors.As(err, &syntax) {
		t.Errorf("a pointer to itself: %v", err)
	}
}

func TestDecodeConcurrently(t *testing.T) {
	type fresh struct {
		Tree  node `json:"tree"`
		Value string
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			var got fresh
			if err := jose.Decode([]byte(`{"tree":{"next":{"NAME":"b"}},"Value":"a","VALUE":"b"}`), &got); err != nil {
				t.Error(err)
			}
			if got.Value != "a" || got.Tree.Next == nil || got.Tree.Next.Name != "" {
				t.Errorf("got %+v", got)
			}
		})
	}
	group.Wait()
}

// Decode costs what encoding/json costs and one copy of the payload.
func TestDecodeAllocations(t *testing.T) {
	payload := []byte(`{"id":"a","rol":"b"}`)
	var v organization
	plain := testing.AllocsPerRun(100, func() { _ = json.Unmarshal(payload, &v) })
	exact := testing.AllocsPerRun(100, func() { _ = jose.Decode(payload, &v) })
	if exact > plain+1 {
		t.Errorf("%v allocations, encoding/json needs %v and the copy one", exact, plain)
	}
}

func BenchmarkDecode(b *testing.B) {
	payload := []byte(clerkPayload)
	b.Run("Decode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var v claims
			if err := jose.Decode(payload, &v); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding-json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var v claims
			if err := json.Unmarshal(payload, &v); err != nil {
				b.Fatal(err)
			}
		}
	})
}
