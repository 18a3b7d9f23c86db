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

func TestLeaves(t *testing.T) {
	tests := []struct {
		name   string
		policy core.Policy
		claims claims
		want   string
	}{
		{"scope", policy.Scope("read"), claims{"scope": "read write"}, holds},
		{"scope: all of them", policy.Scope("read", "write"), claims{"scope": "write read"}, holds},
		{"scope: one is missing", policy.Scope("read", "admin"), claims{"scope": "read write"}, fails},
		{"scope: part of a word", policy.Scope("read"), claims{"scope": "reads"}, fails},
		{"scope: case", policy.Scope("read"), claims{"scope": "Read"}, fails},
		{"scope: no claim", policy.Scope("read"), nil, fails},
		{"any scope", policy.AnyScope("admin", "write"), claims{"scp": []string{"write"}}, holds},
		{"any scope: none", policy.AnyScope("admin", "write"), claims{"scope": "read"}, fails},

		{"role", policy.Role("admin"), claims{"roles": []string{"member", "admin"}}, holds},
		{"role: all of them", policy.Role("admin", "owner"), claims{"roles": []string{"admin"}}, fails},
		{"role: no claim", policy.Role("admin"), nil, fails},
		{"role: of the organization", policy.Role("org:admin"), claims{"org_id": "org_1", "org_role": "org:admin"}, holds},
		{"role: without an organization", policy.Role("org:admin"), claims{"org_role": "org:admin"}, fails},
		{"any role", policy.AnyRole("owner", "admin"), claims{"roles": []string{"admin"}}, holds},
		{"any role: none", policy.AnyRole("owner", "admin"), claims{"roles": []string{"member"}}, fails},

		{"permission", policy.Permission("a:read", "a:write"), claims{"permissions": []string{"a:write", "a:read"}}, holds},
		{
			"permission: one is missing", policy.Permission("a:read", "a:write"),
			claims{"permissions": []string{"a:read"}},
			fails,
		},
		{"any permission", policy.AnyPermission("a:read", "a:write"), claims{"permissions": []string{"a:write"}}, holds},
		{"any permission: none", policy.AnyPermission("a:read"), claims{"permissions": []string{}}, fails},

		{"any organization", policy.InOrganization(), claims{"org_id": "org_1"}, holds},
		{"any organization: none", policy.InOrganization(), nil, fails},
		{"organization", policy.InOrganization("org_2", "org_1"), claims{"org_id": "org_1"}, holds},
		{"organization: another", policy.InOrganization("org_2"), claims{"org_id": "org_1"}, fails},
		{"organization: by slug", policy.InOrganization("acme"), claims{"org_id": "org_1", "org_slug": "acme"}, fails},

		{"kind", policy.Kind(core.KindMachine), claims{"gty": "machine"}, holds},
		{"kind: another", policy.Kind(core.KindMachine, core.KindID), nil, fails},

		{"claim: present", policy.Claim("plan"), claims{"plan": "pro"}, holds},
		{"claim: number present", policy.Claim("seats"), claims{"seats": 3}, holds},
		{"claim: object present", policy.Claim("app"), claims{"app": claims{"a": 1}}, holds},
		{"claim: missing", policy.Claim("plan"), nil, undecided},
		{"claim: null", policy.Claim("plan"), claims{"plan": null}, undecided},
		{"claim: false does not count", policy.Claim("admin"), claims{"admin": false}, fails},
		{"claim: zero does not count", policy.Claim("admin"), claims{"admin": 0}, fails},
		{"claim: empty does not count", policy.Claim("admin"), claims{"admin": ""}, fails},
		{"claim: an empty list does not count", policy.Claim("admin"), claims{"admin": []int{}}, fails},
		{"claim: an empty object does not count", policy.Claim("admin"), claims{"admin": claims{}}, fails},
		{"claim: the string false does not count", policy.Claim("email_verified"), claims{"email_verified": "false"}, fails},
		{"claim: case and spaces do not matter", policy.Claim("email_verified"), claims{"email_verified": " False "}, fails},
		{"claim: the string zero does not count", policy.Claim("admin"), claims{"admin": "0"}, fails},
		{"claim: the string null does not count", policy.Claim("admin"), claims{"admin": "null"}, fails},
		{"claim: the string true counts", policy.Claim("email_verified"), claims{"email_verified": "true"}, holds},
		{"claim: value", policy.Claim("plan", "free", "pro"), claims{"plan": "pro"}, holds},
		{"claim: other value", policy.Claim("plan", "free", "pro"), claims{"plan": "max"}, fails},
		{"claim: value missing", policy.Claim("email_verified", "false"), nil, undecided},
		{"claim: boolean", policy.Claim("email_verified", "true"), claims{"email_verified": true}, holds},
		{"claim: other boolean", policy.Claim("email_verified", "true"), claims{"email_verified": false}, fails},
		{"claim: number", policy.Claim("level", "42"), claims{"level": 42}, holds},
		{"claim: fraction", policy.Claim("level", "4.5"), claims{"level": 4.5}, holds},
		{"claim: other number", policy.Claim("level", "42"), claims{"level": 41}, fails},
		{
			"claim: number too large to compare", policy.Claim("id", "9007199254740993"),
			claims{"id": int64(9007199254740993)},
			undecided,
		},
		{"claim: in a list", policy.Claim("groups", "b"), claims{"groups": []string{"a", "b"}}, holds},
		{"claim: not in the list", policy.Claim("groups", "c"), claims{"groups": []string{"a", "b"}}, fails},
		{"claim: object can't be compared", policy.Claim("groups", "a"), claims{"groups": claims{"a": true}}, undecided},
		{
			"claim: list of objects can't be compared", policy.Claim("groups", "a"),
			claims{"groups": []any{"b", claims{}}},
			undecided,
		},
		{"claim: found next to an object", policy.Claim("groups", "a"), claims{"groups": []any{claims{}, "a"}}, holds},
		{"claim: nested", policy.Claim("app.plan", "pro"), claims{"app": claims{"plan": "pro"}}, holds},
		{"claim: URL", policy.Claim("https://example.com/plan", "pro"), claims{"https://example.com/plan": "pro"}, holds},
		{"claim: case of the name", policy.Claim("plan", "pro"), claims{"Plan": "pro"}, undecided},

		{"fresh", policy.FreshWithin(10 * time.Minute), claims{"auth_time": at(-9 * time.Minute)}, holds},
		{"fresh: to the second", policy.FreshWithin(10 * time.Minute), claims{"auth_time": at(-10 * time.Minute)}, holds},
		{
			"fresh: one second over", policy.FreshWithin(10 * time.Minute),
			claims{"auth_time": at(-10*time.Minute - time.Second)},
			fails,
		},
		{"fresh: missing", policy.FreshWithin(10 * time.Minute), nil, undecided},
		{"fresh: a string", policy.FreshWithin(10 * time.Minute), claims{"auth_time": fmt.Sprint(at(0))}, undecided},
		{"fresh: null", policy.FreshWithin(10 * time.Minute), claims{"auth_time": null}, undecided},
		{"fresh: in the future", policy.FreshWithin(10 * time.Minute), claims{"auth_time": at(time.Minute)}, undecided},
		{"fresh: the issuer's clock is ahead", policy.FreshWithin(10 * time.Minute), claims{
			"auth_time": at(10 * time.Second),
			"iat":       at(10 * time.Second),
		}, holds},
		{"fresh: first factor", policy.FreshWithin(10 * time.Minute), claims{"fva": []int{3, -1}}, holds},
		{"fresh: second factor", policy.FreshWithin(10 * time.Minute), claims{"fva": []int{300, 3}}, holds},
		{"fresh: first factor, stale second", policy.FreshWithin(10 * time.Minute), claims{"fva": []int{3, 300}}, holds},
		{"fresh: both factors stale", policy.FreshWithin(10 * time.Minute), claims{"fva": []int{11, 300}}, fails},
		{"fresh: no factor was ever verified", policy.FreshWithin(10 * time.Minute), claims{"fva": []int{-1, -1}}, undecided},
		{"fresh: fva is not a pair", policy.FreshWithin(10 * time.Minute), claims{"fva": []int{3}}, undecided},
		{"fresh: fva without iat", policy.FreshWithin(10 * time.Minute), claims{"fva": []int{3, -1}, "iat": nil}, undecided},
		{"fresh: fva counts from iat", policy.FreshWithin(10 * time.Minute), claims{
			"fva": []int{3, -1},
			"iat": at(-8 * time.Minute),
		}, fails},
		{"fresh: auth_time decides before fva", policy.FreshWithin(10 * time.Minute), claims{
			"fva":       []int{3, -1},
			"auth_time": at(-time.Hour),
		}, fails},

		{"acr", policy.ACR("gold", "silver"), claims{"acr": "silver"}, holds},
		{"acr: another", policy.ACR("gold"), claims{"acr": "silver"}, fails},
		{"acr: missing", policy.ACR("gold"), nil, undecided},

		{"aal", policy.AAL(2), claims{"aal": "aal2"}, holds},
		{"aal: more", policy.AAL(2), claims{"aal": "aal3"}, holds},
		{"aal: less", policy.AAL(2), claims{"aal": "aal1"}, fails},
		{"aal: missing", policy.AAL(1), nil, undecided},
		{"aal: another word", policy.AAL(1), claims{"aal": "high"}, undecided},
		{"aal: empty", policy.AAL(1), claims{"aal": ""}, undecided},

		{"mfa: amr", policy.MFA(), claims{"amr": []string{"pwd", "mfa"}}, holds},
		{"mfa: two kinds", policy.MFA(), claims{"amr": []string{"pwd", "otp"}}, holds},
		{"mfa: key and face", policy.MFA(), claims{"amr": []string{"hwk", "face"}}, holds},
		{"mfa: password", policy.MFA(), claims{"amr": []string{"pwd"}}, fails},
		{"mfa: one-time code alone", policy.MFA(), claims{"amr": []string{"otp"}}, fails},
		{"mfa: two of one kind", policy.MFA(), claims{"amr": []string{"otp", "sms"}}, fails},
		{"mfa: several channels are not several factors", policy.MFA(), claims{"amr": []string{"mca", "pwd"}}, fails},
		{"mfa: unknown words", policy.MFA(), claims{"amr": []string{"MFA", "magic"}}, fails},
		{"mfa: missing", policy.MFA(), nil, undecided},
		{"mfa: empty amr", policy.MFA(), claims{"amr": []string{}}, undecided},
		{"mfa: aal", policy.MFA(), claims{"aal": "aal2"}, holds},
		{"mfa: aal decides before amr", policy.MFA(), claims{"aal": "aal1", "amr": []string{"mfa"}}, fails},
		{"mfa: factors", policy.MFA(), claims{"fva": []int{5, 5}}, holds},
		{"mfa: no second factor", policy.MFA(), claims{"fva": []int{5, -1}}, fails},
		{"mfa: no first factor", policy.MFA(), claims{"fva": []int{-1, 5}}, fails},
		{"mfa: fva is malformed", policy.MFA(), claims{"fva": "5,5"}, undecided},

		{"func", policy.Func("ok", func(*core.Session) error { return nil }), nil, holds},
		{"func: forbidden", policy.Func("no", func(*core.Session) error { return core.CodeForbidden }), nil, fails},
		{
			"func: wrapped", policy.Func("no", func(*core.Session) error { return fmt.Errorf("no: %w", core.CodeForbidden) }),
			nil, fails,
		},
		{
			"func: own error",
			policy.Func("no", func(*core.Session) error { return &core.Error{Code: core.CodeReauthenticationRequired} }), nil,
			fails,
		},
		{
			"func: an outage is undecided",
			policy.Func("db", func(*core.Session) error { return errors.New("connection refused") }), nil, undecided,
		},
		{
			"func: so is an error code for an outage",
			policy.Func("db", func(*core.Session) error { return &core.Error{Code: core.CodeKeysUnavailable} }), nil,
			undecided,
		},
		{"func: missing claim", policy.Func("x", func(*core.Session) error {
			return &core.Error{Code: core.CodeForbidden, Err: core.CodeMissingClaim}
		}), nil, undecided},
		{"func: nil pointer as an error", policy.Func("x", func(*core.Session) error {
			var none *core.Error
			return none
		}), nil, undecided},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := verdictOf(verified(t, tt.claims), tt.policy); got != tt.want {
				t.Errorf("%v is %s, want %s: %v", tt.policy, got, tt.want, tt.policy.Check(verified(t, tt.claims)))
			}
		})
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
			Code:   core.CodeForbidden,
			Detail: `All › Any › Role("admin"): "admin" is not among the session's roles; All › Any › Role("owner"): "owner" is not among the session's roles`,
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
