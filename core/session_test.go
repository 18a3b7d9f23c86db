package core_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// session returns the session of a token with these claims, under mapping m.
func session(t *testing.T, m core.Mapping, changes map[string]any) *core.Session {
	t.Helper()
	s, err := newVerifier(t, with(func(r *core.Rules) { r.Session = m })).Verify(t.Context(), hs256(t, changes))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSessionLists(t *testing.T) {
	roles := func(refs ...core.ClaimRef) core.Mapping { return core.Mapping{Roles: refs} }
	text := func(s string) json.RawMessage { return json.RawMessage(s) }
	cases := []struct {
		name  string
		m     core.Mapping
		roles any
		want  []string
	}{
		{"a list", roles(core.ClaimRef{Path: "r"}), text(`["a","b"]`), []string{"a", "b"}},
		{"one string", roles(core.ClaimRef{Path: "r"}), text(`"a b"`), []string{"a b"}},
		{"a list with a number yields nothing", roles(core.ClaimRef{Path: "r"}), text(`["a",1]`), nil},
		{"a number", roles(core.ClaimRef{Path: "r"}), text(`7`), nil},
		{"null", roles(core.ClaimRef{Path: "r"}), text(`null`), nil},
		{"twice the same", roles(core.ClaimRef{Path: "r"}), text(`["a","a",""]`), []string{"a"}},
		{"split", roles(core.ClaimRef{Path: "r", Split: ","}), text(`"a, b,,c "`), []string{"a", "b", "c"}},
		{"split takes no list", roles(core.ClaimRef{Path: "r", Split: ","}), text(`["a,b"]`), nil},
		{"keys of an object", roles(core.ClaimRef{Path: "r", Keys: true}), text(`{"b":{},"a":null}`), []string{"b", "a"}},
		{
			"a field of objects",
			roles(core.ClaimRef{Path: "r", Field: "name"}),
			text(`[{"name":"a"},{"x":"y"},"b",{"name":["c","d"]}]`),
			[]string{"a", "b", "c", "d"},
		},
		{
			"a prefix cut off",
			roles(core.ClaimRef{Path: "r", TrimPrefix: "role:"}),
			text(`["role:a","b","role:"]`),
			[]string{"a"},
		},
		{
			"a prefix put on",
			roles(core.ClaimRef{Path: "r", Prefix: "org:"}),
			text(`["a","org:b",""]`),
			[]string{"org:a", "org:b"},
		},
		{"one prefix for another", roles(core.ClaimRef{
			Path:       "r",
			TrimPrefix: "x/",
			Prefix:     "org:",
		}), text(`["x/a","y/b"]`), []string{"org:a"}},
		{
			"the union, in order",
			roles(core.ClaimRef{Path: "s"}, core.ClaimRef{Path: "r"}, core.ClaimRef{Path: "sub"}),
			text(`["b","user_1"]`),
			[]string{"b", "user_1"},
		},
		{"mapped to nothing", core.Mapping{Roles: []core.ClaimRef{}}, text(`["a"]`), nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := session(t, c.m, map[string]any{"r": c.roles, "roles": []string{"default"}})
			if got := s.Roles(); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			for _, role := range c.want {
				if !s.HasRole(role) {
					t.Errorf("HasRole(%q) is false", role)
				}
			}
			if s.HasRole("") || s.HasRole("nobody") || s.HasRole(strings.Join(c.want, " ")+"x") {
				t.Error("HasRole of nothing")
			}
		})
	}
}

func TestSessionScopes(t *testing.T) {
	for _, c := range []struct {
		claims map[string]any
		want   []string
	}{
		{map[string]any{"scope": "a  b c"}, []string{"a", "b", "c"}},
		{map[string]any{"scp": []string{"a", "b c"}}, []string{"a", "b c"}},
		{map[string]any{"scope": "a", "scp": "b a"}, []string{"a", "b"}},
		{map[string]any{"scope": "a\tb"}, []string{"a\tb"}},
		{map[string]any{"scope": 7}, nil},
		{nil, nil},
	} {
		s := session(t, core.Mapping{}, c.claims)
		if got := s.Scopes(); !slices.Equal(got, c.want) || s.HasScope("a") != slices.Contains(c.want, "a") {
			t.Errorf("%v: got %q, want %q", c.claims, got, c.want)
		}
	}
}

func TestSessionValues(t *testing.T) {
	s := session(t, core.Mapping{SessionID: []core.ClaimRef{{Path: "none"}, {Path: "sid"}}}, map[string]any{
		"sid": "s1", "org_id": "o1", "org_slug": "acme", "org_name": "Acme", "org_role": "admin", "roles": []string{"x"},
		"permissions": []string{"p1", "p2"}, "email": "a@b.example", "azp": "spa", "auth_time": offset(-60, ".5"),
		"amr": []string{"pwd", "otp"}, "acr": "gold", "aal": "aal2", "act": map[string]any{"sub": "admin_1"},
	})
	if s.SessionID() != "s1" || s.Email() != "a@b.example" || s.ClientID() != "spa" || s.ACR() != "gold" ||
		s.AAL() != "aal2" || s.Actor() != "admin_1" {
		t.Errorf("values: %q %q %q %q %q %q", s.SessionID(), s.Email(), s.ClientID(), s.ACR(), s.AAL(), s.Actor())
	}
	if got := s.Organization(); got != (core.Organization{ID: "o1", Slug: "acme", Name: "Acme", Role: "admin"}) {
		t.Errorf("organization: %+v", got)
	}
	if got := s.Roles(); !slices.Equal(got, []string{"admin", "x"}) {
		t.Errorf("roles: %q", got)
	}
	if !s.HasPermission("p2") || s.HasPermission("p3") || !slices.Equal(s.AuthMethods(), []string{"pwd", "otp"}) {
		t.Errorf("permissions %q, methods %q", s.Permissions(), s.AuthMethods())
	}
	if want := epoch().Add(-59500 * time.Millisecond); !s.AuthTime().Equal(want) {
		t.Errorf("auth time: %v", s.AuthTime())
	}
	if s.Since(epoch().Add(-time.Minute)) != time.Minute {
		t.Error("Since")
	}
	if s.Provider() != "custom" || s.Kind() != core.KindSession || !s.ExpiresAt().Equal(epoch().Add(time.Hour)) {
		t.Error("provider, kind or expiry")
	}
	bare := session(t, core.Mapping{}, map[string]any{"org_role": "admin", "iat": nil, "auth_time": "x"})
	if bare.Organization() != (core.Organization{}) || bare.Roles() != nil {
		t.Error("a role without an organization")
	}
	if !bare.IssuedAt().IsZero() || !bare.AuthTime().IsZero() || bare.SessionID() != "" || bare.Subject() != "user_1" {
		t.Error("what is not there is not zero")
	}
}

func TestSessionKind(t *testing.T) {
	m := core.Mapping{Kind: core.KindAccess, Kinds: []core.KindRule{
		{Kind: core.KindMachine, When: []core.ClaimRule{{Claim: "gty", OneOf: []string{"cc"}}, {Claim: "sid", Absent: true}}},
		{Kind: core.KindID, When: []core.ClaimRule{{Claim: "nonce", Type: "string"}}},
	}}
	for _, c := range []struct {
		claims map[string]any
		want   core.TokenKind
	}{
		{nil, core.KindAccess},
		{map[string]any{"gty": "cc"}, core.KindMachine},
		{map[string]any{"gty": "cc", "sid": "s"}, core.KindAccess},
		{map[string]any{"gty": "cc", "nonce": "n"}, core.KindMachine},
		{map[string]any{"nonce": "n"}, core.KindID},
	} {
		if got := session(t, m, c.claims).Kind(); got != c.want {
			t.Errorf("%v: %s, want %s", c.claims, got, c.want)
		}
	}
}

func TestSessionDecode(t *testing.T) {
	s := session(t, core.Mapping{}, map[string]any{
		"SUB":  "evil",
		"Exp":  1,
		"n":    7,
		"deep": map[string]any{"A": 1, "a": 2},
	})
	var claims struct {
		Subject string `json:"sub"`
		Expires int64  `json:"exp"`
		Deep    struct {
			A int `json:"a"`
		} `json:"deep"`
	}
	if err := s.Decode(&claims); err != nil {
		t.Fatal(err)
	}
	if claims.Subject != "user_1" || claims.Expires != epoch().Add(time.Hour).Unix() || claims.Deep.A != 2 {
		t.Errorf("got %+v", claims)
	}
	var wrong struct {
		N string `json:"n"`
	}
	if err := s.Decode(&wrong); err == nil || !strings.Contains(err.Error(), "auth: claims do not fit") {
		t.Errorf("a number as a string: %v", err)
	}
	var first, second map[string]any
	if s.Decode(&first) != nil || s.Decode(&second) != nil {
		t.Fatal("into maps")
	}
	deep, _ := first["deep"].(map[string]any)
	deep["a"] = "spoilt"
	if again, _ := second["deep"].(map[string]any); fmt.Sprint(again["a"]) != "2" {
		t.Error("two decodings share a map")
	}
	for _, c := range []struct {
		path string
		want any
		ok   bool
	}{
		{"sub", "user_1", true},
		{"deep.a", 2.0, true},
		{"/deep/A", 1.0, true},
		{"deep.b", nil, false},
		{"a..b", nil, false},
		{"", nil, false},
	} {
		if got, ok := s.Claim(c.path); got != c.want || ok != c.ok {
			t.Errorf("Claim(%q): %v %v", c.path, got, ok)
		}
	}
}

// Callers may change what a session returns without changing the session.
func TestSessionIsImmutable(t *testing.T) {
	s := session(t, core.Mapping{}, map[string]any{
		"roles": []string{"a"}, "permissions": []string{"a"}, "scope": "a", "amr": []string{"a"}, "list": []string{"a"},
	})
	for range 2 {
		lists := [][]string{s.Roles(), s.Permissions(), s.Scopes(), s.AuthMethods()}
		for i, list := range lists {
			if len(list) != 1 || list[0] != "a" {
				t.Fatalf("list %d: %q", i, list)
			}
			list[0] = "spoilt"
		}
		raw := s.RawClaims()
		if !json.Valid(raw) {
			t.Fatalf("raw: %s", raw)
		}
		clear(raw)
		list, _ := s.Claim("list")
		if items, _ := list.([]any); len(items) != 1 || items[0] != "a" {
			t.Fatalf("claim: %v", list)
		} else {
			items[0] = "spoilt"
		}
	}
}

func TestSessionConcurrently(t *testing.T) {
	s := session(t, core.Mapping{}, map[string]any{"roles": []string{"a", "b"}, "scope": "x y"})
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			var c map[string]any
			if !s.HasRole("b") || !s.HasScope("y") || s.Organization().ID != "" || s.Decode(&c) != nil || len(s.Roles()) != 2 {
				t.Error("a session read by many")
			}
		})
	}
	wg.Wait()
}

func TestSessionLogsNoClaims(t *testing.T) {
	s := session(t, core.Mapping{}, map[string]any{"email": "a@b.example", "private": "hush"})
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("m", "session", s)
	slog.New(slog.NewTextHandler(&log, nil)).Info("m", "session", s)
	for _, text := range []string{log.String(), fmt.Sprint(s), fmt.Sprintf("%+v", s)} {
		if strings.Contains(text, "hush") || strings.Contains(text, "a@b.example") {
			t.Errorf("claims in %s", text)
		}
		if !strings.Contains(text, "user_1") {
			t.Errorf("no user in %s", text)
		}
	}
}

// A session that no verifier made has no user and no claims.
func TestZeroSession(t *testing.T) {
	zero := &core.Session{}
	if zero.UserID() != "" || zero.Provider() != "" || zero.Subject() != "" || zero.Roles() != nil || zero.HasRole("") ||
		zero.Since(epoch()) != 0 {
		t.Error("a zero session has values")
	}
	if _, _, ok := zero.FactorAges(); ok {
		t.Error("factor ages")
	}
	if _, ok := zero.Claim("sub"); ok {
		t.Error("claim")
	}
	var claims map[string]any
	if zero.Decode(&claims) == nil {
		t.Error("decoded nothing")
	}
	if (*core.Session)(nil).String() != "anonymous" || (*core.Session)(nil).LogValue().String() != "anonymous" {
		t.Error("a nil session prints")
	}
	for name, s := range map[string]*core.Session{"nil": nil, "zero": zero} {
		ctx := core.NewContext(core.NewContext(t.Context(), session(t, core.Mapping{}, nil)), s)
		if _, ok := core.FromContext(ctx); ok || core.UserID(ctx) != "" {
			t.Errorf("a %s session is in the context", name)
		}
		rejection := guard.Require().Check(ctx, get())
		if rejection == nil || rejection.Status != 401 {
			t.Errorf("Require let a %s session pass: %v", name, rejection)
		}
	}
}

func TestContext(t *testing.T) {
	type claims struct {
		Subject string `json:"sub"`
	}
	ctx := t.Context()
	if _, ok := core.FromContext(ctx); ok || core.UserID(ctx) != "" {
		t.Error("a session out of nowhere")
	}
	if _, err := core.Claims[claims](ctx); !errors.Is(err, core.ErrNoSession) {
		t.Errorf("Claims: %v", err)
	}
	var none context.Context
	if core.UserID(none) != "" {
		t.Error("a nil context")
	}
	s := session(t, core.Mapping{}, nil)
	ctx = core.NewContext(ctx, s)
	if got, ok := core.FromContext(ctx); !ok || got != s || core.UserID(ctx) != "user_1" {
		t.Error("FromContext")
	}
	if c, err := core.Claims[claims](ctx); err != nil || c.Subject != "user_1" {
		t.Errorf("Claims: %v %v", c, err)
	}
	if c, err := core.Claims[*claims](ctx); err != nil || c.Subject != "user_1" {
		t.Errorf("Claims by pointer: %v %v", c, err)
	}
	if _, err := core.Claims[[]string](ctx); err == nil || errors.Is(err, core.ErrNoSession) {
		t.Errorf("Claims of a wrong type: %v", err)
	}
}
