package policy_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/policy"
)

// The three verdicts of a policy. A policy and Not of it show which one it is: if
// it is undecided, both reject.
const (
	holds     = "holds"
	fails     = "fails"
	undecided = "undecided"
)

func verdictOf(s *core.Session, p core.Policy) string {
	plain, negated := p.Check(s), policy.Not(p).Check(s)
	switch {
	case plain == nil && negated != nil:
		return holds
	case plain != nil && negated == nil:
		return fails
	case plain != nil && negated != nil:
		return undecided
	default:
		return "passes both ways"
	}
}

func TestFreshnessEndsWhileASessionIsKept(t *testing.T) {
	for name, set := range map[string]claims{
		"auth_time": {"auth_time": at(-time.Minute)},
		"fva":       {"fva": []int{1, -1}},
	} {
		s, now := verifiedAt(t, set)
		p := policy.FreshWithin(10 * time.Minute)
		if err := p.Check(s); err != nil {
			t.Errorf("%s: at once: %v", name, err)
		}
		now.advance(9 * time.Minute)
		if err := p.Check(s); err != nil {
			t.Errorf("%s: 10 minutes after the sign-in: %v", name, err)
		}
		now.advance(time.Second)
		if err := p.Check(s); !errors.Is(err, core.CodeReauthenticationRequired) {
			t.Errorf("%s: later: %v", name, err)
		}
	}
}

func TestAnswers(t *testing.T) {
	s := verified(t, claims{"scope": "read", "roles": []string{"member"}, "auth_time": at(-time.Hour), "acr": "bronze"})
	outage := policy.Func("db", func(*core.Session) error {
		return &core.Error{Code: core.CodeKeysUnavailable, RetryAfter: 5 * time.Second}
	})
	var (
		scope = policy.Scope("read", "write")
		fresh = policy.FreshWithin(5 * time.Minute)
		role  = policy.Role("admin")
		acr   = policy.ACR("gold", "silver")
	)
	tests := []struct {
		policy core.Policy
		want   core.Error
	}{
		{scope, core.Error{
			Code:   core.CodeInsufficientScope,
			Scopes: []string{"read", "write"},
			Detail: `Scope("read", "write"): the token does not grant "write"`,
		}},
		{policy.AnyScope("b", "a"), core.Error{Code: core.CodeInsufficientScope, Scopes: []string{"b"}}},
		{role, core.Error{Code: core.CodeForbidden, Detail: `Role("admin"): "admin" is not among the session's roles`}},
		{fresh, core.Error{
			Code:   core.CodeReauthenticationRequired,
			MaxAge: 5 * time.Minute,
			Claim:  "auth_time",
			Detail: `FreshWithin(5m0s): the last sign-in was 1h0m0s ago`,
		}},
		{acr, core.Error{Code: core.CodeReauthenticationRequired, ACR: []string{"gold", "silver"}, Claim: "acr"}},
		{policy.AAL(2), core.Error{
			Code:   core.CodeReauthenticationRequired,
			Claim:  "aal",
			Detail: `AAL(2): the session has no aal`,
		}},
		{policy.MFA(), core.Error{Code: core.CodeReauthenticationRequired, Claim: "amr"}},
		{policy.Claim("plan", "pro"), core.Error{
			Code:   core.CodeForbidden,
			Claim:  "plan",
			Detail: `Claim("plan", "pro"): the session has no plan`,
		}},
		{policy.InOrganization(), core.Error{
			Code:   core.CodeForbidden,
			Detail: `InOrganization(): no organization is active`,
		}},
		{policy.Kind(core.KindID), core.Error{Code: core.CodeForbidden, Detail: `Kind("id"): the token is of another kind`}},
		{outage, core.Error{Code: core.CodeKeysUnavailable, RetryAfter: 5 * time.Second}},
		{policy.Not(outage), core.Error{Code: core.CodeKeysUnavailable, RetryAfter: 5 * time.Second}},
		{policy.Not(policy.Scope("read")), core.Error{
			Code:   core.CodeForbidden,
			Detail: `Not(Scope("read")): the inner policy holds`,
		}},
		{policy.Not(policy.MFA()), core.Error{
			Code:   core.CodeForbidden,
			Claim:  "amr",
			Detail: `Not › MFA(): the session has no amr`,
		}},
		{policy.Func("beta", func(*core.Session) error { return errors.New("no row") }), core.Error{
			Code:   core.CodeForbidden,
			Detail: `Func("beta"): no row`,
		}},

		// All reports what is hardest to fix, and asks for everything at once.
		{policy.All(policy.Scope("read"), role), core.Error{
			Code:   core.CodeForbidden,
			Detail: `All › Role("admin"): "admin" is not among the session's roles`,
		}},
		{policy.All(fresh, scope, role), core.Error{Code: core.CodeForbidden}},
		{policy.All(fresh, scope, outage), core.Error{Code: core.CodeInsufficientScope, Scopes: []string{"read", "write"}}},
		{policy.All(policy.Scope("read"), policy.Scope("x")), core.Error{
			Code:   core.CodeInsufficientScope,
			Scopes: []string{"read", "x"},
		}},
		{policy.All(policy.All(policy.Scope("read")), policy.AnyScope("y", "z")), core.Error{
			Code:   core.CodeInsufficientScope,
			Scopes: []string{"read", "y"},
		}},
		{
			policy.All(policy.FreshWithin(2*time.Hour), fresh, acr, policy.ACR("silver", "gold+")),
			core.Error{
				Code:   core.CodeReauthenticationRequired,
				MaxAge: 5 * time.Minute,
				ACR:    []string{"silver"},
				Claim:  "auth_time",
			},
		},
		{
			policy.All(policy.Any(policy.Scope("p")), policy.Any(policy.Scope("q"), role)),
			core.Error{Code: core.CodeInsufficientScope, Scopes: []string{"p", "q"}},
		},
		{policy.All(acr, policy.ACR("iron")), core.Error{
			Code:  core.CodeReauthenticationRequired,
			ACR:   []string{"gold", "silver"},
			Claim: "acr",
		}},

		// Any reports what is easiest.
		{policy.Any(role, scope, fresh), core.Error{
			Code: core.CodeReauthenticationRequired, MaxAge: 5 * time.Minute, Claim: "auth_time",
			Detail: `Any › Role("admin"): "admin" is not among the session's roles; ` +
				`Any › Scope("read", "write"): the token does not grant "write"; ` +
				`Any › FreshWithin(5m0s): the last sign-in was 1h0m0s ago`,
		}},
		{policy.Any(scope, role), core.Error{Code: core.CodeInsufficientScope, Scopes: []string{"read", "write"}}},
		{policy.Any(role, outage, fresh), core.Error{Code: core.CodeKeysUnavailable, RetryAfter: 5 * time.Second}},
		{policy.All(policy.Scope("read"), policy.Any(role, policy.Role("owner"))), core.Error{
			Code: core.CodeForbidden,
			Detail: `All › Any › Role("admin"): "admin" is not among the session's roles; ` +
				`All › Any › Role("owner"): "owner" is not among the session's roles`,
		}},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.policy), func(t *testing.T) {
			err := tt.policy.Check(s)
			var got *core.Error
			if !errors.As(err, &got) {
				t.Fatalf("got %v, want a *core.Error", err)
			}
			if got.Code != tt.want.Code || got.MaxAge != tt.want.MaxAge || got.RetryAfter != tt.want.RetryAfter ||
				got.Claim != tt.want.Claim || !slices.Equal(got.Scopes, tt.want.Scopes) || !slices.Equal(got.ACR, tt.want.ACR) {
				t.Errorf("got  %+v\nwant %+v", got, &tt.want)
			}
			if tt.want.Detail != "" && got.Detail != tt.want.Detail {
				t.Errorf("got  %s\nwant %s", got.Detail, tt.want.Detail)
			}
		})
	}
}

// A custom policy may call a policy of this package: the result stays undecided.
func TestVerdictSurvivesWrapping(t *testing.T) {
	s := verified(t, claims{"scope": "read"})
	for _, tt := range []struct {
		policy core.Policy
		want   string
	}{
		{policy.Role("a"), fails},
		{policy.Claim("a"), undecided},
		{policy.All(policy.Claim("a"), policy.Scope("x")), fails},
		{policy.All(policy.Claim("a"), policy.Scope("read")), undecided},
		{policy.Any(policy.Claim("a"), policy.Role("x")), undecided},
		{policy.Any(policy.Role("x"), policy.Claim("a")), undecided},
		{policy.Any(policy.Scope("x"), policy.Claim("a")), undecided},
		{policy.All(policy.Func("db", func(*core.Session) error { return errors.New("down") })), undecided},
	} {
		wrapped := policy.Func("wrapped", tt.policy.Check)
		if got := verdictOf(s, tt.policy); got != tt.want {
			t.Errorf("%v is %s, want %s", tt.policy, got, tt.want)
		}
		if got := verdictOf(s, wrapped); got != tt.want {
			t.Errorf("wrapped %v is %s, want %s", tt.policy, got, tt.want)
		}
	}
}

// A caller that changes an error or its arguments does not change the policy.
func TestPoliciesAreImmutable(t *testing.T) {
	scopes := []string{"x", "y"}
	scope := policy.Scope(scopes...)
	all := policy.All(scope)
	scopes[0] = "read"
	s := verified(t, claims{"scope": "read"})
	for _, p := range []core.Policy{scope, all, scope, all} {
		var e *core.Error
		if err := p.Check(s); !errors.As(err, &e) || !slices.Equal(e.Scopes, []string{"x", "y"}) {
			t.Fatal(err)
		}
		e.Scopes[0] = "changed"
	}
}

func TestString(t *testing.T) {
	p := policy.All(
		policy.Scope("read"), policy.Any(policy.Role("admin"), policy.Not(policy.Claim("app.x", `a"b`))),
		policy.FreshWithin(90*time.Second),
		policy.MFA(), policy.AAL(2), policy.ACR("a", "b"), policy.InOrganization(), policy.Kind(core.KindAccess),
		policy.AnyPermission("p"), foreign{},
	)
	const want = `All(Scope("read"), Any(Role("admin"), Not(Claim("app.x", "a\"b"))), FreshWithin(1m30s), MFA(), AAL(2), ACR("a", "b"), ` +
		`InOrganization(), Kind("access"), AnyPermission("p"), policy_test.foreign)`
	if got := fmt.Sprint(p); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// A guard checks policies on every request: a policy that holds does not allocate.
func TestHoldingAllocatesNothing(t *testing.T) {
	s := verified(t, claims{
		"scope":     "read",
		"roles":     []string{"admin"},
		"auth_time": at(0),
		"acr":       "gold",
		"aal":       "aal2",
		"org_id":    "org_1",
	})
	p := policy.All(
		policy.Scope("read"), policy.Any(policy.Role("admin"), policy.Role("owner")), policy.FreshWithin(time.Hour),
		policy.ACR("gold"), policy.AAL(2), policy.MFA(), policy.InOrganization("org_1"), policy.Kind(core.KindSession),
	)
	if n := testing.AllocsPerRun(100, func() {
		if err := p.Check(s); err != nil {
			t.Fatal(err)
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestReportedCodeDoesNotDependOnTheOrder: of two failures that are equally hard to fix, the same one is reported
// whichever comes first.
func TestReportedCodeDoesNotDependOnTheOrder(t *testing.T) {
	s := verified(t, claims{})
	refuse := func(code core.Code) core.Policy {
		return policy.Func(string(code), func(*core.Session) error { return code })
	}
	a, b := refuse(core.CodeTokenRevoked), refuse(core.CodeTokenExpired)
	for name, join := range map[string]func(...core.Policy) core.Policy{"All": policy.All, "Any": policy.Any} {
		if x, y := core.CodeOf(join(a, b).Check(s)), core.CodeOf(join(b, a).Check(s)); x != y {
			t.Errorf("%s reports %s, and %s in the other order", name, x, y)
		}
	}
}
