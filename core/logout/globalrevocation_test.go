package logout_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/logout"
)

const (
	endpoint = "https://api.example.com/global-token-revocation"
	jsonType = "application/json"
)

// caller is a header field with the token of an identity provider (§3.5 of the draft).
func (f *fixture) caller(changes authtest.Claims, opts ...authtest.TokenOption) string {
	claims := authtest.Claims{"aud": endpoint, "sub": "0oa1", "jti": "request-1"}
	maps.Copy(claims, changes)
	return "Bearer " + f.issuer.Token(claims, append([]authtest.TokenOption{
		authtest.WithHeader("typ", "global-token-revocation+jwt"), authtest.ExpiresIn(5 * time.Minute),
	}, opts...)...)
}

func (f *fixture) global(opts ...logout.Option) *logout.Handler {
	f.t.Helper()
	opts = append([]logout.Option{logout.Audience(endpoint)}, opts...)
	h, err := logout.NewGlobalRevocation(f.verifier, f.sink, opts...)
	return must(f.t, h, err)
}

func (f *fixture) subject(sub string) string {
	return `{"sub_id":{"format":"iss_sub","iss":"` + f.issuer.URL() + `","sub":"` + sub + `"}}`
}

func TestGlobalRevocation(t *testing.T) {
	f := newFixture(t)
	token := f.issuer.Token(nil)
	h := f.global(logout.Callers("0oa1", "0oa2"))
	w := post(t, h, jsonType, f.subject("user_1"), "Authorization", f.caller(nil))
	if w.Code != http.StatusNoContent || body(t, w) != "" {
		t.Errorf("got %d %s, want 204", w.Code, w.Body)
	}
	f.expect(f.user(0))
	if got := f.status(token); got != 401 {
		t.Errorf("the user's token: %d, want 401", got)
	}
	w = post(t, h, jsonType, f.subject("user_1"), "Authorization", f.caller(nil))
	if w.Code != http.StatusUnauthorized { // §3.5: jti must not be used again
		t.Errorf("the same request again: %d, want 401", w.Code)
	}
	f.expect(f.user(0))
}

func TestGlobalRevocationFormats(t *testing.T) {
	known := func(s logout.Subject) ([]logout.Entry, error) {
		if s.Value == "nobody@example.com" {
			return nil, nil
		}
		return []logout.Entry{{Kind: logout.KindUser, Issuer: "https://tokens.example", Value: s.Format + " " + s.Value}}, nil
	}
	for body, tt := range map[string]struct {
		status int
		found  string // by Subjects
	}{
		`{"sub_id":{"format":"email","email":"ada@example.com"}}`:      {400, "email ada@example.com"},
		`{"sub_id":{"format":"phone_number","phone_number":"+1"}}`:     {400, "phone_number +1"},
		`{"sub_id":{"format":"account","uri":"acct:ada@example.com"}}`: {400, "account acct:ada@example.com"},
		`{"sub_id":{"format":"did","url":"did:example:1"}}`:            {400, "did did:example:1"},
		`{"sub_id":{"format":"aliases","identifiers":[]}}`:             {400, "aliases "},
		`{"sub_id":{"format":"opaque","id":"user_1"}}`:                 {204, "opaque user_1"},
		`{"sub_id":{"format":"email","email":"nobody@example.com"}}`:   {400, ""},
	} {
		f := newFixture(t)
		if w := post(t, f.global(), jsonType, body, "Authorization", f.caller(nil)); w.Code != tt.status {
			t.Errorf("%s: got %d %s, want %d", body, w.Code, w.Body, tt.status)
		}
		if tt.status == 204 {
			f.expect(f.user(0))
		} else {
			f.expect()
		}
		f = newFixture(t)
		want := 204
		if tt.found == "" {
			want = 404
		}
		w := post(t, f.global(subjects(known)), jsonType, body, "Authorization", f.caller(nil))
		if got := f.sink.all(); w.Code != want || want == 204 && (len(got) != 1 || got[0].Value != tt.found) {
			t.Errorf("%s with Subjects: got %d %s and %v", body, w.Code, w.Body, got)
		}
	}
}

func TestGlobalRevocationIssuers(t *testing.T) {
	f := newFixture(t)
	foreign := `{"sub_id":{"format":"iss_sub","iss":"https://tenant-b.example","sub":"user_1"}}`
	if w := post(t, f.global(), jsonType, foreign, "Authorization", f.caller(nil)); w.Code != http.StatusForbidden {
		t.Errorf("a user of another issuer: got %d %s, want 403", w.Code, w.Body)
	}
	f.expect()
	h := f.global(logout.SubjectIssuers("https://tenant-b.example"))
	if w := post(t, h, jsonType, foreign, "Authorization", f.caller(nil)); w.Code != http.StatusNoContent {
		t.Errorf("named in SubjectIssuers: got %d %s", w.Code, w.Body)
	}
	want := f.user(0)
	want.Issuer = "https://tenant-b.example"
	f.expect(want)
	if w := post(t, h, jsonType, f.subject("user_1"), "Authorization",
		f.caller(authtest.Claims{"jti": "2"})); w.Code != http.StatusForbidden {
		t.Errorf("the message's own issuer, which SubjectIssuers leaves out: got %d, want 403", w.Code)
	}
}

func TestGlobalRevocationRefuses(t *testing.T) {
	f := newFixture(t)
	h := f.global(logout.Callers("0oa1"))
	good := f.caller(nil)
	body := f.subject("user_1")
	for name, tt := range map[string]struct {
		authorization []string
		body          string
		status        int
	}{
		"no authorization": {nil, body, 401},
		"two":              {[]string{good, good}, body, 401},
		"Basic":            {[]string{"Basic eDp5"}, body, 401},
		"not a token":      {[]string{"Bearer x"}, body, 401},
		"foreign key":      {[]string{f.caller(nil, authtest.WithForeignKey())}, body, 401},
		"another endpoint": {[]string{f.caller(authtest.Claims{"aud": endpoint + "/"})}, body, 401},
		"a session":        {[]string{"Bearer " + f.issuer.Token(nil)}, body, 401},
		"a logout token":   {[]string{"Bearer " + f.logoutToken(authtest.Claims{"aud": endpoint})}, body, 401},
		"another caller":   {[]string{f.caller(authtest.Claims{"sub": "0oa9"})}, body, 401},
		"no caller":        {[]string{f.caller(authtest.Claims{"sub": nil})}, body, 401},
		"no jti":           {[]string{f.caller(authtest.Claims{"jti": nil})}, body, 401},
		"no exp":           {[]string{f.caller(authtest.Claims{"exp": nil})}, body, 401},
		"expired":          {[]string{f.caller(nil, authtest.ExpiresIn(-time.Minute))}, body, 401},
		"made long ago":    {[]string{f.caller(authtest.Claims{"iat": epoch().Add(-time.Hour).Unix()})}, body, 401},
		"foreign issuer":   {[]string{f.caller(authtest.Claims{"iss": "https://evil.example"})}, body, 401},
		"not JSON":         {[]string{good}, "sub_id=1", 400},
		"empty":            {[]string{good}, "", 400},
		"a list":           {[]string{good}, "[" + body + "]", 400},
		"two of them":      {[]string{good}, body + body, 400},
		"sub_id twice":     {[]string{good}, strings.TrimSuffix(body, "}") + `,"sub_id":{}}`, 400},
		"no sub_id":        {[]string{good}, `{"subject":{}}`, 400},
		"no format":        {[]string{good}, `{"sub_id":{"iss":"i","sub":"user_1"}}`, 400},
		"no sub":           {[]string{good}, `{"sub_id":{"format":"iss_sub","iss":"` + f.issuer.URL() + `"}}`, 400},
		"no iss":           {[]string{good}, `{"sub_id":{"format":"iss_sub","sub":"user_1"}}`, 400},
		"sub is a number": {
			[]string{good},
			`{"sub_id":{"format":"iss_sub","iss":"` + f.issuer.URL() + `","sub":1}}`,
			400,
		},
		"a token, not a person": {
			[]string{good},
			`{"sub_id":{"format":"jwt_id","iss":"` + f.issuer.URL() + `","jti":"j"}}`,
			400,
		},
		"too large": {[]string{good}, `{"sub_id":"` + strings.Repeat("x", 16<<10) + `"}`, 400},
	} {
		var fields []string
		for _, a := range tt.authorization {
			fields = append(fields, "Authorization", a)
		}
		w := post(t, h, jsonType, tt.body, fields...)
		if w.Code != tt.status || (w.Header().Get("WWW-Authenticate") != "") != (tt.status == 401) {
			t.Errorf("%s: got %d %s, want %d", name, w.Code, w.Body, tt.status)
		}
	}
	f.expect()
	if w := post(t, h, jsonType, body, "Authorization", good); w.Code != 204 {
		t.Errorf("the good request after all that: %d %s", w.Code, w.Body)
	}
}

// TestCallerIsNoSession: the provider's request does not pass a guard, whatever its audience.
func TestCallerIsNoSession(t *testing.T) {
	f := newFixture(t)
	token := strings.TrimPrefix(f.caller(authtest.Claims{"aud": []string{endpoint, authtest.Audience}}), "Bearer ")
	if _, err := f.verifier.Verify(t.Context(), token); core.CodeOf(err) != core.CodeClaimMismatch {
		t.Errorf("Verify returned %v, want CLAIM_MISMATCH", err)
	}
}

func TestGlobalRevocationOutage(t *testing.T) {
	f := newFixture(t)
	f.sink.down = true
	h := f.global()
	w := post(t, h, jsonType, f.subject("user_1"), "Authorization", f.caller(nil))
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("sink down: %d %v", w.Code, w.Header())
	}
	f.sink.down = false
	if w := post(t, h, jsonType, f.subject("user_1"), "Authorization", f.caller(nil)); w.Code != 204 {
		t.Errorf("after the outage: %d %s", w.Code, w.Body)
	}
	broken := f.global(subjects(func(logout.Subject) ([]logout.Entry, error) { return []logout.Entry{{}}, nil }))
	if w := post(t, broken, jsonType, f.subject("user_1"), "Authorization", f.caller(nil)); w.Code != 422 {
		t.Errorf("Subjects returns an empty entry: %d %s, want 422", w.Code, w.Body)
	}
}
