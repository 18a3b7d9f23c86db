package logout_test

import (
	"flag"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/logout"
)

var update = flag.Bool("update", false, "update the golden files")

// TestAnswers compares every kind of answer with testdata/answers.golden, which
// documents what providers see.
func TestAnswers(t *testing.T) {
	var b strings.Builder
	b.WriteString("# The answers of package logout. go test ./core/logout -run TestAnswers -update\n")
	record := func(name string, w *httptest.ResponseRecorder) {
		fmt.Fprintf(&b, "\n## %s\n%d %s\n", name, w.Code, http.StatusText(w.Code))
		for _, field := range slices.Sorted(maps.Keys(w.Header())) {
			fmt.Fprintf(&b, "%s: %s\n", field, strings.Join(w.Header()[field], ", "))
		}
		if w.Body.Len() > 0 {
			fmt.Fprintf(&b, "\n%s\n", w.Body)
		}
	}
	f := newFixture(t)
	fail := func(h *logout.Handler, mediaType, body string, fields ...string) *httptest.ResponseRecorder {
		f.sink.down = true
		defer func() { f.sink.down = false }()
		return post(t, h, mediaType, body, fields...)
	}

	back, token := f.backChannel(), form(f.logoutToken(nil))
	record("back-channel logout, log unavailable", fail(back, formType, token))
	record("back-channel logout", post(t, back, formType, token))
	record("back-channel logout, replayed", post(t, back, formType, token))
	record("back-channel logout, forged", post(t, back, formType, form(f.logoutToken(nil, authtest.WithForeignKey()))))
	record("back-channel logout, without a token", post(t, back, formType, ""))
	get := httptest.NewRecorder()
	back.ServeHTTP(get, httptest.NewRequest(http.MethodGet, "/", http.NoBody))
	record("back-channel logout, GET", get)

	global, caller := f.global(), f.caller(nil)
	auth := func(value string) []string { return []string{"Authorization", value} }
	record("global revocation, log unavailable", fail(global, jsonType, f.subject("user_1"), auth(caller)...))
	record("global revocation", post(t, global, jsonType, f.subject("user_1"), auth(caller)...))
	record("global revocation, replayed", post(t, global, jsonType, f.subject("user_1"), auth(caller)...))
	record("global revocation, without credentials", post(t, global, jsonType, f.subject("user_1")))
	record("global revocation, unsupported subject", post(t, global, jsonType,
		`{"sub_id":{"format":"email","email":"ada@example.com"}}`, auth(f.caller(authtest.Claims{"jti": "2"}))...))
	record("global revocation, foreign subject", post(t, global, jsonType,
		`{"sub_id":{"format":"iss_sub","iss":"https://other.example","sub":"x"}}`,
		auth(f.caller(authtest.Claims{"jti": "3"}))...))
	unknown := f.global(subjects(func(logout.Subject) ([]logout.Entry, error) { return nil, nil }))
	record("global revocation, unknown user", post(t, unknown, jsonType, f.subject("x"), auth(caller)...))

	events, event := f.events(), caep+"session-revoked"
	record("security event, log unavailable", fail(events, setType, f.set(event, "{}", nil)))
	record("security event", post(t, events, setType, f.set(event, "{}", nil)))
	record("security event, replayed", post(t, events, setType, f.set(event, "{}", nil)))
	record("security event, forged", post(t, events, setType, f.set(event, "{}", nil, authtest.WithForeignKey())))
	record("security event, another audience", post(t, events, setType, f.set(event, "{}", authtest.Claims{"aud": "x"})))
	guarded := f.events(logout.PushToken(core.NewSecret(plainSecret)))
	record("security event, without the push token", post(t, guarded, setType, f.set(event, "{}", nil)))

	const ended = `{"type":"session.ended","data":{"id":"s1"}}`
	clerk, signed := f.clerk(), svix("svix-", "m", epoch(), ended)
	record("webhook, log unavailable", fail(clerk, jsonType, ended, signed...))
	record("webhook", post(t, clerk, jsonType, ended, signed...))
	record("webhook, replayed", post(t, clerk, jsonType, ended, signed...))
	record("webhook, forged", post(t, clerk, jsonType, ended+" ", signed...))
	record("webhook, malformed", post(t, clerk, jsonType, "x", svix("svix-", "m", epoch(), "x")...))

	file := filepath.Join("testdata", "answers.golden")
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("%s differs; run the test with -update if that is meant\ngot\n%s", file, b.String())
	}
}
