package core_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core"
)

// remembered returns the session of a token that the verifier has seen before.
func remembered(t *testing.T, claims map[string]any) func() *core.Session {
	t.Helper()
	v := newVerifier(t, secretRules())
	token := hs256(t, claims)
	verify := func() *core.Session {
		s, err := v.Verify(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	verify()
	return verify
}

// keeper keeps what it is given, and marker changes it.
type keeper struct{ kept []byte }

func (k *keeper) UnmarshalJSON(data []byte) error {
	k.kept = data
	return nil
}

type marker struct{}

func (*marker) UnmarshalText(text []byte) error {
	for i := range text {
		text[i] = 'X'
	}
	return nil
}

// TestDecodersCannotChangeASession: a type that decodes itself must not get at
// the claims of the next request with the same token.
func TestDecodersCannotChangeASession(t *testing.T) {
	session := remembered(t, map[string]any{"roles": []string{"member"}, "plan": "basic"})
	var field struct {
		Roles keeper `json:"roles"`
		Plan  marker `json:"plan"`
	}
	var whole keeper
	var parts map[string]*keeper
	var either any = &keeper{}
	for _, v := range []any{&field, &whole, &parts, &either} {
		if err := session().Decode(v); err != nil {
			t.Fatal(err)
		}
	}
	if k, ok := either.(*keeper); ok {
		parts["either"] = k
	}
	for _, kept := range [][]byte{field.Roles.kept, whole.kept, parts["roles"].kept, parts["either"].kept} {
		if len(kept) == 0 {
			t.Fatal("a decoder was given nothing")
		}
		copy(kept, `["admin","root",`)
	}
	next := session()
	if roles := next.Roles(); !slices.Equal(roles, []string{"member"}) {
		t.Errorf("roles are now %q", roles)
	}
	if plan, _ := next.Claim("plan"); plan != "basic" {
		t.Errorf("the plan is now %v", plan)
	}
	if !json.Valid(next.RawClaims()) {
		t.Errorf("the claims are now %s", next.RawClaims())
	}
}

// plainly decodes itself the usual way, without its methods.
type plainly struct {
	Role string `json:"ROLE"`
}

func (p *plainly) UnmarshalJSON(data []byte) error {
	type plain plainly
	return json.Unmarshal(data, (*plain)(p))
}

// TestCaseOfNames is what the documentation of Decode says about case: exact
// everywhere but in what a type decodes itself.
func TestCaseOfNames(t *testing.T) {
	// In the token, "role" follows "ROLE", so that encoding/json would let it win.
	session := remembered(t, map[string]any{
		"ROLE": "member", "role": "admin", "o": map[string]any{"ROLE": "member", "role": "admin"}, "O": "no object",
	})
	type org struct {
		Role string `json:"ROLE"`
	}
	type alias plainly // has no methods
	var exact struct {
		org

		Org org `json:"o"`
	}
	if err := session().Decode(&exact); err != nil || exact.Role != "member" || exact.Org.Role != "member" {
		t.Errorf("got %+v, %v", exact, err)
	}
	if a, err := core.ClaimsOf[alias](session()); err != nil || a.Role != "member" {
		t.Errorf("a type without the methods: %+v, %v", a, err)
	}
	var own struct {
		Org plainly `json:"o"`
	}
	if err := session().Decode(&own); err != nil || own.Org.Role != "admin" {
		t.Errorf("a type that decodes itself: %+v, %v; the documentation says otherwise", own, err)
	}
}

// TestStringsAreFilled holds what fills core.Strings to its UnmarshalJSON.
func TestStringsAreFilled(t *testing.T) {
	type claims struct {
		Level int          `json:"level"`
		List  core.Strings `json:"list"`
	}
	for _, value := range []string{
		`"a"`, `""`, `"\u0061"`, `null`, `[]`, `["a","b"]`, `["a",null]`, `["a",1]`, `[""]`, `1`, `true`, `{}`, `[["a"]]`,
	} {
		session := remembered(t, map[string]any{"level": 1, "list": json.RawMessage(value)})()
		for _, before := range []core.Strings{nil, {"before", "after"}} {
			got, want := claims{List: slices.Clone(before)}, claims{List: slices.Clone(before)}
			gotErr, wantErr := session.Decode(&got), json.Unmarshal(session.RawClaims(), &want)
			if (gotErr == nil) != (wantErr == nil) || gotErr == nil && !reflect.DeepEqual(got, want) {
				t.Errorf("%s over %q: got %#v, %v, want %#v, %v", value, before, got, gotErr, want, wantErr)
			}
		}
	}
}

func TestClaimsOfAnError(t *testing.T) {
	type claims struct {
		Subject string `json:"sub"`
		Level   int    `json:"level"`
	}
	if c, err := core.ClaimsOf[claims](remembered(t, map[string]any{"level": "high"})()); err == nil || c != (claims{}) {
		t.Errorf("got %+v, %v", c, err)
	}
}
