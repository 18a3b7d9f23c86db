package core_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
)

func TestVerifyUserID(t *testing.T) {
	long := strings.Repeat("u", 512)
	cases := []struct {
		name      string
		path      string
		fallbacks []string
		claims    map[string]any
		id        string
		want      core.Code
	}{
		{"sub", "", nil, nil, "user_1", ""},
		{"dotted", "app.user_id", nil, map[string]any{"app": map[string]any{"user_id": "u"}}, "u", ""},
		{"dot in a name", `app\.id`, nil, map[string]any{"app.id": "u"}, "u", ""},
		{"pointer", "/ids/1", nil, map[string]any{"ids": []string{"a", "b"}}, "b", ""},
		{"namespaced", "https://acme.example/id", nil, map[string]any{"https://acme.example/id": "u"}, "u", ""},
		{"first fallback that has one", "a", []string{"b", "c", "sub"}, map[string]any{"b": "", "c": "u"}, "u", ""},
		{"null falls back", "a", []string{"sub"}, map[string]any{"a": json.RawMessage("null")}, "user_1", ""},
		{"a number does not fall back", "a", []string{"sub"}, map[string]any{"a": 7}, "", core.CodeClaimMismatch},
		{"a list", "a", nil, map[string]any{"a": []string{"u"}}, "", core.CodeClaimMismatch},
		{"absent", "a", nil, nil, "", core.CodeMissingClaim},
		{"empty", "", nil, map[string]any{"sub": ""}, "", core.CodeMissingClaim},
		{"as long as may be", "", nil, map[string]any{"sub": long}, long, ""},
		{"too long", "", nil, map[string]any{"sub": long + "u"}, "", core.CodeClaimMismatch},
		{"escaped", "", nil, map[string]any{"sub": "ü \"\\"}, "ü \"\\", ""},
		{"beyond ASCII", "", nil, map[string]any{"sub": "user|日本\u00a0é"}, "user|日本\u00a0é", ""},
		{"a line break", "", nil, map[string]any{"sub": "user_1\nuser_2 signed in"}, "", core.CodeClaimMismatch},
		{"NUL", "", nil, map[string]any{"sub": "user_1\x00"}, "", core.CodeClaimMismatch},
		{"escape", "", nil, map[string]any{"sub": "\x1b[2Juser_1"}, "", core.CodeClaimMismatch},
		{"DEL", "", nil, map[string]any{"sub": "user_1\x7f"}, "", core.CodeClaimMismatch},
		{"a C1 control", "", nil, map[string]any{"sub": "user_1\u0085"}, "", core.CodeClaimMismatch},
		{"a line separator", "", nil, map[string]any{"sub": "user_1\u2028"}, "", core.CodeClaimMismatch},
		{"another direction", "", nil, map[string]any{"sub": "user_\u202e1"}, "", core.CodeClaimMismatch},
		{"only a line break", "a", []string{"sub"}, map[string]any{"a": "\n"}, "", core.CodeClaimMismatch},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			v := newVerifier(t, with(func(r *core.Rules) { r.UserIDClaim, r.UserIDFallbacks = c.path, c.fallbacks }))
			s, err := v.Verify(t.Context(), hs256(t, c.claims))
			wantCode(t, err, c.want)
			if err == nil && s.UserID() != c.id {
				t.Errorf("got %q", s.UserID())
			}
		})
	}
}

// TestNumericUserIDSpellings: a contract may accept integers, as they are written: readers disagree on any other
// spelling.
func TestNumericUserIDSpellings(t *testing.T) {
	numeric := with(func(r *core.Rules) { r.NumericUserID = true })
	for written, want := range map[string]string{
		"42":                   "42",
		"0":                    "0",
		"-7":                   "-7",
		"12345678901234567890": "12345678901234567890",
		"-0":                   "",
		"42.0":                 "",
		"1e3":                  "",
		"true":                 "",
		`"user_1"`:             "user_1",
	} {
		token := hs256(t, map[string]any{"sub": json.RawMessage(written)})
		s, err := newVerifier(t, numeric).Verify(t.Context(), token)
		if (err == nil) != (want != "") || err == nil && s.UserID() != want {
			t.Errorf("%s: %v, want %q", written, err, want)
		}
	}
	_, err := newVerifier(t, secretRules()).Verify(t.Context(), hs256(t, map[string]any{"sub": 42}))
	wantCode(t, err, core.CodeInvalidFormat)
}

// TestEventsAreNoSessions: a security event or logout token has the user's sub, and need not have a typ.
func TestEventsAreNoSessions(t *testing.T) {
	token := hs256(
		t,
		map[string]any{"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}}},
	)
	_, err := newVerifier(t, secretRules()).Verify(t.Context(), token)
	wantCode(t, err, core.CodeClaimMismatch)
}

// TestForeignTypesWithParameters: a media type may have parameters, and stays what it is.
func TestForeignTypesWithParameters(t *testing.T) {
	for _, typ := range []string{"logout+jwt", "logout+jwt; v=1", "application/secevent+jwt ;v=1", "DPoP+JWT;"} {
		token := mint(t, "HS256", []byte(kitSecret), map[string]any{"typ": typ}, claimsWith(nil))
		_, err := newVerifier(t, secretRules()).Verify(t.Context(), token)
		wantCode(t, err, core.CodeClaimMismatch)
	}
}
