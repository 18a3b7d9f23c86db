package policy_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/policy"
)

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
		{"acted by anyone", policy.ActedBy(), claims{"act": map[string]any{"sub": "agent"}}, holds},
		{"acted by", policy.ActedBy("agent"), claims{"act": map[string]any{"sub": "agent"}}, holds},
		{"acted by: another", policy.ActedBy("agent"), claims{"act": map[string]any{"sub": "shop"}}, fails},
		{"acted by: a former one", policy.ActedBy("shop"), claims{
			"act": map[string]any{"sub": "agent", "act": map[string]any{"sub": "shop"}},
		}, fails},
		{"acted by: nobody", policy.ActedBy(), nil, fails},
		{"not delegated", policy.NotDelegated(), nil, holds},
		{"not delegated: an actor", policy.NotDelegated(), claims{"act": map[string]any{"sub": "agent"}}, fails},
		{"not delegated: unreadable", policy.NotDelegated(), claims{"act": "agent"}, fails},
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
