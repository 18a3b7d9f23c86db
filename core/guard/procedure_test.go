package guard_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/policy"
)

// denied is a policy that no session satisfies.
func denied(code core.Code) core.Policy {
	return policyFunc(func(*core.Session) error { return &core.Error{Code: code} })
}

// Whatever path leads to the handler of a procedure, its policies apply.
func TestProcedure(t *testing.T) {
	g := newGuard(t,
		guard.Procedure("/a.Orders/Delete", denied(core.CodeForbidden)),
		guard.Procedure("/a.Orders/Read"),
		guard.Procedure("/a.Admin/*", denied(core.CodeForbidden)),
		guard.Procedure("/a.Admin/Reset", denied(core.CodeReauthenticationRequired)),
		guard.Procedure("/a.Both/Write", policyFunc(func(*core.Session) error { return nil })),
		guard.Procedure("/a.Both/Write", denied(core.CodeInsufficientScope)),
	)
	for path, want := range map[string]core.Code{
		"/a.Orders/Delete":        core.CodeForbidden,
		"/a.Orders/Read":          "",
		"/a.Orders/Other":         "",
		"/a.Orders/delete":        "",
		"/b.Orders/Delete":        "",
		"/api/v1/a.Orders/Delete": core.CodeForbidden,
		"/a.Orders/%44elete":      core.CodeForbidden,
		"/%61.Orders/Delete":      core.CodeForbidden,
		"/a.Orders%2FDelete":      core.CodeForbidden,
		"//a.Orders//Delete":      core.CodeForbidden,
		"/a.Orders/./Delete":      core.CodeForbidden,
		"/x/../a.Orders/Delete":   core.CodeForbidden,
		"/a.Orders/Delete/":       core.CodeForbidden,
		"/a.Orders/Delete/below":  core.CodeForbidden,
		"/a.Admin/List":           core.CodeForbidden,
		"/a.Admin/Reset":          core.CodeForbidden, // the service's policies come first
		"/a.Admin":                "",
		"/a.Both/Write":           core.CodeInsufficientScope,
		"/":                       "",
	} {
		r := request(http.MethodPost, "http://api.example.com"+path, "Authorization", "Bearer "+hs256(t, nil))
		if _, rejection := g.Check(t.Context(), guard.HTTPRequest(r)); core.CodeOf(asError(rejection)) != want {
			t.Errorf("%s: got %v, want %q", path, rejection, want)
		}
	}
}

// rpcCall is a gRPC call, whose path may be anything that a client sends.
type rpcCall struct{ path, token string }

func (c rpcCall) Method() string        { return http.MethodPost }
func (c rpcCall) Host() string          { return "api.example.com" }
func (c rpcCall) Path() string          { return c.path }
func (c rpcCall) Query(string) []string { return nil }

func (c rpcCall) Header(name string) []string {
	if name != "Authorization" || c.token == "" {
		return nil
	}
	return []string{"Bearer " + c.token}
}

// An anonymous caller is let in by Optional, but not to a procedure that is named.
func TestProcedureOfAnAnonymousCaller(t *testing.T) {
	g := newGuard(t, guard.Optional(), guard.Procedure("/a.Orders/Read"))
	for path, want := range map[string]core.Code{
		"/a.Orders/Read": core.CodeTokenMissing,
		"a.Orders/Read":  core.CodeTokenMissing,
		"/a.Orders/%zz":  "",
		"/a.Orders/List": "",
		"":               "",
	} {
		if _, rejection := g.Check(t.Context(), rpcCall{path: path}); core.CodeOf(asError(rejection)) != want {
			t.Errorf("%s: got %v, want %q", path, rejection, want)
		}
	}
	ctx, rejection := newGuard(t).Enter(t.Context(), rpcCall{"/", hs256(t, nil)})
	if rejection != nil {
		t.Fatal(rejection)
	}
	if _, rejection := g.Check(ctx, rpcCall{path: "/a.Orders/Read"}); rejection != nil {
		t.Errorf("the session of an outer guard: %v", rejection)
	}
}

// A stream that runs for long is held to its procedure's policies too.
func TestRecheckOfAProcedure(t *testing.T) {
	verdict := error(nil)
	changing := policyFunc(func(*core.Session) error { return verdict })
	g := newGuard(t, guard.Procedure("/a.Orders/Watch", changing))
	ctx, rejection := g.Enter(t.Context(), rpcCall{"/a.Orders/Watch", hs256(t, nil)})
	if rejection != nil {
		t.Fatal(rejection)
	}
	if err := guard.Recheck(ctx); err != nil {
		t.Error(err)
	}
	verdict = &core.Error{Code: core.CodeReauthenticationRequired}
	if err := guard.Recheck(ctx); !errors.Is(err, core.CodeReauthenticationRequired) {
		t.Errorf("got %v", err)
	}
}

// The challenge names what the call needs: the scopes of the guard and of the procedure.
func TestScopesOfAProcedure(t *testing.T) {
	g := newGuard(t,
		guard.Policies(policy.Scope("api")),
		guard.Procedure("/a.Orders/*", policy.Scope("orders")),
		guard.Procedure("/a.Orders/Delete", policy.Scope("delete")),
	)
	for token, want := range map[string]string{
		"":                                       `Bearer scope="api orders delete"`,
		hs256(t, map[string]any{"scope": "api"}): `Bearer error="insufficient_scope", scope="api orders delete"`,
	} {
		call := rpcCall{"/a.Orders/Delete", token}
		_, rejection := g.Check(t.Context(), call)
		if got := rejection.Header.Get("Www-Authenticate"); got != want {
			t.Errorf("Check: got %s, want %s", got, want)
		}
		if _, early := g.Precheck(t.Context(), call); early != nil && early.Header.Get("Www-Authenticate") != want {
			t.Errorf("Precheck: got %s, want %s", early.Header.Get("Www-Authenticate"), want)
		}
	}
}

func TestProcedureMistakes(t *testing.T) {
	allowed := policy.Role("admin")
	for want, opts := range map[string][]guard.Option{
		`Procedure "a.Orders/Delete": must be the full name`:    {guard.Procedure("a.Orders/Delete", allowed)},
		`Procedure "/Delete": must be the full name`:            {guard.Procedure("/Delete", allowed)},
		`Procedure "/a.Orders/": must be the full name`:         {guard.Procedure("/a.Orders/", allowed)},
		`Procedure "/a.Orders/De*": must be the full name`:      {guard.Procedure("/a.Orders/De*", allowed)},
		`Procedure "/a.*/Delete": must be the full name`:        {guard.Procedure("/a.*/Delete", allowed)},
		`Procedure "/a.Orders/Delete/x": must be the full name`: {guard.Procedure("/a.Orders/Delete/x", allowed)},
		`Procedure "/a.Orders/..": must be the full name`:       {guard.Procedure("/a.Orders/..", allowed)},
		`has a nil policy for "/a.Orders/Delete"`:               {guard.Procedure("/a.Orders/Delete", nil)},
		"cannot be combined with InsecureBestEffort": {
			guard.Procedure("/a.Orders/Delete", allowed), guard.InsecureBestEffort(),
		},
		`Procedure "/a.Orders/Delete": is in SkipPaths too`: {
			guard.Procedure("/a.Orders/Delete", allowed), guard.SkipPaths("/a.Orders/*"),
		},
		`Procedure "/a.Orders/*": is in SkipPaths too`: {
			guard.Procedure("/a.Orders/*", allowed), guard.SkipPaths("/a.Orders/*"),
		},
	} {
		_, err := guard.New(newVerifier(t, secretRules()), opts...)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
