package clerk_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/policy"
	"github.com/revstackhq/auth-go/core/providers/clerk"
)

func TestHas(t *testing.T) {
	all := clerk.Config{Accept: []clerk.Token{
		clerk.SessionToken, clerk.TemplateToken, clerk.OAuthToken, clerk.MachineToken,
	}}
	personal := session2().with(object{"o": nil, "fea": "u:chat", "pla": "u:free"})
	fresh := clerk.Reverification{After: time.Hour, Level: clerk.FirstFactor}
	const no, step, silent = core.CodeForbidden, core.CodeReauthenticationRequired, core.CodeMissingClaim
	for name, tt := range map[string]struct {
		check clerk.Check
		token token
		want  core.Code // "" holds, MISSING_CLAIM: the token does not say
	}{
		"role":                   {clerk.Check{Role: "org:admin"}, session2(), ""},
		"role without org":       {clerk.Check{Role: "admin"}, session2(), ""},
		"role of v1":             {clerk.Check{Role: "billing"}, session1(), ""},
		"older role of v1":       {clerk.Check{Role: "org:admin"}, session1().with(object{"org_role": "admin"}), ""},
		"another role":           {clerk.Check{Role: "org:member"}, session2(), no},
		"no role":                {clerk.Check{Role: "org:admin"}, session2().with(object{"o": object{"id": orgID}}), no},
		"role, no organization":  {clerk.Check{Role: "org:admin"}, personal, no},
		"role, no id":            {clerk.Check{Role: "org:admin"}, session2().with(object{"o": object{"rol": "admin"}}), no},
		"permission":             {clerk.Check{Permission: "org:invoices:read"}, session2(), ""},
		"permission without org": {clerk.Check{Permission: "invoices:delete"}, session2(), ""},
		"permission of v1":       {clerk.Check{Permission: "invoices:create"}, session1(), ""},
		"bare permission of v1": {
			clerk.Check{Permission: "org:invoices:create"},
			session1().with(object{"org_permissions": []string{"invoices:create"}}), "",
		},
		"another permission":  {clerk.Check{Permission: "org:reports:delete"}, session2(), no},
		"permission, no org":  {clerk.Check{Permission: "org:invoices:read"}, session1().with(object{"org_id": nil}), no},
		"feature":             {clerk.Check{Feature: "reports"}, session2(), ""},
		"feature of the org":  {clerk.Check{Feature: "org:reports"}, session2(), ""},
		"feature of the user": {clerk.Check{Feature: "user:reports"}, session2(), no},
		"another feature":     {clerk.Check{Feature: "chat"}, session2(), no},
		"unknown scope":       {clerk.Check{Feature: "team:reports"}, session2(), no},
		"feature, personal":   {clerk.Check{Feature: "user:chat"}, personal, ""},
		"feature of v1":       {clerk.Check{Feature: "reports"}, session1(), silent},
		"feature is no string": {
			clerk.Check{Feature: "reports"}, session2().with(object{"fea": []string{"o:reports"}}), silent,
		},
		"plan":                    {clerk.Check{Plan: "pro"}, session2(), ""},
		"plan of the user":        {clerk.Check{Plan: "user:pro"}, session2(), no},
		"plan missing":            {clerk.Check{Plan: "pro"}, session2().with(object{"pla": nil}), silent},
		"plan no, feature silent": {clerk.Check{Plan: "max", Feature: "reports"}, session2().with(object{"fea": nil}), no},
		"fresh":                   {clerk.Check{Reverification: fresh}, session2(), ""},
		"all": {clerk.Check{
			Role:           "admin",
			Permission:     "invoices:read",
			Feature:        "reports",
			Plan:           "org:pro",
			Reverification: fresh,
		}, session2(), ""},
		"all but the role": {clerk.Check{
			Role:           "member",
			Permission:     "invoices:read",
			Feature:        "reports",
			Plan:           "org:pro",
			Reverification: fresh,
		}, session2(), no},
		"all but the permission": {clerk.Check{
			Role:           "admin",
			Permission:     "invoices:pay",
			Feature:        "reports",
			Plan:           "org:pro",
			Reverification: fresh,
		}, session2(), no},
		"all but the feature": {clerk.Check{
			Role:           "admin",
			Permission:     "invoices:read",
			Feature:        "chat",
			Plan:           "org:pro",
			Reverification: fresh,
		}, session2(), no},
		"all but the plan": {clerk.Check{
			Role:           "admin",
			Permission:     "invoices:read",
			Feature:        "reports",
			Plan:           "max",
			Reverification: fresh,
		}, session2(), no},
		"all but fresh": {clerk.Check{
			Role:           "admin",
			Permission:     "invoices:read",
			Feature:        "reports",
			Plan:           "org:pro",
			Reverification: fresh,
		}, session2().with(object{"fva": []int{90, -1}}), step},
		"forbidden before stale": {
			clerk.Check{Role: "member", Reverification: fresh}, session2().with(object{"fva": []int{90, -1}}), no,
		},
		"machine":         {clerk.Check{Reverification: fresh}, machine().with(object{"fva": []int{0, 0}}), no},
		"oauth":           {clerk.Check{Feature: "reports"}, oauth().with(object{"fea": "o:reports"}), no},
		"template":        {clerk.Check{Role: "admin"}, template(), no},
		"template, fresh": {clerk.Check{Reverification: fresh}, template(), silent},
	} {
		t.Run(name, func(t *testing.T) {
			s, has := verified(t, all, tt.token), clerk.Has(tt.check)
			err := has.Check(s)
			if tt.want == silent {
				if !errors.Is(err, core.CodeMissingClaim) || policy.Not(has).Check(s) == nil {
					t.Fatalf("got %v, want a refusal for a missing claim, under Not too", err)
				}
				return
			}
			if core.CodeOf(err) != tt.want || errors.Is(err, core.CodeMissingClaim) {
				t.Fatalf("got %v, want %q", err, tt.want)
			}
			if negated := policy.Not(has).Check(s); (negated == nil) != (err != nil) {
				t.Errorf("Not of it: %v", negated)
			}
		})
	}
}

func TestReverification(t *testing.T) {
	custom := func(after time.Duration, level clerk.Level) clerk.Reverification {
		return clerk.Reverification{After: after, Level: level}
	}
	const first, second, multi = clerk.FirstFactor, clerk.SecondFactor, clerk.MultiFactor
	for _, tt := range []struct {
		ask  clerk.Reverification
		fva  any
		want bool
	}{
		{custom(10*time.Minute, first), []int{9, -1}, true},
		{custom(10*time.Minute, first), []int{10, -1}, false}, // strictly
		{custom(10*time.Minute, first), []int{10, 0}, false},
		{custom(10*time.Minute, first), []int{-1, 0}, false},
		{custom(10*time.Minute, first), []int{0, 99}, true},

		{custom(10*time.Minute, second), []int{99, 9}, true},
		{custom(10*time.Minute, second), []int{0, 10}, false},
		{custom(10*time.Minute, second), []int{9, -1}, true}, // no second factor: the first will do
		{custom(10*time.Minute, second), []int{10, -1}, false},
		{custom(10*time.Minute, second), []int{-1, 9}, true},
		{custom(10*time.Minute, second), []int{-1, 10}, false},

		{custom(10*time.Minute, multi), []int{9, 9}, true},
		{custom(10*time.Minute, multi), []int{9, 10}, false},
		{custom(10*time.Minute, multi), []int{10, 9}, false},
		{custom(10*time.Minute, multi), []int{9, -1}, true},
		{custom(10*time.Minute, multi), []int{10, -1}, false},
		{custom(10*time.Minute, multi), []int{-1, 9}, false},

		{clerk.StrictMFA(), []int{9, 9}, true},
		{clerk.StrictMFA(), []int{10, 9}, false},
		{clerk.Strict(), []int{10, 9}, true},
		{clerk.Strict(), []int{9, 10}, false},
		{clerk.Moderate(), []int{99, 59}, true},
		{clerk.Moderate(), []int{59, 60}, false},
		{clerk.Lax(), []int{9999, 1439}, true},
		{clerk.Lax(), []int{9999, 1440}, false},

		// Never open: what is missing or can't be read is not fresh.
		{clerk.Lax(), nil, false},
		{clerk.Lax(), []int{-1, -1}, false},
		{clerk.Lax(), []int{}, false},
		{clerk.Lax(), []int{0}, false},
		{clerk.Lax(), []int{0, 0, 0}, false},
		{clerk.Lax(), []any{0, nil}, false},
		{clerk.Lax(), []any{"0", "0"}, false},
		{clerk.Lax(), []float64{0.5, 0.5}, false},
		{clerk.Lax(), []int{-2, 0}, false},
		{clerk.Lax(), []int64{0, 1 << 40}, false},
		{clerk.Lax(), "0,0", false},
		{clerk.Lax(), 0, false},
		{clerk.Lax(), object{"0": 0, "1": 0}, false},
	} {
		has := clerk.Has(clerk.Check{Reverification: tt.ask})
		v, now := verifier(t, clerk.Config{})
		now.set(minted)
		s, err := v.Verify(t.Context(), session2().with(object{"fva": tt.fva}).signed(t))
		if err != nil {
			t.Fatal(err)
		}
		err = has.Check(s)
		if tt.want != (err == nil) {
			t.Errorf("%v of fva %v: %v", has, tt.fva, err)
		}
		var refused *core.Error
		if !tt.want &&
			(!errors.As(err, &refused) || refused.Code != core.CodeReauthenticationRequired ||
				refused.MaxAge != tt.ask.After || refused.Claim != "fva") {
			t.Errorf("%v of fva %v: %+v", has, tt.fva, refused)
		}
	}
}

// The ages are those of the token's minting; they go on while it is used.
func TestReverificationAgesWithTheToken(t *testing.T) {
	has := clerk.Has(clerk.Check{Reverification: clerk.Strict()})
	v, now := verifier(t, clerk.Config{})
	now.set(minted + 59)
	s, err := v.Verify(t.Context(), session2().with(object{"fva": []int{9, -1}}).signed(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := has.Check(s); err != nil {
		t.Errorf("after 9:59: %v", err)
	}
	now.set(minted + 60)
	if err := has.Check(s); !errors.Is(err, core.CodeReauthenticationRequired) {
		t.Errorf("after 10:00: %v", err)
	}
	now.set(minted - 3) // our clock may be behind, which makes nobody fresher
	stale, err := v.Verify(t.Context(), session2().with(object{"fva": []int{10, -1}}).signed(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := has.Check(stale); !errors.Is(err, core.CodeReauthenticationRequired) {
		t.Errorf("with a clock that is behind: %v", err)
	}
	v, now = verifier(t, clerk.Config{})
	now.set(minted)
	if s, err = v.Verify(t.Context(), session2().with(object{"iat": nil}).signed(t)); err != nil {
		t.Fatal(err)
	}
	if err := has.Check(s); !errors.Is(err, core.CodeMissingClaim) {
		t.Errorf("without iat: %v", err)
	}
}

func TestHasRefusesNobody(t *testing.T) {
	has := clerk.Has(clerk.Check{Role: "admin"})
	for _, s := range []*core.Session{nil, {}} {
		if err := has.Check(s); !errors.Is(err, core.CodeTokenMissing) {
			t.Errorf("got %v", err)
		}
	}
}

func TestHasMistakesPanic(t *testing.T) {
	for want, check := range map[string]clerk.Check{
		"nothing is checked":   {},
		"Reverification.Level": {Role: "admin", Reverification: clerk.Reverification{After: time.Hour}},
		"Reverification.After": {Reverification: clerk.Reverification{Level: clerk.FirstFactor}},
		"between 1 and 99,999": {Reverification: clerk.Reverification{
			After: 100_000 * time.Minute,
			Level: clerk.MultiFactor,
		}},
		"use clerk.FirstFactor":         {Reverification: clerk.Reverification{After: time.Hour, Level: "third_factor"}},
		"Role is padded":                {Role: " admin"},
		"Permission is padded with spa": {Permission: "org:"},
		"Feature is padded":             {Feature: "user:"},
	} {
		t.Run(want, func(t *testing.T) {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.HasPrefix(got, "clerk: ") || !strings.Contains(got, want) {
					t.Errorf("panics with %q", got)
				}
			}()
			clerk.Has(check)
		})
	}
}

func TestHasString(t *testing.T) {
	p := policy.Not(clerk.Has(clerk.Check{Role: "admin", Feature: "user:chat", Reverification: clerk.Lax()}))
	const want = `Not(Has(Role: "admin", Feature: "user:chat", Reverification: second_factor within 24h0m0s))`
	if got := fmt.Sprint(p); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
