package policy_test

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/policy"
)

func Example() {
	session := authtest.Session("user_1", authtest.Claims{"scope": "articles:read", "roles": []string{"member"}})

	editor := policy.All(policy.Scope("articles:read"), policy.Any(policy.Role("editor"), policy.Role("admin")))
	err := editor.Check(session)

	var refused *core.Error
	fmt.Println(editor)
	fmt.Println(errors.As(err, &refused), refused.Code)
	fmt.Println(refused.Detail)
	// Output:
	// All(Scope("articles:read"), Any(Role("editor"), Role("admin")))
	// true FORBIDDEN
	// All › Any › Role("editor"): "editor" is not among the session's roles; All › Any › Role("admin"): "admin" is not among the session's roles
}

func ExampleScope() {
	session := authtest.Session("user_1", authtest.Claims{"scope": "read"})
	fmt.Println(policy.Scope("read").Check(session))
	fmt.Println(policy.Scope("read", "write").Check(session))
	// Output:
	// <nil>
	// auth: INSUFFICIENT_SCOPE: Scope("read", "write"): the token does not grant "write"
}

func ExampleAnyScope() {
	session := authtest.Session("user_1", authtest.Claims{"scope": "write"})
	fmt.Println(policy.AnyScope("read", "write").Check(session))
	// Output: <nil>
}

func ExampleRole() {
	session := authtest.Session("user_1", authtest.Claims{"roles": []string{"admin"}})
	fmt.Println(policy.Role("admin").Check(session))
	fmt.Println(policy.Role("admin", "auditor").Check(session))
	// Output:
	// <nil>
	// auth: FORBIDDEN: Role("admin", "auditor"): "auditor" is not among the session's roles
}

func ExampleAnyRole() {
	session := authtest.Session("user_1", authtest.Claims{"roles": []string{"admin"}})
	fmt.Println(policy.AnyRole("admin", "auditor").Check(session))
	// Output: <nil>
}

func ExamplePermission() {
	session := authtest.Session("user_1", authtest.Claims{"permissions": []string{"invoices:read"}})
	fmt.Println(policy.Permission("invoices:read").Check(session))
	// Output: <nil>
}

func ExampleAnyPermission() {
	session := authtest.Session("user_1", authtest.Claims{"permissions": []string{"invoices:read"}})
	fmt.Println(policy.AnyPermission("invoices:write", "invoices:delete").Check(session))
	// Output: auth: FORBIDDEN: AnyPermission("invoices:write", "invoices:delete"): none is among the session's permissions
}

func ExampleInOrganization() {
	session := authtest.Session("user_1", authtest.Claims{"org_id": "org_1"})
	fmt.Println(policy.InOrganization().Check(session))
	fmt.Println(policy.InOrganization("org_2").Check(session))
	// Output:
	// <nil>
	// auth: FORBIDDEN: InOrganization("org_2"): another organization is active
}

func ExampleKind() {
	session := authtest.Session("user_1", nil)
	fmt.Println(policy.Kind(core.KindMachine).Check(session))
	// Output: auth: FORBIDDEN: Kind("machine"): the token is of another kind
}

func ExampleClaim() {
	session := authtest.Session("user_1", authtest.Claims{"plan": "pro", "email_verified": true})
	fmt.Println(policy.Claim("plan", "pro", "max").Check(session))
	fmt.Println(policy.Claim("email_verified", "true").Check(session))
	fmt.Println(policy.Claim("beta").Check(session))
	// Output:
	// <nil>
	// <nil>
	// auth: FORBIDDEN: Claim("beta"): the session has no beta: MISSING_CLAIM
}

func ExampleFreshWithin() {
	noon := time.Date(2026, 8, 21, 12, 0, 0, 0, time.UTC)
	session := authtest.Session("user_1", authtest.Claims{"auth_time": noon.Add(-11 * time.Minute).Unix()},
		authtest.At(authtest.NewClock(noon)))

	fmt.Println(policy.FreshWithin(time.Hour).Check(session))
	fmt.Println(policy.FreshWithin(10 * time.Minute).Check(session))
	// Output:
	// <nil>
	// auth: REAUTHENTICATION_REQUIRED: FreshWithin(10m0s): the last sign-in was 11m0s ago
}

func ExampleACR() {
	session := authtest.Session("user_1", authtest.Claims{"acr": "bronze"})
	var refused *core.Error
	fmt.Println(errors.As(policy.ACR("gold", "silver").Check(session), &refused), refused.Code, refused.ACR)
	// Output: true REAUTHENTICATION_REQUIRED [gold silver]
}

func ExampleAAL() {
	session := authtest.Session("user_1", authtest.Claims{"aal": "aal1"})
	fmt.Println(policy.AAL(2).Check(session))
	// Output: auth: REAUTHENTICATION_REQUIRED: AAL(2): the sign-in had level 1
}

func ExampleMFA() {
	session := authtest.Session("user_1", authtest.Claims{"amr": []string{"pwd", "otp"}})
	fmt.Println(policy.MFA().Check(session))
	// Output: <nil>
}

func ExampleAll() {
	session := authtest.Session("user_1", authtest.Claims{"roles": []string{"member"}})
	// A new sign-in does not make the user an admin: FORBIDDEN, not REAUTHENTICATION_REQUIRED.
	fmt.Println(policy.All(policy.MFA(), policy.Role("admin")).Check(session))
	// Output: auth: FORBIDDEN: All › Role("admin"): "admin" is not among the session's roles
}

func ExampleAny() {
	session := authtest.Session("user_1", authtest.Claims{"amr": []string{"pwd"}})
	// A new sign-in would help.
	err := policy.Any(policy.Role("admin"), policy.MFA()).Check(session)
	fmt.Println(core.CodeOf(err))
	// Output: REAUTHENTICATION_REQUIRED
}

func ExampleNot() {
	impersonated := policy.Claim("impersonated", "true")
	session := authtest.Session("user_1", authtest.Claims{"impersonated": false})
	silent := authtest.Session("user_2", nil)
	fmt.Println(policy.Not(impersonated).Check(session))
	fmt.Println(policy.Not(impersonated).Check(silent))
	// Output:
	// <nil>
	// auth: FORBIDDEN: Not › Claim("impersonated", "true"): the session has no impersonated: MISSING_CLAIM
}

func ExampleFunc() {
	staff := []string{"user_1"}
	isStaff := policy.Func("staff", func(s *core.Session) error {
		if !slices.Contains(staff, s.UserID()) {
			return fmt.Errorf("not on the list: %w", core.CodeForbidden)
		}
		return nil
	})
	fmt.Println(isStaff.Check(authtest.Session("user_1", nil)))
	fmt.Println(isStaff.Check(authtest.Session("user_2", nil)))
	// Output:
	// <nil>
	// auth: FORBIDDEN: Func("staff"): not on the list: FORBIDDEN
}

func ExampleDescribe() {
	editor := policy.All(policy.Scope("articles:write"), policy.Any(policy.Role("editor"), policy.FreshWithin(time.Hour)))
	policy.Describe(editor).Walk(func(d policy.Description) {
		fmt.Println(d.Kind, d.Values, d.MaxAge)
	})
	fmt.Println(policy.Describe(editor).ScopeSets())
	// Output:
	// All [] 0s
	// Scope [articles:write] 0s
	// Any [] 0s
	// Role [editor] 0s
	// FreshWithin [] 1h0m0s
	// [[articles:write]]
}
