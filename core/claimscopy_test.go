package core_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/test"
	"github.com/revstackhq/auth-go/core/providers/clerk"
)

type deepTree struct {
	Name     string               `json:"name"`
	Children []*deepTree          `json:"children"`
	ByName   map[string]*deepTree `json:"by_name"`
}

type deepBase struct {
	Teams []string `json:"teams"`
}

type DeepExported struct {
	Labels map[string][]string `json:"labels"`
}

type (
	deepStrings []string
	deepPointer *deepClaims
)

// deepClaims has everything that can be shared.
type deepClaims struct {
	deepBase
	*DeepExported

	Audience core.Strings       `json:"aud"`
	Tree     deepTree           `json:"tree"`
	Pairs    [2][]int           `json:"pairs"`
	Named    deepStrings        `json:"teams2"`
	Structs  []deepBase         `json:"structs"`
	ByNumber map[int]*deepBase  `json:"by_number"`
	Any      any                `json:"any"`
	Anything []any              `json:"anything"`
	Metadata map[string]any     `json:"metadata"`
	Text     *string            `json:"text"`
	Twice    **int              `json:"twice"`
	Bytes    []byte             `json:"bytes"`
	Number   json.Number        `json:"number"`
	Quoted   *int               `json:"quoted,string"`
	Hidden   map[string]string  `json:"-"`
	private  map[string]*string //nolint:unused // stays nil
	Inner    struct {
		List []map[string]bool `json:"list"`
	} `json:"inner"`
}

func deepPayloads() []map[string]any {
	tree := map[string]any{
		"name":     "root",
		"children": []any{map[string]any{"name": "leaf", "children": []any{}}, nil},
		"by_name":  map[string]any{"x": map[string]any{"name": "x"}, "none": nil},
	}
	return []map[string]any{
		{},
		{
			"teams": []string{"a", "b"}, "labels": map[string]any{"k": []string{"v"}, "none": nil}, "tree": tree,
			"pairs": []any{[]int{1, 2}, []int{3}}, "teams2": []string{"c"},
			"structs":   []any{map[string]any{"teams": []string{"d"}}},
			"by_number": map[string]any{"1": map[string]any{"teams": []string{"e"}}},
			"any":       map[string]any{"l": []any{1, "x", nil}},
			"anything":  []any{map[string]any{"k": []any{}}, []any{1.5}, true},
			"metadata":  map[string]any{"k": map[string]any{"l": 1}},
			"text":      "text", "twice": 7, "bytes": "AQID", "number": 12, "quoted": "5",
			"inner": map[string]any{"list": []any{map[string]any{"b": true}, nil}},
		},
		{
			"teams": []string{}, "labels": map[string]any{}, "pairs": []any{[]int{}}, "any": []any{},
			"metadata": map[string]any{},
			"anything": []any{}, "bytes": "", "structs": []any{}, "by_number": map[string]any{},
		},
		{"teams": nil, "labels": nil, "tree": nil, "any": "text", "metadata": nil, "text": nil, "twice": nil, "bytes": nil},
	}
}

// TestKeptClaimsAreThoseOfEncodingJSON: every call returns what encoding/json decodes, whatever earlier callers did to
// what they got.
func TestKeptClaimsAreThoseOfEncodingJSON(t *testing.T) {
	for i, payload := range deepPayloads() {
		session := remembered(t, payload)
		sameClaims[deepClaims](t, i, session)
		sameClaims[*deepClaims](t, i, session)
		sameClaims[**deepClaims](t, i, session)
		sameClaims[deepPointer](t, i, session)
		sameClaims[deepTree](t, i, session)
		sameClaims[map[string]any](t, i, session)
		sameClaims[any](t, i, session)
		sameClaims[map[string]json.RawMessage](t, i, session)
		sameClaims[clerk.Claims](t, i, session)
		sameClaims[struct {
			clerk.Claims
			Metadata any `json:"metadata"`
		}](t, i, session)
	}
}

func sameClaims[T any](t *testing.T, number int, session func() *core.Session) {
	t.Helper()
	var source json.RawMessage
	if err := session().Decode(&source); err != nil {
		t.Fatal(err)
	}
	var want T
	if err := json.Unmarshal(source, &want); err != nil {
		t.Fatal(err)
	}
	for call := range 5 {
		got := claimsOrFail[T](t, session())
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("payload %d, call %d:\n got %+v\nwant %+v", number, call, got, want)
		}
		spoil(reflect.ValueOf(&got).Elem())
	}
}

// spoil changes everything that v reaches.
func spoil(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() || f.Anonymous {
				spoil(v.Field(i))
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			spoil(v.Index(i))
			if v.Index(i).CanSet() {
				v.Index(i).SetZero()
			}
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			spoil(v.MapIndex(key))
		}
		v.Clear()
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			spoil(v.Elem())
			if v.Elem().CanSet() {
				v.Elem().SetZero()
			}
		}
	default:
	}
}

// TestCopiesAreCheap: from the third call on, claims that share are copied, and a copy allocates less than decoding.
func TestCopiesAreCheap(t *testing.T) {
	if test.Race {
		t.Skip("the race detector allocates")
	}
	session := remembered(t, map[string]any{
		"fva": []int{1, 2}, "o": map[string]any{"id": "org_1", "slg": "acme", "rol": "admin"},
		"sid": "sess_1", "azp": "https://a.b",
	})
	decode := testing.AllocsPerRun(20, func() {
		var claims clerk.Claims
		if err := session().Decode(&claims); err != nil {
			t.Error(err)
		}
	})
	copied := testing.AllocsPerRun(20, func() { claimsOrFail[clerk.Claims](t, session()) })
	if copied > 3 || copied >= decode { // the claims, and what two of them point to
		t.Errorf("%v allocations for a copy, %v for decoding", copied, decode)
	}
}

// TestLargeClaimsAreNotKept: what is kept is bounded, and the cache counts it.
func TestLargeClaimsAreNotKept(t *testing.T) {
	many := slices.Repeat([]string{strings.Repeat("x", 20)}, 200)
	type claims struct {
		Teams []string `json:"teams"`
	}
	for name, teams := range map[string][]string{"kept": many[:50], "too large": many} {
		session := remembered(t, map[string]any{"teams": teams})
		for range 3 {
			claimsOrFail[claims](t, session())
		}
		var first claims
		allocs := testing.AllocsPerRun(10, func() { first = claimsOrFail[claims](t, session()) })
		if !slices.Equal(first.Teams, teams) {
			t.Errorf("%s: %d teams", name, len(first.Teams))
		}
		if kept := allocs <= 2; !test.Race && kept != (name == "kept") {
			t.Errorf("%s: %v allocations", name, allocs)
		}
	}
}
