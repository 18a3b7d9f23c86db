package jose_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

type label string

type inner struct {
	ID   string   `json:"id"`
	Bits *inner   `json:"bits"`
	List []string `json:"list"`
}

type embedded struct {
	Subject string `json:"sub"`
	Small   int8   `json:"small"`
}

// filled has a field of every kind that Fill treats itself, and of kinds that it leaves.
type filled struct {
	embedded
	Embedded
	Name     label             `json:"name"`
	On       bool              `json:"on"`
	F        float64           `json:"f"`
	I        int               `json:"i"`
	U        uint16            `json:"u"`
	Texts    []string          `json:"texts"`
	Ages     []int             `json:"ages"`
	Flags    []bool            `json:"flags"`
	Org      *inner            `json:"o"`
	Plain    inner             `json:"plain"`
	Any      any               `json:"any"`
	Map      map[string]string `json:"map"`
	Pointer  *string           `json:"pointer"`
	Quoted   int               `json:"quoted,string"`
	Bytes    []byte            `json:"bytes"`
	Raw      json.RawMessage   `json:"raw"`
	F32      float32           `json:"f32"`
	Untagged string
	Skipped  string `json:"-"`
	hidden   string //nolint:unused // must stay untouched
}

// Embedded is exported, so that encoding/json promotes its fields in any case.
type Embedded struct {
	Issuer string `json:"iss"`
}

type flat struct {
	Embedded
	Name  label    `json:"name"`
	On    bool     `json:"on"`
	F     float64  `json:"f"`
	I     int      `json:"i"`
	U     uint16   `json:"u"`
	Texts []string `json:"texts"`
	Ages  []int    `json:"ages"`
	Org   *inner   `json:"o"`
	Any   any      `json:"any"`
}

// competing has two fields of one name on different levels.
type competing struct {
	Embedded
	Issuer int `json:"iss"`
}

type tree struct {
	Child *tree  `json:"child"`
	Name  string `json:"name"`
}

func fillTargets() []func() any {
	return []func() any{
		func() any { return new(filled) }, func() any { return new(flat) }, func() any { return new(competing) },
		func() any { return new(tree) }, func() any { return new(map[string]any) }, func() any { return new(any) },
		func() any { return &flat{Texts: []string{"kept"}, Org: &inner{ID: "kept"}} }, func() any { return flat{} },
		func() any { return new(string) }, func() any { return new(*filled) }, func() any { return new(**flat) },
		func() any { kept := &flat{Texts: []string{"kept"}}; return &kept },
	}
}

var fillPayloads = []string{
	clerkPayload,
	`{}`,
	`{"iss":"a","sub":"b","name":"n","on":true,"f":1.5,"i":-3,"u":7,"texts":["a","b"],"ages":[1,-1],"flags":[true]}`,
	`{"o":{"id":"x","ID":"y","bits":{"id":"z","list":[]},"list":["p"]},"plain":{"id":"q","Id":"r"}}`,
	`{"name":null,"on":null,"f":null,"i":null,"u":null,"texts":null,"o":null,"any":null,"map":null,"pointer":null}`,
	`{"name":1}`,
	`{"on":"true"}`,
	`{"f":"1"}`,
	`{"i":1.0}`,
	`{"i":1e2}`,
	`{"i":99999999999999999999}`,
	`{"u":70000}`,
	`{"u":-1}`,
	`{"small":200}`,
	`{"texts":"one"}`,
	`{"texts":["a",1]}`,
	`{"texts":["a",null]}`,
	`{"ages":[1,null,2]}`,
	`{"ages":[]}`,
	`{"o":[]}`,
	`{"o":"x"}`,
	`{"o":{"id":7}}`,
	`{"any":{"a":[1,"2",null]},"map":{"k":"v"},"pointer":"p","quoted":"12","bytes":"aGk=","raw":{"x":1},"f32":1.25,"Untagged":"u","Skipped":"s","hidden":"h"}`,
	`{"NAME":"no","Iss":"no","untagged":"no","\u006eame":"yes"}`,
	`{"quoted":12}`,
	`{"f":1e999}`,
	`{"f":-0}`,
	`{"name":"\u00e9\n\ud83d\ude00"}`,
	`{"child":{"child":{"child":{"child":{"child":{"child":{"name":"deep","NAME":"no"}}}}}},"name":"top"}`,
	`{"iss":5}`,
	`{"iss":"x"}`,
}

// TestFill holds Fill to Decode, field by field and error by error.
func TestFill(t *testing.T) {
	for _, payload := range fillPayloads {
		for _, target := range fillTargets() {
			checkFill(t, payload, target)
		}
	}
}

func checkFill(t *testing.T, payload string, target func() any) {
	t.Helper()
	o, err := jose.ParseObject([]byte(payload), jose.Limits{})
	if err != nil {
		return
	}
	got, want := target(), target()
	gotErr, wantErr := o.Fill(got), jose.Decode([]byte(payload), want)
	if (gotErr == nil) != (wantErr == nil) || gotErr != nil && gotErr.Error() != wantErr.Error() {
		t.Fatalf("%T %s: error %v, want %v", got, payload, gotErr, wantErr)
	}
	if wantErr == nil && !reflect.DeepEqual(got, want) {
		t.Fatalf("%T %s:\n got %+v\nwant %+v", got, payload, got, want)
	}
}

func TestFillOfNothing(t *testing.T) {
	o, err := jose.ParseObject([]byte(`{"a":1}`), jose.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{nil, (*flat)(nil), 7} {
		if err := o.Fill(v); err == nil || !strings.Contains(err.Error(), "json: Unmarshal(") {
			t.Errorf("Fill(%T) = %v, want encoding/json's error", v, err)
		}
	}
}

func FuzzFill(f *testing.F) {
	for _, payload := range fillPayloads {
		f.Add(payload)
	}
	f.Fuzz(func(t *testing.T, payload string) {
		for _, target := range fillTargets() {
			checkFill(t, payload, target)
		}
	})
}

func BenchmarkFill(b *testing.B) {
	o, err := jose.ParseObject([]byte(clerkPayload), jose.Limits{})
	if err != nil {
		b.Fatal(err)
	}
	type claims struct {
		Issuer    string `json:"iss"`
		Subject   string `json:"sub"`
		ExpiresAt int64  `json:"exp"`
		IssuedAt  int64  `json:"iat"`
		SessionID string `json:"sid"`
		Party     string `json:"azp"`
		Version   int    `json:"v"`
		Ages      []int  `json:"fva"`
		Org       *inner `json:"o"`
	}
	for name, decode := range map[string]func(*claims) error{
		"fill":   func(c *claims) error { return o.Fill(c) },
		"decode": func(c *claims) error { return jose.Decode([]byte(clerkPayload), c) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var c claims
				if err := decode(&c); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
