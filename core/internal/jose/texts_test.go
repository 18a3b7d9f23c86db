package jose_test

import (
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unsafe"
	"weak"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

type textClaims struct {
	Name    string   `json:"name"`
	Pointer *string  `json:"pointer"`
	List    []string `json:"list"`
	Last    label    `json:"last"`
}

// manyTexts returns more short strings than fit into one piece of memory, of every length around the bounds.
func manyTexts() []string {
	var list []string
	for n := range 140 {
		list = append(list, strings.Repeat(fmt.Sprint(n%10), n), strings.Repeat("é\n", n%70)+"\"\\")
	}
	return list
}

func fillTexts(t *testing.T, list []string) *textClaims {
	t.Helper()
	payload, err := json.Marshal(textClaims{Name: "a\tb", Pointer: &list[len(list)/2], List: list, Last: "last"})
	if err != nil {
		t.Fatal(err)
	}
	o, err := jose.ParseObject(payload, jose.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	claims := &textClaims{}
	if rest, fills := jose.FillLeaves(o, claims); rest != nil || !fills {
		t.Fatalf("left to encoding/json: %s", rest)
	}
	return claims
}

// TestTextsNextToEachOther: strings that share memory are those of the document, whatever their lengths are.
func TestTextsNextToEachOther(t *testing.T) {
	list := manyTexts()
	for from := 0; from < len(list)-1; from += 31 {
		c := fillTexts(t, list[from:])
		if !slices.Equal(c.List, list[from:]) {
			t.Fatalf("from %d on: got %q", from, c.List)
		}
		if c.Name != "a\tb" || *c.Pointer != list[from:][len(list[from:])/2] || c.Last != "last" {
			t.Fatalf("from %d on: got %q, %q, %q", from, c.Name, *c.Pointer, c.Last)
		}
	}
}

// TestTextKeepsFewOthers: a program that keeps one string of the claims does not keep all of them.
func TestTextKeepsFewOthers(t *testing.T) {
	first, last := func() (weak.Pointer[byte], string) {
		list := fillTexts(t, manyTexts()).List
		return weak.Make(unsafe.StringData(list[2])), list[len(list)-8]
	}()
	runtime.GC()
	if first.Value() != nil {
		t.Error("the last string keeps the first one in memory")
	}
	runtime.KeepAlive(last)
}

// TestFillAllocatesByObject: what Fill allocates does not grow with the strings in an object.
func TestFillAllocatesByObject(t *testing.T) {
	type claims struct {
		Issuer  string `json:"iss"`
		Subject string `json:"sub"`
		Session string `json:"sid"`
		Party   string `json:"azp"`
		Ages    []int  `json:"fva"`
		Org     *struct {
			ID   string `json:"id"`
			Slug string `json:"slg"`
			Role string `json:"rol"`
		} `json:"o"`
	}
	o, err := jose.ParseObject([]byte(clerkPayload), jose.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var c claims
	allocs := testing.AllocsPerRun(50, func() {
		c = claims{}
		if err := o.Fill(&c); err != nil {
			t.Fatal(err)
		}
	})
	if c.Org.Role != "admin" || allocs > 5 { // the claims, their texts, the ages, the organization, its texts
		t.Errorf("%v allocations for %+v", allocs, c)
	}
}
