package jose_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

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
		reflect.TypeFor[string](), reflect.TypeFor[label](), reflect.TypeFor[bool](), reflect.TypeFor[int](),
		reflect.TypeFor[int8](), reflect.TypeFor[uint](),
		reflect.TypeFor[uint8](), reflect.TypeFor[uintptr](), reflect.TypeFor[float32](), reflect.TypeFor[float64](),
		reflect.TypeFor[json.Number](), reflect.TypeFor[any](),
		reflect.TypeFor[fmt.Stringer](), reflect.TypeFor[time.Time](), reflect.TypeFor[json.RawMessage](),
		reflect.TypeFor[textual](), reflect.TypeFor[counted](),
		reflect.TypeFor[organization](), reflect.TypeFor[treeClaims](), reflect.TypeFor[map[int]string](),
		reflect.TypeFor[chan int](), reflect.TypeFor[complex128](),
		reflect.TypeFor[selfSlice](), reflect.TypeFor[struct{ counted }](), reflect.TypeFor[plainClaims](),
		reflect.TypeFor[unexportedEmbedded](),
	}
	types := slices.Clone(scalars)
	for _, s := range scalars {
		types = append(
			types,
			reflect.PointerTo(s),
			reflect.SliceOf(s),
			reflect.ArrayOf(2, s),
			reflect.MapOf(reflect.TypeFor[string](), s),
			reflect.SliceOf(
				reflect.PointerTo(s),
			),
			reflect.PointerTo(reflect.PointerTo(s)),
			reflect.PointerTo(reflect.SliceOf(s)),
			reflect.SliceOf(reflect.SliceOf(s)),
		)
	}
	values := []string{
		`null`, `true`, `0`, `-1`, `1.5`, `300`, `1e400`, `12345678901234567890`, `""`, `"text"`, `"12"`, `"\"q\""`,
		`"null"`, `"2026-01-01T00:00:00Z"`, `"bad"`, `"aGk="`,
		`[]`, `[null]`, `["a","b","c"]`, `[1,2,3]`, `[1,"a"]`, `[[1],[]]`, `[{}]`, `[{"id":"a"},{"id":1}]`, `{}`,
		`{"id":"a","rol":null}`, `{"1":"a"}`, `{"name":"n","child":{"name":"m"}}`,
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
			return &listClaims{
				Texts: []string{"kept", "kept"},
				Ints:  make([]int, 1, 8),
				Orgs:  []organization{{ID: "kept", Role: "kept"}},
			}
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
			return &mixedClaims{
				Any:  &organization{ID: "kept"},
				Map:  map[string]string{"kept": "v"},
				Raw:  json.RawMessage(`"kept"`),
				Last: true,
			}
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
	return strings.ToLower(payload) != payload ||
		strings.ContainsFunc(payload, func(r rune) bool { return r > 0x7f || r == '\\' })
}
