package logout_test

import (
	"encoding/json"
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
	setType = "application/secevent+jwt"
	caep    = "https://schemas.openid.net/secevent/caep/event-type/"
	risc    = "https://schemas.openid.net/secevent/risc/event-type/"
)

// set is a security event token; event is the JSON of its payload.
func (f *fixture) set(uri, payload string, changes authtest.Claims, opts ...authtest.TokenOption) string {
	claims := authtest.Claims{
		"aud":    client,
		"sub":    nil,
		"exp":    nil,
		"nbf":    nil,
		"jti":    "set-1",
		"sub_id": map[string]any{"format": "iss_sub", "iss": f.issuer.URL(), "sub": "user_1"},
		"events": map[string]any{uri: json.RawMessage(payload)},
	}
	maps.Copy(claims, changes)
	return f.issuer.Token(claims, append([]authtest.TokenOption{authtest.WithHeader("typ", "secevent+jwt")}, opts...)...)
}

func (f *fixture) events(opts ...logout.Option) *logout.Handler {
	f.t.Helper()
	h, err := logout.NewSecurityEvents(f.verifier, f.sink, append([]logout.Option{logout.Audience(client)}, opts...)...)
	return must(f.t, h, err)
}

func (f *fixture) tokenEntry(jti string) logout.Entry {
	return logout.Entry{Kind: logout.KindToken, Issuer: f.issuer.URL(), Value: jti, Expires: epoch().Add(kept)}
}

func TestSecurityEvents(t *testing.T) {
	user := func(f *fixture) []logout.Entry { return []logout.Entry{f.user(0)} }
	none := func(*fixture) []logout.Entry { return nil }
	session := func(f *fixture) []logout.Entry { return []logout.Entry{f.session("s1")} }
	opaque := authtest.Claims{"sub_id": map[string]any{"format": "opaque", "id": "s1"}}
	earlier := epoch().Add(-time.Hour).Unix()
	for name, tt := range map[string]struct {
		uri, payload string
		claims       func(f *fixture) authtest.Claims
		want         func(f *fixture) []logout.Entry
	}{
		"session-revoked of a user": {caep + "session-revoked", `{}`, nil, user},
		"session-revoked of a session": {
			caep + "session-revoked",
			`{}`,
			func(*fixture) authtest.Claims { return opaque },
			session,
		},
		"complex with a session": {caep + "session-revoked", `{}`, func(f *fixture) authtest.Claims {
			return authtest.Claims{"sub_id": map[string]any{
				"format":  "complex",
				"session": map[string]any{"format": "opaque", "id": "s1"},
				"user":    map[string]any{"format": "iss_sub", "iss": f.issuer.URL(), "sub": "user_1"},
			}}
		}, session},
		"complex with a user and a device": {caep + "session-revoked", `{}`, func(f *fixture) authtest.Claims {
			return authtest.Claims{"sub_id": map[string]any{
				"format": "complex",
				"user":   map[string]any{"format": "iss_sub", "iss": f.issuer.URL(), "sub": "user_1"},
				"device": map[string]any{"format": "opaque", "id": "d1"},
			}}
		}, user},
		"complex with a tenant alone": {caep + "session-revoked", `{}`, func(*fixture) authtest.Claims {
			return authtest.Claims{"sub_id": map[string]any{
				"format": "complex", "tenant": map[string]any{"format": "opaque", "id": "t1"},
			}}
		}, none},
		"at its time": {
			caep + "session-revoked", `{"event_timestamp":` + json.Number(itoa(earlier)).String() + `}`, nil,
			func(f *fixture) []logout.Entry { return []logout.Entry{f.user(-time.Hour)} },
		},
		"at its toe": {
			caep + "session-revoked", `{}`,
			func(*fixture) authtest.Claims { return authtest.Claims{"toe": earlier} },
			func(f *fixture) []logout.Entry { return []logout.Entry{f.user(-time.Hour)} },
		},
		"a time in the future": {caep + "session-revoked", `{"event_timestamp":4000000000}`, nil, user},
		"a time in milliseconds": {
			caep + "session-revoked", `{"event_timestamp":` + itoa(epoch().UnixMilli()) + `}`, nil, user,
		},
		"long ago": {caep + "session-revoked", `{"event_timestamp":1700000000}`, nil, none},
		"token-claims-change of a token": {caep + "token-claims-change", `{"claims":{}}`, func(f *fixture) authtest.Claims {
			return authtest.Claims{"sub_id": map[string]any{"format": "jwt_id", "iss": f.issuer.URL(), "jti": "j1"}}
		}, func(f *fixture) []logout.Entry { return []logout.Entry{f.tokenEntry("j1")} }},
		"token-claims-change of a user": {caep + "token-claims-change", `{"claims":{}}`, nil, user},
		"credential-change, update": {
			caep + "credential-change",
			`{"credential_type":"password","change_type":"update"}`,
			nil,
			user,
		},
		"credential-change, create": {
			caep + "credential-change",
			`{"credential_type":"app","change_type":"create"}`,
			nil,
			none,
		},
		"account-disabled": {risc + "account-disabled", `{"reason":"hijacking"}`, nil, user},
		"RISC before RFC 9493": {
			risc + "sessions-revoked",
			`{"subject":{"subject_type":"iss-sub","iss":"ISSUER","sub":"user_1"}}`,
			func(*fixture) authtest.Claims { return authtest.Claims{"sub_id": nil} }, user,
		},
		"verification": {
			"https://schemas.openid.net/secevent/ssf/event-type/verification", `{"state":"x"}`,
			func(*fixture) authtest.Claims { return opaque }, none,
		},
		"an event that is not known": {caep + "session-established", `{}`, nil, none},
		"email without Subjects": {caep + "session-revoked", `{}`, func(*fixture) authtest.Claims {
			return authtest.Claims{"sub_id": map[string]any{"format": "email", "email": "ada@example.com"}}
		}, none},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			var claims authtest.Claims
			if tt.claims != nil {
				claims = tt.claims(f)
			}
			token := f.set(tt.uri, strings.ReplaceAll(tt.payload, "ISSUER", f.issuer.URL()), claims)
			w := post(t, f.events(), setType, token)
			if w.Code != http.StatusAccepted || body(t, w) != "" {
				t.Errorf("got %d %s, want 202", w.Code, w.Body)
			}
			f.expect(tt.want(f)...)
		})
	}
}

func TestSecurityEventReplay(t *testing.T) {
	f := newFixture(t)
	h := f.events()
	token := f.set(caep+"session-revoked", `{}`, nil)
	for range 3 { // the transmitter did not see the confirmation
		if w := post(t, h, setType, token); w.Code != http.StatusAccepted {
			t.Errorf("got %d %s", w.Code, w.Body)
		}
		f.clock.Advance(time.Hour)
	}
	f.expect(f.user(0))
	f.clock.Advance(365 * 24 * time.Hour)
	post(t, h, setType, token)
	f.expect(f.user(0)) // it would revoke nothing that still lives
}

func TestSecurityEventErrors(t *testing.T) {
	f := newFixture(t)
	push := strings.Repeat("p", 32)
	h := f.events(logout.PushToken(core.NewSecret(push)))
	auth := []string{"Authorization", "Bearer " + push}
	event := caep + "session-revoked"
	for name, tt := range map[string]struct {
		token  string
		fields []string
		err    string
	}{
		"no push token": {f.set(event, `{}`, nil), nil, "authentication_failed"},
		"wrong push token": {
			f.set(event, `{}`, nil),
			[]string{"Authorization", "Bearer " + push + "x"},
			"authentication_failed",
		},
		"not a token":       {"x", auth, "invalid_request"},
		"foreign key":       {f.set(event, `{}`, nil, authtest.WithForeignKey()), auth, "invalid_key"},
		"unknown key":       {f.set(event, `{}`, nil, authtest.WithKeyID("other")), auth, "invalid_key"},
		"another algorithm": {f.set(event, `{}`, nil, authtest.WithSecret([]byte(push))), auth, "invalid_key"},
		"issuer":            {f.set(event, `{}`, authtest.Claims{"iss": "https://evil.example"}), auth, "invalid_issuer"},
		"audience":          {f.set(event, `{}`, authtest.Claims{"aud": "other"}), auth, "invalid_audience"},
		"a session":         {f.issuer.Token(authtest.Claims{"aud": client}), auth, "invalid_request"},
		"a logout token":    {f.logoutToken(nil), auth, "invalid_request"},
		"no iat":            {f.set(event, `{}`, authtest.Claims{"iat": nil}), auth, "invalid_request"},
		"expired nevertheless": {
			f.set(event, `{}`, authtest.Claims{"exp": epoch().Add(-time.Hour).Unix()}),
			auth,
			"invalid_request",
		},
		"no jti":            {f.set(event, `{}`, authtest.Claims{"jti": nil}), auth, "invalid_request"},
		"no events":         {f.set(event, `{}`, authtest.Claims{"events": nil}), auth, "invalid_request"},
		"empty events":      {f.set(event, `{}`, authtest.Claims{"events": map[string]any{}}), auth, "invalid_request"},
		"event is a string": {f.set(event, `"x"`, nil), auth, "invalid_request"},
		"no subject":        {f.set(event, `{}`, authtest.Claims{"sub_id": nil}), auth, "invalid_request"},
		"a foreign user": {f.set(event, `{}`, authtest.Claims{"sub_id": map[string]any{
			"format": "iss_sub", "iss": "https://tenant-b.example", "sub": "user_1",
		}}), auth, "access_denied"},
		"a foreign token": {f.set(event, `{}`, authtest.Claims{"sub_id": map[string]any{
			"format": "jwt_id", "iss": "https://tenant-b.example", "jti": "j",
		}}), auth, "access_denied"},
	} {
		w := post(t, h, setType, tt.token, tt.fields...)
		var answer struct{ Err, Description string }
		text := body(t, w)
		if err := json.Unmarshal([]byte(text), &answer); err != nil || w.Code != 400 || answer.Err != tt.err ||
			answer.Description == "" || w.Header().Get("Content-Language") != "en" {
			t.Errorf("%s: got %d %s %v, want 400 %s", name, w.Code, text, w.Header(), tt.err)
		}
	}
	if w := post(t, h, jsonType, f.set(event, `{}`, nil), auth...); w.Code != 400 {
		t.Errorf("another media type: %d", w.Code)
	}
	f.expect()
	f.sink.down = true
	if w := post(t, h, setType, f.set(event, `{}`, nil), auth...); w.Code != http.StatusServiceUnavailable {
		t.Errorf("sink down: %d", w.Code)
	}
	f.sink.down = false
	if w := post(t, h, setType, f.set(event, `{}`, nil), auth...); w.Code != http.StatusAccepted {
		t.Errorf("the good event after all that: %d %s", w.Code, w.Body)
	}
	f.expect(f.user(0))
}

// TestSecurityEventIsNoSession: a guard refuses the event, typed or not.
func TestSecurityEventIsNoSession(t *testing.T) {
	f := newFixture(t)
	both := authtest.Claims{
		"aud": []string{client, authtest.Audience}, "sub": "user_1", "exp": epoch().Add(time.Hour).Unix(),
	}
	for _, typ := range []any{"secevent+jwt", "JWT", nil} {
		token := f.set(caep+"session-revoked", `{}`, both, authtest.WithHeader("typ", typ))
		if _, err := f.verifier.Verify(t.Context(), token); core.CodeOf(err) != core.CodeClaimMismatch {
			t.Errorf("typ %v: Verify returned %v, want CLAIM_MISMATCH", typ, err)
		}
	}
}
