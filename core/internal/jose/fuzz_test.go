package jose_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

// decodeJSON is what encoding/json makes of data.
func decodeJSON(data []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		return nil, err
	}
	if !json.Valid(data) {
		return nil, errors.New("trailing data")
	}
	return v, nil
}

// agrees compares every member of o, at every depth and by every way to reach it, with what encoding/json decoded.
func agrees(t *testing.T, o jose.Object, decoded any) {
	t.Helper()
	want, ok := decoded.(map[string]any)
	if !ok || o.Len() != len(want) {
		t.Fatalf("%d members, encoding/json has %d in %v", o.Len(), len(want), decoded)
	}
	for name, v := range o.All() {
		wanted, found := want[name]
		if !found {
			t.Fatalf("member %q is unknown to encoding/json", name)
		}
		if looked, found := o.Lookup(name); !found || !bytes.Equal(looked.Raw(), v.Raw()) {
			t.Fatalf("Lookup(%q) found %q, not %q", name, looked.Raw(), v.Raw())
		}
		sameValue(t, v, wanted)
	}
}

func sameValue(t *testing.T, v jose.Value, decoded any) {
	t.Helper()
	switch want := decoded.(type) {
	case nil:
		if v.Kind() != jose.KindNull {
			t.Fatalf("%q is not null", v.Raw())
		}
	case bool:
		if got, ok := v.Bool(); !ok || got != want {
			t.Fatalf("%q is not %v", v.Raw(), want)
		}
	case json.Number:
		if v.Kind() != jose.KindNumber || string(v.Raw()) != want.String() {
			t.Fatalf("%q is not %v", v.Raw(), want)
		}
		_, _ = v.Time()
	case string:
		if got, ok := v.Text(); !ok || got != want || !v.TextIs(want) || !v.HasText(want) {
			t.Fatalf("%q is %q, not %q", v.Raw(), got, want)
		}
	case []any:
		i := 0
		for element := range v.Elements() {
			sameValue(t, element, want[i])
			i++
		}
		if i != len(want) || v.Kind() != jose.KindArray {
			t.Fatalf("%q has %d elements, not %d", v.Raw(), i, len(want))
		}
	case map[string]any:
		o, ok := v.Object()
		if !ok {
			t.Fatalf("%q is not an object", v.Raw())
		}
		agrees(t, o, decoded)
	}
}

func FuzzObject(f *testing.F) {
	for _, seed := range []string{
		clerkPayload, plainHeader, pathDocument, `{}`, `{"a":[1,-0.5e+3,true,null,"\ud83d\ude00"]}`,
		`{"exp":1,"\u0065xp":2}`, `{"a":"\ud800"}`, "{\"a\":\"\xff\"}",
		manyMembers(40), `{"a":01}`, `{"a":{"b":{"c":[[[]]]}}}`, "{\"é\":\"\x7f\u2028\"}", `{"a":1}x`, "\xef\xbb\xbf{}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		before := bytes.Clone(data)
		o, err := jose.ParseObject(data, jose.Limits{})
		if !bytes.Equal(before, data) {
			t.Fatal("the document was modified")
		}
		if err != nil {
			refusal(t, err)
			return
		}
		decoded, err := decodeJSON(data)
		if err != nil {
			t.Fatalf("%q: encoding/json refuses it: %v", data, err)
		}
		agrees(t, o, decoded)
		for name, v := range o.All() { // a scan finds what the index finds
			inner, ok := v.Object()
			if !ok {
				continue
			}
			for innerName, want := range inner.All() {
				escape := strings.NewReplacer("~", "~0", "/", "~1")
				p, err := jose.ParsePath("/" + escape.Replace(name) + "/" + escape.Replace(innerName))
				if err != nil {
					continue
				}
				if got, found := p.In(o); !found || !bytes.Equal(got.Raw(), want.Raw()) {
					t.Fatalf("%q: path %s finds %q, not %q", data, p, got.Raw(), want.Raw())
				}
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, seed := range []struct{ raw, header, payload, signature string }{
		{"", plainHeader, clerkPayload, "signature"},
		{"", plainHeader, plainPayload, "s"},
		{"", `{"alg":"HS256","crit":["b64"],"b64":false}`, `{}`, "s"},
		{"", `{"alg":"none"}`, `{"sub":"a","SUB":"b"}`, ""},
		{compact(plainHeader, clerkPayload), "", "", ""},
		{"a.b.c.d.e", "", "", ""},
		{"garbage", "", "", ""},
		{"..", "", "", ""},
	} {
		f.Add(seed.raw, []byte(seed.header), []byte(seed.payload), []byte(seed.signature))
	}
	golangJWT := jwt.NewParser(jwt.WithJSONNumber(), jwt.WithStrictDecoding(), jwt.WithoutClaimsValidation())
	headers := jose.NewHeaderCache()
	f.Fuzz(func(t *testing.T, raw string, header, payload, signature []byte) {
		if raw == "" {
			raw = encode(string(header)) + "." + encode(string(payload)) + "." + encode(string(signature))
		}
		var token jose.Token
		if err := jose.Parse(&token, raw, nil, jose.Limits{}); err != nil {
			refusal(t, err)
			return
		}
		want := jwt.MapClaims{}
		seen, _, err := golangJWT.ParseUnverified(raw, want)
		if err != nil && !errors.Is(err, jwt.ErrTokenUnverifiable) { // an alg it does not know
			t.Fatalf("%q: golang-jwt refuses it: %v", raw, err)
		}
		agrees(t, token.Claims, map[string]any(want))
		if alg, _ := seen.Header["alg"].(string); alg != token.Header.Alg {
			t.Fatalf("alg %q, golang-jwt has %q", token.Header.Alg, alg)
		}
		if kid, ok := seen.Header["kid"].(string); ok != token.Header.HasKid || kid != token.Header.Kid {
			t.Fatalf("kid %q, golang-jwt has %q", token.Header.Kid, kid)
		}
		if token.Header.Members.Len() != len(seen.Header) {
			t.Fatalf("%d header members, golang-jwt has %d", token.Header.Members.Len(), len(seen.Header))
		}
		// One token, one spelling; and a cached header changes nothing.
		spelled := encode(
			string(token.Header.Members.Source()),
		) + "." + encode(
			string(token.Payload),
		) + "." + encode(
			string(token.Signature),
		)
		if spelled != raw || token.SigningInput() != raw[:strings.LastIndexByte(raw, '.')] {
			t.Fatalf("%q is also spelled %q", raw, spelled)
		}
		headers.Remember(&token)
		var again jose.Token
		if err := jose.Parse(&again, raw, headers, jose.Limits{}); err != nil || again.Header.Alg != token.Header.Alg ||
			again.Header.Kid != token.Header.Kid || !bytes.Equal(again.Payload, token.Payload) {
			t.Fatalf("%q parses differently with a cache: %v", raw, err)
		}
	})
}
