package jose_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

const (
	plainHeader  = `{"alg":"RS256","kid":"ins_2","typ":"JWT"}`
	plainPayload = `{"iss":"https://issuer.example","sub":"user_1","exp":1700000000}`
)

// clerkPayload has the shape and size of a Clerk session token.
const clerkPayload = `{"azp":"https://app.example.com","exp":1767225660,"fva":[4,-1],"iat":1767225600,` +
	`"iss":"https://verb-noun-00.clerk.accounts.dev","jti":"3f1b6c2d9e8a7f60b5c4","nbf":1767225590,` +
	`"sid":"sess_2abcDEFghiJKLmnoPQRstuVWXyz","sts":"active","sub":"user_2abcDEFghiJKLmnoPQRstuVWXyz","v":2,` +
	`"o":{"id":"org_2abcDEFghiJKLmnoPQRstuVWXyz","slg":"acme-incorporated","rol":"admin","per":"read,manage",` +
	`"fpm":"3,1"},"fea":"o:dashboard,o:teams,u:reports","pla":"o:enterprise","email":"ada.lovelace@example.com",` +
	`"name":"Ada Lovelace","picture":"https://img.clerk.com/eyJ0eXBlIjoiZGVmYXVsdCIsImlpZCI6Imluc18ifQ",` +
	`"metadata":{"plan":"pro","onboarded":true,"seats":25}}`

func encode(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

func compact(header, payload string) string {
	return encode(header) + "." + encode(payload) + "." + encode("signature")
}

// refusal returns why err refused, or "" if it is not a FormatError.
func refusal(t *testing.T, err error) string {
	t.Helper()
	var format *jose.FormatError
	if !errors.As(err, &format) {
		t.Fatalf("error is %v, want a *FormatError", err)
	}
	if got, want := err.Error(), "malformed token: "+format.Reason; got != want {
		t.Fatalf("Error() = %q, want %q", got, want)
	}
	return format.Reason
}

func TestParse(t *testing.T) {
	raw := compact(plainHeader, plainPayload)
	var token jose.Token
	if err := jose.Parse(&token, raw, nil, jose.Limits{}); err != nil {
		t.Fatal(err)
	}
	if token.Raw != raw {
		t.Errorf("Raw = %q", token.Raw)
	}
	if got, want := token.SigningInput(), raw[:strings.LastIndexByte(raw, '.')]; got != want {
		t.Errorf("SigningInput() = %q, want %q", got, want)
	}
	if string(token.Payload) != plainPayload || string(token.Signature) != "signature" {
		t.Errorf("Payload %q, Signature %q", token.Payload, token.Signature)
	}
	if cap(token.Payload) != len(token.Payload) {
		t.Error("appending to Payload would overwrite Signature")
	}
	h := token.Header
	if h.Alg != "RS256" || h.Kid != "ins_2" || !h.HasKid || h.Typ != "JWT" || !h.HasTyp || h.Members.Len() != 3 {
		t.Errorf("Header = %+v", h)
	}
	if sub, ok := token.Claims.Lookup("sub"); !ok || !sub.TextIs("user_1") {
		t.Errorf("sub = %s, %v", sub.Raw(), ok)
	}
}

func TestParseRefusesForm(t *testing.T) {
	h, p, s := encode(plainHeader), encode(plainPayload), encode("signature")
	replaceAt := func(s string, i int, with string) string { return s[:i] + with + s[i+1:] }
	for _, tt := range []struct{ name, raw, reason string }{
		{"empty", "", "it is empty"},
		{"opaque", "garbage", "no dot in it: an opaque token, not a JWT"},
		{"two segments", "a.b", "a JWT has exactly three segments"},
		{"four segments", "a.b.c.d", "a JWT has exactly three segments"},
		{"six segments", "a.b.c.d.e.f", "a JWT has exactly three segments"},
		{"JWE", "a.b.c.d.e", "five segments: an encrypted token (JWE), which cannot be read"},
		{"dots", "..", "the header segment is empty"},
		{"no header", "." + p + "." + s, "the header segment is empty"},
		{"no payload", h + ".." + s, "the payload segment is empty"},
		{"no signature", h + "." + p + ".", "the signature segment is empty"},
		{"padding", h + "." + p + "." + encode("s") + "==", "the signature is not strict base64url"},
		{"plus", replaceAt(h, 5, "+") + "." + p + "." + s, "the header is not strict base64url"},
		{"slash", h + "." + replaceAt(p, 5, "/") + "." + s, "the payload is not strict base64url"},
		{"space", " " + h + "." + p + "." + s, "the header is not strict base64url"},
		{"newline after", h + "." + p + "." + s + "\n", "the signature is not strict base64url"},
		{"CRLF inside", h + "." + p[:4] + "\r\n" + p[4:] + "." + s, "the payload is not strict base64url"},
		{"four newlines", h + "." + p[:4] + "\n\n\n\n" + p[4:] + "." + s, "the payload is not strict base64url"},
		{"length 1 mod 4 header", "A." + p + "." + s, "the header is not strict base64url"},
		{"length 1 mod 4 payload", h + ".A." + s, "the payload is not strict base64url"},
		{"length 1 mod 4 signature", h + "." + p + ".A", "the signature is not strict base64url"},
		{"trailing bits, 1 byte", h + "." + p + ".AB", "the signature is not strict base64url"},
		{"trailing bits, 2 bytes", h + "." + p + ".AAB", "the signature is not strict base64url"},
		{"non-ASCII", h + "." + p + ".ÄA", "the signature is not strict base64url"},
		{"header no JSON", "AAAA." + p + "." + s, "JSON is not an object"},
		{"header array", encode(`[]`) + "." + p + "." + s, "JSON is not an object"},
		{"payload array", h + "." + encode(`[{}]`) + "." + s, "JSON is not an object"},
		{"payload text", h + "." + encode(`"x"`) + "." + s, "JSON is not an object"},
		{"payload half", h + "." + encode(`{"a":1`) + "." + s, "JSON has a syntax error"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			token := jose.Token{Raw: "left over", Payload: []byte("left over")}
			err := jose.Parse(&token, tt.raw, jose.NewHeaderCache(), jose.Limits{})
			if got := refusal(t, err); got != tt.reason {
				t.Errorf("reason %q, want %q", got, tt.reason)
			}
			if token.Raw != "" || token.Payload != nil || token.SigningInput() != "" {
				t.Errorf("a refused token left %+v", token)
			}
		})
	}
}

func TestParseAppliesLimits(t *testing.T) {
	raw := compact(plainHeader, `{"a":{"b":{}}}`)
	var token jose.Token
	if got := refusal(t, jose.Parse(&token, raw, nil, jose.Limits{MaxDepth: 2})); !strings.Contains(got, "deeply") {
		t.Errorf("payload: %q", got)
	}
	if got := refusal(t, jose.Parse(&token, raw, nil, jose.Limits{MaxMembers: 2})); !strings.Contains(got, "members") {
		t.Errorf("header: %q", got)
	}
	if err := jose.Parse(&token, raw, nil, jose.Limits{MaxDepth: 3, MaxMembers: 3}); err != nil {
		t.Error(err)
	}
}

func TestParseAllocations(t *testing.T) {
	var token jose.Token
	headers := jose.NewHeaderCache()
	raw := compact(plainHeader, clerkPayload)
	if err := jose.Parse(&token, raw, headers, jose.Limits{}); err != nil {
		t.Fatal(err)
	}
	headers.Remember(&token)
	if allocs := testing.AllocsPerRun(100, func() { _ = jose.Parse(&token, raw, headers, jose.Limits{}) }); allocs > 3 {
		t.Errorf("parsing with a cached header: %v allocations, want 3", allocs)
	}
	for _, raw := range garbage() {
		if allocs := testing.AllocsPerRun(100, func() { _ = jose.Parse(&token, raw, headers, jose.Limits{}) }); allocs > 1 {
			t.Errorf("refusing %q: %v allocations, want at most 1", raw, allocs)
		}
	}
}

func garbage() []string {
	return []string{"garbage", "a.b", "..", "x9f2Kd_a.Qm-71Zpl.kk3jWq0x", "a.b.c.d.e", strings.Repeat("A", 4096)}
}

func BenchmarkParse(b *testing.B) {
	raw := compact(plainHeader, clerkPayload)
	for _, bench := range []struct {
		name    string
		headers *jose.HeaderCache
	}{{"cached", jose.NewHeaderCache()}, {"uncached", nil}} {
		b.Run(bench.name, func(b *testing.B) {
			var token jose.Token
			if err := jose.Parse(&token, raw, bench.headers, jose.Limits{}); err != nil {
				b.Fatal(err)
			}
			bench.headers.Remember(&token)
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				_ = jose.Parse(&token, raw, bench.headers, jose.Limits{})
			}
		})
	}
}

func BenchmarkRefuse(b *testing.B) {
	headers := jose.NewHeaderCache()
	for _, raw := range garbage() {
		b.Run(raw[:min(len(raw), 26)], func(b *testing.B) {
			var token jose.Token
			b.ReportAllocs()
			for b.Loop() {
				_ = jose.Parse(&token, raw, headers, jose.Limits{})
			}
		})
	}
}
