package core_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
)

// offset is the given number of seconds after epoch, followed by fraction.
func offset(seconds int64, fraction string) json.Number {
	return num(fmt.Sprintf("%d%s", epoch().Unix()+seconds, fraction))
}

func TestVerifyTimes(t *testing.T) {
	verifyAll(t, secretRules(), []claimsCase{
		{"ends at the edge of the leeway", map[string]any{"exp": offset(-30, "")}, core.CodeTokenExpired},
		{"a second inside", map[string]any{"exp": offset(-29, "")}, ""},
		{"a millisecond inside", map[string]any{"exp": offset(-30, ".001")}, ""},
		{"a nanosecond inside", map[string]any{"exp": offset(-30, ".000000001")}, ""},
		{"starts at the edge", map[string]any{"nbf": offset(30, "")}, ""},
		{"starts behind the edge", map[string]any{"nbf": offset(30, ".5")}, core.CodeTokenNotActive},
		{"starts a second behind", map[string]any{"nbf": offset(31, "")}, core.CodeTokenNotActive},
		{"issued at the edge", map[string]any{"iat": offset(30, "")}, ""},
		{"issued behind the edge", map[string]any{"iat": offset(30, ".000000001")}, core.CodeTokenNotActive},
		{"no iat", map[string]any{"iat": nil}, ""},
		{"no exp", map[string]any{"exp": nil}, core.CodeMissingClaim},
		{"exp 0", map[string]any{"exp": num("0")}, core.CodeTokenExpired},
		{"exp -1", map[string]any{"exp": num("-1")}, core.CodeTokenExpired},
		{"exp with an exponent", map[string]any{"exp": num("1.9e9")}, ""},
		{"exp 1e300", map[string]any{"exp": num("1e300")}, core.CodeInvalidFormat},
		{"exp above int64", map[string]any{"exp": num("9223372036854775808")}, core.CodeInvalidFormat},
		{"nbf above int64", map[string]any{"nbf": num("9223372036854775808")}, core.CodeInvalidFormat},
		{"exp in quotes", map[string]any{"exp": "1900000000"}, core.CodeInvalidFormat},
		{"exp null", map[string]any{"exp": json.RawMessage("null")}, core.CodeInvalidFormat},
		{"exp true", map[string]any{"exp": true}, core.CodeInvalidFormat},
		{"iat in quotes", map[string]any{"iat": "1800000000"}, core.CodeInvalidFormat},
		{"nbf as a list", map[string]any{"nbf": []int{1}}, core.CodeInvalidFormat},
	})
	verifyAll(t, with(func(r *core.Rules) { r.Leeway = -1 }), []claimsCase{
		{"no leeway: now is too late", map[string]any{"exp": offset(0, "")}, core.CodeTokenExpired},
		{"no leeway: just in time", map[string]any{"exp": offset(0, ".000000001")}, ""},
		{"no leeway: starts now", map[string]any{"nbf": offset(0, "")}, ""},
		{"no leeway: starts in a second", map[string]any{"nbf": offset(1, "")}, core.CodeTokenNotActive},
	})
	verifyAll(t, with(func(r *core.Rules) { r.Leeway = 10 * time.Minute }), []claimsCase{
		{"long leeway: inside", map[string]any{"exp": offset(-599, "")}, ""},
		{"long leeway: at the edge", map[string]any{"exp": offset(-600, "")}, core.CodeTokenExpired},
	})
	verifyAll(t, with(func(r *core.Rules) { r.MaxAge = time.Minute }), []claimsCase{
		{"age at the bound", map[string]any{"iat": offset(-90, "")}, ""},
		{"a second older", map[string]any{"iat": offset(-91, "")}, core.CodeTokenExpired},
		{"age unknown", map[string]any{"iat": nil}, core.CodeMissingClaim},
	})
	verifyAll(t, with(func(r *core.Rules) { r.InsecureNoExpiry = true }), []claimsCase{
		{"waived: no exp", map[string]any{"exp": nil}, ""},
		{"waived: an exp that is there still counts", map[string]any{"exp": 1}, core.CodeTokenExpired},
	})
}

// A remembered token expires to the second.
func TestVerifyRemembersNoTime(t *testing.T) {
	clock := newClock()
	v := newVerifier(t, with(func(r *core.Rules) { r.MaxAge = 2 * time.Hour }), core.WithClock(clock))
	token := hs256(t, nil)
	for _, step := range []struct {
		to   time.Duration
		want core.Code
	}{
		{0, ""},
		{time.Hour, ""},
		{time.Hour + 29*time.Second, ""},
		{time.Hour + 30*time.Second, core.CodeTokenExpired},
		{0, ""},
		{-31 * time.Second, core.CodeTokenNotActive},
	} {
		clock.Advance(epoch().Add(step.to).Sub(clock.Now()))
		_, err := v.Verify(t.Context(), token)
		wantCode(t, err, step.want)
	}
	if s := v.Stats(); s.Hits != 5 || s.Entries != 1 {
		t.Errorf("the token was not remembered: %+v", s)
	}
}

// Rules and kinds that depend on the time are evaluated again for a remembered
// token, however deeply they are nested.
func TestVerifyTimedRules(t *testing.T) {
	clock := newClock()
	future := core.ClaimRule{Claim: "at", InPast: true}
	deep := core.ClaimRule{
		Claim:  "x",
		Absent: true,
		When:   []core.ClaimRule{{Claim: "sub", Absent: true, When: []core.ClaimRule{future}}},
	}
	v := newVerifier(t, with(func(r *core.Rules) {
		r.ClaimRules = []core.ClaimRule{deep}
		r.Session.Kinds = []core.KindRule{{Kind: core.KindMachine, When: []core.ClaimRule{future}}}
	}), core.WithClock(clock))
	// Until "at" the inner condition does not apply, so x must be absent.
	_, err := v.Verify(t.Context(), hs256(t, map[string]any{"x": 1, "at": offset(600, "")}))
	wantCode(t, err, core.CodeClaimMismatch)
	token := hs256(t, map[string]any{"at": offset(600, "")})
	s, err := v.Verify(t.Context(), token)
	if err != nil || s.Kind() != core.KindSession {
		t.Fatal(s, err)
	}
	clock.Advance(10 * time.Minute)
	if s, err = v.Verify(t.Context(), token); err != nil || s.Kind() != core.KindMachine {
		t.Fatalf("remembered as %s: %v", s.Kind(), err)
	}
	other := newVerifier(t, with(func(r *core.Rules) {
		r.ClaimRules = []core.ClaimRule{{Claim: "x", Absent: true, When: []core.ClaimRule{
			{Claim: "sub", Type: "string", When: []core.ClaimRule{future}}, future,
		}}}
	}), core.WithClock(clock))
	clock.Advance(-10 * time.Minute)
	late := hs256(t, map[string]any{"x": 1, "at": offset(600, "")})
	if _, err := other.Verify(t.Context(), late); err != nil {
		t.Fatal(err)
	}
	clock.Advance(10 * time.Minute)
	_, err = other.Verify(t.Context(), late)
	wantCode(t, err, core.CodeClaimMismatch)
}

// TestVerifyKindLeeway: the conditions of kinds get the contract's leeway, as
// the claim rules do, whether the token is new or remembered.
func TestVerifyKindLeeway(t *testing.T) {
	clock := newClock()
	v := newVerifier(t, with(func(r *core.Rules) {
		r.Leeway = 10 * time.Second
		r.Session.Kinds = []core.KindRule{{Kind: core.KindMachine, When: []core.ClaimRule{{Claim: "at", InPast: true}}}}
	}), core.WithClock(clock))
	token := hs256(t, map[string]any{"at": offset(20, "")})
	for _, step := range []struct {
		ahead time.Duration // of the time that at says
		want  core.TokenKind
	}{
		{20 * time.Second, core.KindSession},
		{11 * time.Second, core.KindSession},
		{10 * time.Second, core.KindMachine},
		{0, core.KindMachine},
	} {
		clock.Advance(epoch().Add(20*time.Second - step.ahead).Sub(clock.Now()))
		unseen := hs256(t, map[string]any{"at": offset(20, ""), "jti": step.ahead.String()})
		for name, token := range map[string]string{"remembered": token, "new": unseen} {
			s, err := v.Verify(t.Context(), token)
			if err != nil {
				t.Fatal(err)
			}
			if s.Kind() != step.want {
				t.Errorf("%v ahead, %s: %s, want %s", step.ahead, name, s.Kind(), step.want)
			}
		}
	}
	if v.Stats().Hits == 0 {
		t.Error("nothing was remembered")
	}
}
