package jose_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

type sample struct {
	registered
	Expiry  json.Number             `json:"exp"`
	Kid     any                     `json:"kid"`
	Org     *organization           `json:"o"`
	List    []organization          `json:"list"`
	Members map[string]organization `json:"members"`
}

// withoutVariants is the slow oracle of FuzzDecode: it rewrites a document token by token.
func withoutVariants(t *testing.T, payload []byte) []byte {
	t.Helper()
	org := []string{"id", "rol"}
	inside := map[string][]string{
		"o":         org,
		"list[]":    org,
		"members{}": org,
		"":          {"sub", "iss", "exp", "kid", "o", "list", "members"},
	}
	decoder := json.NewDecoder(bytes.NewReader(payload))
	decoder.UseNumber()
	var out bytes.Buffer
	var copyValue func(path string, out *bytes.Buffer)
	next := func() json.Token {
		token, err := decoder.Token()
		if err != nil {
			t.Fatalf("%q: %v", payload, err)
		}
		return token
	}
	copyValue = func(path string, out *bytes.Buffer) {
		token := next()
		delim, nested := token.(json.Delim)
		if !nested {
			data, err := json.Marshal(token)
			if err != nil {
				t.Fatal(err)
			}
			out.Write(data)
			return
		}
		out.WriteString(delim.String())
		separator := ""
		for decoder.More() {
			var item bytes.Buffer
			if delim == '[' {
				copyValue(path+"[]", &item)
				out.WriteString(separator + item.String())
				separator = ","
				continue
			}
			name, _ := next().(string)
			child := path + "." + name
			if path == "" {
				child = name
			}
			if path == "members" {
				child = "members{}"
			}
			copyValue(child, &item)
			variant := false
			for _, known := range inside[path] {
				if known == name {
					variant = false
					break
				}
				variant = variant || strings.EqualFold(known, name)
			}
			if variant {
				continue
			}
			key, err := json.Marshal(name)
			if err != nil {
				t.Fatal(err)
			}
			out.WriteString(separator + string(key) + ":" + item.String())
			separator = ","
		}
		next()
		out.WriteString(map[json.Delim]string{'{': "}", '[': "]"}[delim])
	}
	copyValue("", &out)
	return out.Bytes()
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		clerkPayload, `{"SUB":"b","sub":"a"}`, `{"sub":"a","\u0053UB":1,"ſub":2}`, `{"o":{"ID":"b","id":"a"},"O":{}}`,
		`{"Kid":1,"\u212aid":2}`,
		`{"list":[{"ID":"b"},{"id":"a"}],"members":{"x":{"ROL":"r"},"X":{}}}`,
		`{"EXP":1,"exp":2,"Exp":3,"x":{"exp":1,"EXP":2}}`, `{"list":{"ID":1},"o":[{"ID":1}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		if _, err := jose.ParseObject(payload, jose.Limits{}); err != nil {
			var v sample
			_ = jose.Decode(payload, &v) // only must not panic
			return
		}
		var got, want sample
		err, wantErr := jose.Decode(payload, &got), json.Unmarshal(withoutVariants(t, payload), &want)
		if (err == nil) != (wantErr == nil) || !reflect.DeepEqual(got, want) {
			t.Fatalf("%q: got %+v, %v, want %+v, %v", payload, got, err, want, wantErr)
		}
	})
}
