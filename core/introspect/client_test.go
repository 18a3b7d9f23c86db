package introspect_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/clientauth"
	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/introspect"
)

func TestActiveTokenBecomesASession(t *testing.T) {
	clock := authtest.NewClock(time.Unix(1_800_000_000, 0))
	s := newServer(t, answer(200, active(clock, nil)))
	c := newClient(t, config(s, clock))
	session, err := authenticate(t, c, token)
	want(t, "an active token", err, "")
	if session.UserID() != "user_1" || session.Kind() != core.KindAccess || session.Issuer() != issuer ||
		!session.HasScope("orders:write") || session.ClientID() != "cli" {
		t.Errorf("session: %v, kind %s, scopes %v, client %s", session, session.Kind(), session.Scopes(), session.ClientID())
	}
	claims, err := core.Claims[struct {
		Subject string `json:"sub"`
	}](core.NewContext(t.Context(), session))
	if err != nil || claims.Subject != "user_1" {
		t.Errorf("claims: %+v, %v", claims, err)
	}
	form, err := url.ParseQuery(string(s.body))
	if err != nil || form.Get("token") != token || len(form) != 1 {
		t.Errorf("asked with %s, %v", s.body, err)
	}
	if id, password, ok := s.last.BasicAuth(); !ok || id != "orders+api" || password != secret {
		t.Errorf("the client is %q, %q", id, password) // form-encoded, RFC 6749 §2.3.1
	}
	if got := s.last.Header.Get("Accept"); got != "application/json" {
		t.Errorf("Accept: %s", got)
	}
	again, err := authenticate(t, c, token)
	if err != nil || again != session || s.asked.Load() != 1 {
		t.Errorf("the second time: %v, %v, asked %d times", again, err, s.asked.Load())
	}
}

// TestClaimsAreJudgedByTheRules: the server vouches for the token, not for its being meant for this service.
func TestClaimsAreJudgedByTheRules(t *testing.T) {
	clock := authtest.NewClock(time.Unix(1_800_000_000, 0))
	now := clock.Now().Unix()
	for name, c := range map[string]struct {
		body string
		code core.Code
	}{
		"another issuer":       {active(clock, map[string]any{"iss": "https://evil.example"}), core.CodeIssuerMismatch},
		"no issuer":            {active(clock, map[string]any{"iss": nil}), ""},
		"another audience":     {active(clock, map[string]any{"aud": "https://other.example"}), core.CodeAudienceMismatch},
		"no audience":          {active(clock, map[string]any{"aud": nil}), core.CodeAudienceMismatch},
		"expired and active":   {active(clock, map[string]any{"exp": now - 60}), core.CodeTokenExpired},
		"not yet valid":        {active(clock, map[string]any{"nbf": now + 60}), core.CodeTokenNotActive},
		"no expiry":            {active(clock, map[string]any{"exp": nil}), core.CodeMissingClaim},
		"a date as text":       {active(clock, map[string]any{"exp": "tomorrow"}), core.CodeInvalidFormat},
		"no user":              {active(clock, map[string]any{"sub": nil}), core.CodeMissingClaim},
		"bound to a key":       {active(clock, map[string]any{"cnf": map[string]string{"jkt": "x"}}), core.CodeClaimMismatch},
		"not active":           {`{"active":false}`, introspect.CodeInactive},
		"not active, claims":   {active(clock, map[string]any{"active": false}), introspect.CodeInactive},
		"null issuer":          {strings.Replace(active(clock, nil), `"`+issuer+`"`, "null", 1), ""},
		"claims over the size": {active(clock, map[string]any{"pad": strings.Repeat("x", 20<<10)}), core.CodeTokenTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, answer(200, c.body))
			client := newClient(t, config(s, clock))
			for range 2 {
				_, err := authenticate(t, client, token)
				want(t, name, err, c.code)
			}
			if s.asked.Load() != 1 {
				t.Errorf("asked %d times, the verdict is remembered", s.asked.Load())
			}
		})
	}
}

// TestNotAsked: what the server is never asked about.
func TestNotAsked(t *testing.T) {
	clock := authtest.NewClock(time.Unix(1_800_000_000, 0))
	s := newServer(t, answer(200, active(clock, nil)))
	cfg := config(s, clock)
	cfg.Prefixes = []string{"oat_", "mt_"}
	c := newClient(t, cfg)
	for name, row := range map[string]struct {
		credentials core.Credentials
		code        core.Code
	}{
		"no token":         {core.Credentials{}, core.CodeTokenMissing},
		"a JWT":            {core.Credentials{Token: "oat_.e30.sig"}, core.CodeInvalidFormat},
		"another prefix":   {core.Credentials{Token: "ak_1"}, core.CodeInvalidFormat},
		"too long":         {core.Credentials{Token: "oat_" + strings.Repeat("x", 4<<10)}, core.CodeTokenTooLarge},
		"a control":        {core.Credentials{Token: "oat_\x00"}, core.CodeInvalidFormat},
		"not a b64token":   {core.Credentials{Token: `oat_"`, Scheme: "Bearer"}, core.CodeInvalidRequest},
		"another scheme":   {core.Credentials{Token: "oat_1", Scheme: "DPoP"}, core.CodeInvalidRequest},
		"only in a cookie": {core.Credentials{Token: `oat_"`}, ""},
	} {
		before := s.asked.Load()
		_, err := c.Authenticate(t.Context(), row.credentials)
		want(t, name, err, row.code)
		if asked := s.asked.Load() - before; (asked > 0) != (row.code == "") {
			t.Errorf("%s: asked %d times", name, asked)
		}
	}
}

// TestRefusedJWTIsNeverAsked: a verifier's verdict is final, whatever the server would say.
func TestRefusedJWTIsNeverAsked(t *testing.T) {
	clock := authtest.NewClock(time.Now())
	s := newServer(t, answer(200, active(clock, nil)))
	issuer := authtest.NewIssuer(t)
	contract := issuer.Contract()
	verifier, err := core.NewVerifier(contract, core.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	g, err := guard.New(core.FirstOf(verifier, newClient(t, config(s, clock))))
	if err != nil {
		t.Fatal(err)
	}
	check := func(token string) (*core.Session, core.Code) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		authtest.Authorize(r, token)
		session, rejection := g.Check(t.Context(), guard.HTTPRequest(r))
		if rejection != nil {
			return nil, rejection.Err.Code
		}
		return session, ""
	}
	good := issuer.Token(authtest.Claims{"sub": "user_jwt"})
	if session, code := check(good); code != "" || session.UserID() != "user_jwt" {
		t.Errorf("a good JWT: %v, %s", session, code)
	}
	bad := issuer.Bad(contract, good)
	if len(bad) < 20 {
		t.Fatalf("%d bad tokens", len(bad))
	}
	for _, b := range bad {
		if b.Sendable() && b.Name != "opaque" {
			if _, code := check(b.Token); code == "" {
				t.Errorf("%s was accepted", b.Name)
			}
		}
	}
	other := authtest.NewIssuer(t)
	if _, code := check(other.Token(authtest.Claims{"sub": "user_1"})); code != core.CodeIssuerMismatch {
		t.Errorf("another issuer's JWT: %s", code)
	}
	if s.asked.Load() > 0 {
		t.Errorf("asked %d times about refused JWTs", s.asked.Load())
	}
	before := s.asked.Load()
	if session, code := check(token); code != "" || session.UserID() != "user_1" || s.asked.Load() != before+1 {
		t.Errorf("an opaque token: %v, %s", session, code)
	}
}

func TestForms(t *testing.T) {
	clock := authtest.NewClock(time.Unix(1_800_000_000, 0))
	s := newServer(t, answer(200, active(clock, nil)))
	cfg := config(s, clock)
	cfg.Server.Params = map[string]string{"token_type_hint": "access_token"}
	cfg.Auth = clientauth.Post("orders", core.NewSecret(secret))
	_, err := authenticate(t, newClient(t, cfg), token)
	want(t, "client_secret_post", err, "")
	form, _ := url.ParseQuery(string(s.body))
	if form.Get("client_id") != "orders" || form.Get("client_secret") != secret ||
		form.Get("token_type_hint") != "access_token" || s.last.Header.Get("Authorization") != "" {
		t.Errorf("asked with %v", form)
	}
	cfg.Server.JSON, cfg.Server.TokenParam, cfg.Auth = true, "value", clientauth.Bearer(core.NewSecret("sk_1"))
	_, err = authenticate(t, newClient(t, cfg), token)
	want(t, "JSON", err, "")
	var sent map[string]string
	if err := json.Unmarshal(s.body, &sent); err != nil || sent["value"] != token || len(sent) != 2 ||
		s.last.Header.Get("Authorization") != "Bearer sk_1" || s.last.Header.Get("Content-Type") != "application/json" {
		t.Errorf("asked with %s, %v", s.body, s.last.Header)
	}
}

// TestObserverThatPanics: it is logged, and the request continues.
func TestObserverThatPanics(t *testing.T) {
	clock := authtest.NewClock(time.Unix(1_800_000_000, 0))
	s := newServer(t, answer(200, active(clock, nil)))
	var log lines
	cfg := config(s, clock)
	cfg.Logger = slog.New(slog.NewTextHandler(&log, nil))
	cfg.Observe = func(context.Context, event.Event) { panic("of the program") }
	_, err := authenticate(t, newClient(t, cfg), token)
	want(t, "an active token", err, "")
	if !strings.Contains(log.String(), "an observer panicked") {
		t.Errorf("the log says:\n%s", &log)
	}
}

func TestObserverAndStats(t *testing.T) {
	clock := authtest.NewClock(time.Unix(1_800_000_000, 0))
	s := newServer(t, answer(200, active(clock, nil)))
	var events []event.Event
	cfg := config(s, clock)
	cfg.Observe = func(_ context.Context, e event.Event) { events = append(events, e) }
	c := newClient(t, cfg)
	for range 2 {
		_, err := authenticate(t, c, token)
		want(t, "an active token", err, "")
	}
	_, err := authenticate(t, c, "a.b.c")
	want(t, "a JWT", err, core.CodeInvalidFormat)
	if len(events) != 3 {
		t.Fatalf("events: %v", events)
	}
	first, _ := events[0].(event.TokenVerified)
	second, _ := events[1].(event.TokenVerified)
	third, _ := events[2].(event.TokenRejected)
	if first.Issuer != issuer || first.Remembered || !second.Remembered || third.Code != "INVALID_FORMAT" {
		t.Errorf("events: %+v", events)
	}
	if got := c.Stats(); got != (introspect.Stats{Entries: 1, Asked: 1}) {
		t.Errorf("stats: %+v", got)
	}
	if !errors.Is(c.Recheck(t.Context(), nil), core.ErrNoSession) {
		t.Error("Recheck(nil) is not ErrNoSession")
	}
	if got := c.Issuers(); len(got) != 1 || got[0] != issuer {
		t.Errorf("issuers: %v", got)
	}
}
