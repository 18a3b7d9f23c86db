package logout_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/logout"
)

const formType = "application/x-www-form-urlencoded"

// logoutToken is a logout token with changes; nil removes a claim.
func (f *fixture) logoutToken(changes authtest.Claims, opts ...authtest.TokenOption) string {
	claims := authtest.Claims{
		"aud":    client,
		"nbf":    nil,
		"jti":    "logout-1",
		"sid":    "s1",
		"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}},
	}
	maps.Copy(claims, changes)
	return f.issuer.Token(claims, append([]authtest.TokenOption{
		authtest.WithHeader("typ", "logout+jwt"), authtest.ExpiresIn(2 * time.Minute),
	}, opts...)...)
}

func (f *fixture) backChannel(opts ...logout.Option) *logout.Handler {
	f.t.Helper()
	h, err := logout.NewBackChannel(f.verifier, f.sink, append([]logout.Option{logout.Audience(client)}, opts...)...)
	return must(f.t, h, err)
}

func form(token string) string { return url.Values{"logout_token": {token}}.Encode() }

func TestBackChannelEndsSessions(t *testing.T) {
	for name, tt := range map[string]struct {
		claims authtest.Claims
		opts   []logout.Option
		want   func(f *fixture) []logout.Entry
	}{
		"session": {nil, nil, func(f *fixture) []logout.Entry { return []logout.Entry{f.session("s1")} }},
		"user": {
			authtest.Claims{"sid": nil},
			nil,
			func(f *fixture) []logout.Entry { return []logout.Entry{f.user(0)} },
		},
		"session without a user": {
			authtest.Claims{"sub": nil},
			nil,
			func(f *fixture) []logout.Entry { return []logout.Entry{f.session("s1")} },
		},
		"whole user": {
			nil,
			[]logout.Option{logout.WholeUser()},
			func(f *fixture) []logout.Entry { return []logout.Entry{f.session("s1"), f.user(0)} },
		},
		"several audiences": {
			authtest.Claims{"aud": []string{"other", client}},
			nil,
			func(f *fixture) []logout.Entry { return []logout.Entry{f.session("s1")} },
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			w := post(t, f.backChannel(tt.opts...), formType, form(f.logoutToken(tt.claims)))
			if w.Code != http.StatusOK || body(t, w) != "" {
				t.Errorf("got %d %s, want 200 and nothing", w.Code, w.Body)
			}
			f.expect(tt.want(f)...)
		})
	}
}

// TestBackChannelGuard: the session ends where a guard asks the same table; the user
// may sign in again.
func TestBackChannelGuard(t *testing.T) {
	f := newFixture(t)
	h := f.backChannel()
	first := f.issuer.Token(authtest.Claims{"sid": "s1"})
	second := f.issuer.Token(authtest.Claims{"sid": "s2"})
	if a, b := f.status(first), f.status(second); a != 200 || b != 200 {
		t.Fatalf("before the logout: %d and %d", a, b)
	}
	post(t, h, formType, form(f.logoutToken(nil)))
	if a, b := f.status(first), f.status(second); a != 401 || b != 200 {
		t.Errorf("after the logout of s1: %d and %d, want 401 and 200", a, b)
	}
	post(t, h, formType, form(f.logoutToken(authtest.Claims{"sid": nil, "jti": "logout-2"})))
	if got := f.status(second); got != 401 {
		t.Errorf("a token of the second in which the user was logged out: %d, want 401", got)
	}
	f.clock.Advance(time.Second)
	if got := f.status(f.issuer.Token(authtest.Claims{"sid": "s3"})); got != 200 {
		t.Errorf("a new sign-in: %d, want 200", got)
	}
}

// TestLogoutTokenIsNoSession: what the handler accepts, a guard refuses, before and after.
func TestLogoutTokenIsNoSession(t *testing.T) {
	f := newFixture(t)
	h := f.backChannel()
	token := f.logoutToken(authtest.Claims{"aud": []string{client, authtest.Audience}})
	for _, when := range []string{"before", "after"} {
		if _, err := f.verifier.Verify(t.Context(), token); core.CodeOf(err) != core.CodeClaimMismatch {
			t.Errorf("%s the delivery: Verify returned %v, want CLAIM_MISMATCH", when, err)
		}
		post(t, h, formType, form(token))
	}
	if len(f.sink.all()) != 1 {
		t.Errorf("the token was not delivered: %v", f.sink.all())
	}
}

func TestBackChannelRefuses(t *testing.T) {
	f := newFixture(t)
	other := newFixture(t)
	good := f.logoutToken(nil)
	event := "http://schemas.openid.net/event/backchannel-logout"
	tokens := map[string]string{
		"no events":              f.logoutToken(authtest.Claims{"events": nil}),
		"another event":          f.logoutToken(authtest.Claims{"events": map[string]any{"urn:x": map[string]any{}}}),
		"event is not an object": f.logoutToken(authtest.Claims{"events": map[string]any{event: true}}),
		"events is a list":       f.logoutToken(authtest.Claims{"events": []string{event}}),
		"nonce":                  f.logoutToken(authtest.Claims{"nonce": "n"}),
		"null nonce":             f.logoutToken(authtest.Claims{"nonce": json.RawMessage("null")}),
		"neither sid nor sub":    f.logoutToken(authtest.Claims{"sid": nil, "sub": nil}),
		"empty sub":              f.logoutToken(authtest.Claims{"sid": nil, "sub": ""}),
		"sid is a number":        f.logoutToken(authtest.Claims{"sid": 7}),
		"sid is empty":           f.logoutToken(authtest.Claims{"sid": ""}),
		"sid is long":            f.logoutToken(authtest.Claims{"sid": strings.Repeat("s", 513)}),
		"sub is an object":       f.logoutToken(authtest.Claims{"sub": map[string]any{}}),
		"no jti":                 f.logoutToken(authtest.Claims{"jti": nil}),
		"jti is a number":        f.logoutToken(authtest.Claims{"jti": 1}),
		"no iat":                 f.logoutToken(authtest.Claims{"iat": nil}),
		"iat in the future":      f.logoutToken(authtest.Claims{"iat": epoch().Add(time.Minute).Unix()}),
		"no exp":                 f.logoutToken(authtest.Claims{"exp": nil}),
		"expired":                f.logoutToken(nil, authtest.ExpiresIn(-time.Minute)),
		"audience of sessions":   f.logoutToken(authtest.Claims{"aud": authtest.Audience}),
		"no audience":            f.logoutToken(authtest.Claims{"aud": nil}),
		"foreign issuer":         f.logoutToken(authtest.Claims{"iss": "https://evil.example"}),
		"foreign key":            f.logoutToken(nil, authtest.WithForeignKey()),
		"of another provider":    other.logoutToken(authtest.Claims{"iss": f.issuer.URL()}),
		"typ of a session":       f.logoutToken(nil, authtest.WithHeader("typ", "JWT")),
		"no typ":                 f.logoutToken(nil, authtest.WithHeader("typ", nil)),
		"security event":         f.logoutToken(nil, authtest.WithHeader("typ", "secevent+jwt")),
		"session":                f.issuer.Token(authtest.Claims{"sid": "s1", "aud": client}),
		"HMAC":                   f.logoutToken(nil, authtest.WithSecret([]byte(strings.Repeat("k", 32)))),
		"alg none":               "eyJhbGciOiJub25lIn0." + strings.Split(good, ".")[1] + ".",
		"no signature":           good[:strings.LastIndexByte(good, '.')+1],
		"empty":                  "",
		"huge":                   f.logoutToken(authtest.Claims{"x": strings.Repeat("x", 20<<10)}),
	}
	bodies := map[string]string{
		"no parameter":     "token=" + good,
		"twice":            form(good) + "&" + form(good),
		"not a form":       "logout_token=%zz",
		"too large a body": "pad=" + strings.Repeat("x", 64<<10) + "&" + form(good),
	}
	for name, token := range tokens {
		bodies[name] = form(token)
	}
	h := f.backChannel()
	for _, name := range slices.Sorted(maps.Keys(bodies)) {
		w := post(t, h, formType, bodies[name])
		text := body(t, w)
		if w.Code != http.StatusBadRequest || !strings.Contains(text, `"error":"invalid_request"`) {
			t.Errorf("%s: got %d %s, want 400 invalid_request", name, w.Code, text)
		}
		for _, secret := range []string{f.issuer.URL(), client, "evil"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s: the answer has %q: %s", name, secret, text)
			}
		}
	}
	if got := post(t, h, "text/plain", form(good)); got.Code != http.StatusBadRequest {
		t.Errorf("another media type: %d", got.Code)
	}
	f.expect()
	// The good token still is good: nothing that was refused has used up its jti.
	if w := post(t, h, formType+"; charset=utf-8", form(good)); w.Code != http.StatusOK {
		t.Errorf("the good token: %d %s", w.Code, w.Body)
	}
}

func TestBackChannelMethod(t *testing.T) {
	f := newFixture(t)
	w := httptest.NewRecorder()
	f.backChannel().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/?"+form(f.logoutToken(nil)), http.NoBody))
	if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "POST" {
		t.Errorf("GET: %d, Allow %q", w.Code, w.Header().Get("Allow"))
	}
	f.expect()
}

func TestBackChannelUntyped(t *testing.T) {
	for _, typ := range []any{"JWT", nil} {
		f := newFixture(t)
		token := f.logoutToken(nil, authtest.WithHeader("typ", typ))
		if w := post(t, f.backChannel(logout.InsecureUntyped()), formType, form(token)); w.Code != http.StatusOK {
			t.Errorf("typ %v: %d %s", typ, w.Code, w.Body)
		}
		f.expect(f.session("s1"))
	}
}

// TestBackChannelReplay: a jti counts once, until the token has expired anyway.
func TestBackChannelReplay(t *testing.T) {
	f := newFixture(t)
	h := f.backChannel()
	token := form(f.logoutToken(nil))
	for n, want := range []int{200, 400, 400} {
		if w := post(t, h, formType, token); w.Code != want {
			t.Errorf("delivery %d: got %d %s, want %d", n+1, w.Code, w.Body, want)
		}
		f.clock.Advance(time.Minute)
	}
	f.clock.Advance(time.Hour)
	if w := post(t, h, formType, token); w.Code != 400 {
		t.Errorf("an hour later: %d", w.Code)
	}
	f.expect(f.session("s1"))
}

// TestReplayElsewhere: a replica that has not seen the message writes what is there
// already, so that a later sign-in stays.
func TestReplayElsewhere(t *testing.T) {
	f := newFixture(t)
	token := form(f.logoutToken(authtest.Claims{"sid": nil}))
	post(t, f.backChannel(), formType, token)
	f.clock.Advance(time.Minute)
	again := f.issuer.Token(authtest.Claims{"sid": "s2"})
	post(t, f.backChannel(), formType, token)
	f.expect(f.user(0), f.user(0))
	if got := f.status(again); got != 200 {
		t.Errorf("the new session after the replay: %d, want 200", got)
	}
}

func TestBackChannelOutage(t *testing.T) {
	f := newFixture(t)
	h := f.backChannel()
	token := form(f.logoutToken(nil))
	f.sink.down = true
	w := post(t, h, formType, token)
	if text := body(t, w); w.Code != 400 || !strings.Contains(text, "temporarily_unavailable") ||
		w.Header().Get("Retry-After") != "5" {
		t.Errorf("sink down: %d %s %v", w.Code, text, w.Header())
	}
	f.sink.down = false
	if w := post(t, h, formType, token); w.Code != 200 {
		t.Errorf("the delivery after the outage: %d %s", w.Code, w.Body)
	}
	f.expect(f.session("s1"))
	if log := f.log.String(); !strings.Contains(log, "level=ERROR") || !strings.Contains(log, errDown.Error()) {
		t.Errorf("the log does not say why: %s", log)
	}
}

// TestBackChannelKeysUnavailable: an outage of the issuer does not look like a forgery.
func TestBackChannelKeysUnavailable(t *testing.T) {
	f := newFixture(t)
	h := f.backChannel()
	token := form(f.logoutToken(nil))
	if err := f.issuer.Close(); err != nil {
		t.Fatal(err)
	}
	if w := post(t, h, formType, token); w.Code != 400 || !strings.Contains(body(t, w), "temporarily_unavailable") {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}

func TestBackChannelSubjects(t *testing.T) {
	f := newFixture(t, func(r *core.Rules) { r.UserIDClaim = "app_user" })
	find := func(subject logout.Subject) ([]logout.Entry, error) {
		switch {
		case subject != logout.Subject{Format: "iss_sub", Issuer: f.issuer.URL(), Value: subject.Value}:
			t.Errorf("asked for %+v", subject)
		case subject.Value == "broken":
			return nil, errDown
		case subject.Value != "user_1":
			return nil, nil
		}
		return []logout.Entry{{Kind: logout.KindUser, Issuer: f.issuer.URL(), Value: "app-7"}}, nil
	}
	h := f.backChannel(subjects(find))
	for sub, want := range map[string]int{"user_1": 200, "stranger": 200, "broken": 400} {
		token := f.logoutToken(authtest.Claims{"sid": nil, "sub": sub, "jti": sub})
		if w := post(t, h, formType, form(token)); w.Code != want {
			t.Errorf("%s: got %d %s, want %d", sub, w.Code, w.Body, want)
		}
	}
	want := f.user(0)
	want.Value = "app-7"
	f.expect(want)
	if !strings.Contains(f.log.String(), "Subjects does not know the user") {
		t.Errorf("the log does not say that a user is not known: %s", f.log)
	}
}
