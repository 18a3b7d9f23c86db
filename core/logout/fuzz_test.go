package logout_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/internal/test"
	"github.com/revstackhq/auth-go/core/logout"
)

// deliver sends what the fuzzer made up, and returns the answer.
func deliver(h http.Handler, mediaType, body string, fields ...string) int {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", mediaType)
	for i := 0; i+1 < len(fields); i += 2 {
		r.Header.Add(fields[i], fields[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

// wellFormed holds for every entry, whatever was delivered.
func wellFormed(t *testing.T, f *fixture) {
	t.Helper()
	for _, e := range f.sink.all() {
		switch {
		case e.Issuer != f.issuer.URL():
			t.Errorf("an entry for the issuer %q", e.Issuer)
		case e.Value == "" || len(e.Value) > 512:
			t.Errorf("an entry for %q", e.Value)
		case (e.Kind == logout.KindUser) == e.Before.IsZero():
			t.Errorf("the kind %q with the time %v", e.Kind, e.Before)
		case e.Kind == logout.KindUser && e.Before.Sub(f.clock.Now()) > 31e9: // the leeway, and a second
			t.Errorf("an entry for tokens up to %v", e.Before)
		case !e.Expires.After(f.clock.Now()):
			t.Errorf("an entry that has expired at %v", e.Expires)
		}
	}
}

// FuzzForms: no form without a signature of the provider revokes anything.
func FuzzForms(f *testing.F) {
	kit := newFixture(f)
	good := form(kit.logoutToken(nil, authtest.WithForeignKey()))
	for _, seed := range []string{good, "", "logout_token=", "logout_token=a.b.c", good + "&" + good, "%", "a;b=c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		kit := kit.in(t)
		h := kit.backChannel()
		test.Bounded(t, len(body), 32<<10, 64, func() { deliver(h, formType, body) })
		if got := deliver(h, formType, body); got != http.StatusBadRequest || len(kit.sink.all()) != 0 {
			t.Errorf("%q: %d, %v", body, got, kit.sink.all())
		}
	})
}

// FuzzLogoutClaims signs any claims: what is accepted names the session or the user that encoding/json
// reads, and does nothing with one bit flipped.
func FuzzLogoutClaims(f *testing.F) {
	kit := newFixture(f)
	f.Add(`"s1"`, `{"http://schemas.openid.net/event/backchannel-logout":{}}`, `"user_1"`, uint16(0))
	f.Add(`null`, `{}`, `7`, uint16(999))
	f.Fuzz(func(t *testing.T, sid, events, sub string, bit uint16) {
		kit := kit.in(t)
		if !json.Valid([]byte(sid)) || !json.Valid([]byte(events)) || !json.Valid([]byte(sub)) {
			return
		}
		token := kit.logoutToken(authtest.Claims{
			"sid": json.RawMessage(sid), "events": json.RawMessage(events), "sub": json.RawMessage(sub),
		})
		got := deliver(kit.backChannel(logout.WholeUser()), formType, form(token))
		if got != 200 && got != 400 {
			t.Errorf("answered %d", got)
		}
		wellFormed(t, kit)
		for _, e := range kit.sink.all() {
			if e.Value != textOf(sid) && e.Value != textOf(sub) {
				t.Errorf("an entry for %q, encoding/json reads %q and %q", e.Value, textOf(sid), textOf(sub))
			}
		}
		entries := len(kit.sink.all())
		flipped := []byte(token)
		n := int(bit) % (8 * len(flipped))
		flipped[n/8] ^= 1 << (n % 8)
		if got := deliver(kit.backChannel(logout.WholeUser()), formType, form(string(flipped))); got != 400 {
			t.Errorf("answered %d to a token with bit %d flipped", got, n)
		}
		if len(kit.sink.all()) != entries {
			t.Errorf("a token with bit %d flipped revokes something", n)
		}
	})
}

// textOf is what encoding/json reads of a string, "" for other values.
func textOf(value string) (text string) {
	_ = json.Unmarshal([]byte(value), &text)
	return text
}

// FuzzRevocationRequest sends any body from an authentic caller.
func FuzzRevocationRequest(f *testing.F) {
	kit := newFixture(f)
	auth := kit.caller(nil)
	for _, seed := range []string{kit.subject("user_1"), `{"sub_id":{"format":"opaque","id":"x"}}`, `{}`, `[]`, ``} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		kit := kit.in(t)
		switch got := deliver(kit.global(), jsonType, body, "Authorization", auth); got {
		case 204, 400, 403:
		default:
			t.Errorf("answered %d", got)
		}
		wellFormed(t, kit)
	})
}

// FuzzSecurityEvent signs any event with any subject.
func FuzzSecurityEvent(f *testing.F) {
	kit := newFixture(f)
	f.Add(caep+"session-revoked", `{"event_timestamp":1800000000}`, `{"format":"opaque","id":"s1"}`)
	f.Add(caep+"credential-change", `{"change_type":"update"}`, `{"format":"iss_sub",`+
		`"iss":"`+kit.issuer.URL()+`","sub":"u"}`)
	f.Add(risc+"account-disabled", `{"subject":{"subject_type":"iss-sub"}}`, `null`)
	f.Add(caep+"session-revoked", `{"event_timestamp":1e300}`, `{"format":"complex",`+
		`"user":{"format":"opaque","id":"u"}}`)
	f.Fuzz(func(t *testing.T, uri, payload, subject string) {
		kit := kit.in(t)
		if !json.Valid([]byte(payload)) || !json.Valid([]byte(subject)) {
			return
		}
		token := kit.set(uri, payload, authtest.Claims{"sub_id": json.RawMessage(subject)})
		if got := deliver(kit.events(), setType, token); got != 202 && got != 400 {
			t.Errorf("answered %d", got)
		}
		wellFormed(t, kit)
	})
}

// FuzzSvix sends any signature, and any body with a good one.
func FuzzSvix(f *testing.F) {
	kit := newFixture(f)
	const body = `{"type":"session.ended","data":{"id":"s1"}}`
	good := svix("svix-", "m", epoch(), body)
	f.Add("m", good[3], good[5], body)
	f.Add("", "", "v1,", "{}")
	f.Fuzz(func(t *testing.T, id, stamp, signature, body string) {
		kit := kit.in(t)
		got := deliver(kit.clerk(), jsonType, body, "svix-id", id, "svix-timestamp", stamp, "svix-signature", signature)
		if genuine := signature == good[5] && stamp == good[3] && id == "m"; got == 200 && !genuine {
			t.Errorf("answered %d", got)
		}
		if got := deliver(kit.clerk(), jsonType, body, svix("svix-", "x", epoch(), body)...); got != 200 && got != 400 {
			t.Errorf("a signed body: answered %d", got)
		}
		wellFormed(t, kit)
	})
}

// FuzzWorkOS sends any header, and any body with a good one.
func FuzzWorkOS(f *testing.F) {
	kit := newFixture(f)
	const body = `{"id":"e","event":"session.revoked","data":{"id":"s1"}}`
	good := workos(epoch(), body)[1]
	f.Add(good, body)
	f.Add("t=,v1=", "{}")
	f.Fuzz(func(t *testing.T, header, body string) {
		kit := kit.in(t)
		if got := deliver(kit.workos(), jsonType, body, "WorkOS-Signature", header); got == 200 &&
			!strings.EqualFold(strings.ReplaceAll(header, " ", ""), strings.ReplaceAll(good, " ", "")) {
			t.Errorf("answered %d to %q", got, header)
		}
		if got := deliver(kit.workos(), jsonType, body, workos(epoch(), body)...); got != 200 && got != 400 {
			t.Errorf("a signed body: answered %d", got)
		}
		wellFormed(t, kit)
	})
}

// FuzzSupabase sends any body with the secret.
func FuzzSupabase(f *testing.F) {
	kit := newFixture(f)
	f.Add(`{"type":"DELETE","table":"sessions","schema":"auth","record":null,"old_record":{"id":"s1"}}`)
	f.Add(`{"type":"UPDATE","table":"users","schema":"auth","record":{"id":"u","banned_until":"9999-01-01T00:00:00Z"}}`)
	f.Fuzz(func(t *testing.T, body string) {
		kit := kit.in(t)
		if got := deliver(kit.supabase(), jsonType, body, supabase("")...); got != 200 && got != 400 {
			t.Errorf("answered %d", got)
		}
		wellFormed(t, kit)
	})
}
