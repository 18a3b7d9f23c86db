package policy_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/policy"
)

func TestErrorsHoldNothingOfTheToken(t *testing.T) {
	const private = "very-private"
	s := verified(t, claims{
		"sub": private, "roles": []string{private}, "scope": private, "org_id": private, "acr": private, "aal": private,
		"amr": []string{private}, "plan": private, "permissions": []string{private},
	})
	for _, p := range []core.Policy{
		policy.Role("a"), policy.AnyRole("a"), policy.Scope("a"), policy.AnyScope("a"), policy.Permission("a"),
		policy.AnyPermission("a"),
		policy.InOrganization("a"), policy.ACR("a"), policy.AAL(1), policy.MFA(), policy.Claim("plan", "a"),
		policy.Kind(core.KindID),
		policy.Not(policy.Claim("plan", private+"!")), policy.FreshWithin(time.Minute),
	} {
		if err := p.Check(s); err != nil && strings.Contains(strings.ReplaceAll(err.Error(), private+"!", ""), private) {
			t.Errorf("%v: %v", p, err)
		}
	}
}

type foreign struct{}

func (foreign) Check(*core.Session) error { return nil }

type foreignPointer struct{}

func (*foreignPointer) Check(*core.Session) error { return nil }

func TestMistakesPanic(t *testing.T) {
	var nilPointer *foreignPointer
	for name, tt := range map[string]struct {
		make func()
		want string
	}{
		"Scope()":         {func() { policy.Scope() }, "Scope: has no scopes: name at least one"},
		"Scope empty":     {func() { policy.Scope("a", "") }, `Scope: scope 2 is ""`},
		"Scope two":       {func() { policy.Scope("read write") }, "pass each one as its own argument"},
		"AnyScope()":      {func() { policy.AnyScope() }, "AnyScope: has no scopes: name at least one"},
		"AnyScope space":  {func() { policy.AnyScope("a b") }, "AnyScope"},
		"Role()":          {func() { policy.Role() }, "Role: has no roles: name at least one"},
		"Role padded":     {func() { policy.Role(" admin") }, "padded"},
		"AnyRole()":       {func() { policy.AnyRole() }, "AnyRole: has no roles: name at least one"},
		"Permission()":    {func() { policy.Permission() }, "Permission: has no permissions: name at least one"},
		"AnyPermission()": {func() { policy.AnyPermission() }, "AnyPermission: has no permissions: name at least one"},
		"organization":    {func() { policy.InOrganization("") }, "is its environment variable set?"},
		"Kind()":          {func() { policy.Kind() }, "Kind: has no kinds: name at least one"},
		"Kind unknown":    {func() { policy.Kind("robot") }, "KindSession, KindAccess, KindID or KindMachine"},
		"Claim path":      {func() { policy.Claim("a..b") }, "empty segment"},
		"Claim no path":   {func() { policy.Claim("") }, "path is empty"},
		"Claim value":     {func() { policy.Claim("a", "") }, `Claim: value 1 is ""`},
		"FreshWithin":     {func() { policy.FreshWithin(0) }, "at least 1s"},
		"FreshWithin neg": {func() { policy.FreshWithin(-time.Hour) }, "at least 1s"},
		"ACR()":           {func() { policy.ACR() }, "ACR: has no values: name at least one"},
		"AAL":             {func() { policy.AAL(0) }, "use 1, 2 or 3"},
		"AAL 4":           {func() { policy.AAL(4) }, "use 1, 2 or 3"},
		"All()":           {func() { policy.All() }, "All: has no policies"},
		"Any()":           {func() { policy.Any() }, "Any: has no policies"},
		"All nil":         {func() { policy.All(policy.MFA(), nil) }, "All: policy 2 is nil"},
		"Any nil":         {func() { policy.Any(nilPointer) }, "Any: policy 1 is nil"},
		"Not nil":         {func() { policy.Not(nil) }, "Not: policy 1 is nil"},
		"Func name":       {func() { policy.Func("", func(*core.Session) error { return nil }) }, "Func: name 1"},
		"Func nil":        {func() { policy.Func("x", nil) }, `Func("x"): the function is nil`},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.HasPrefix(got, "policy: ") || !strings.Contains(got, tt.want) {
					t.Errorf("panics with %q, want %q", got, tt.want)
				}
			}()
			tt.make()
		})
	}
}
