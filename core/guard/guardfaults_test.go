package guard_test

import (
	"context"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

func TestGuardFaults(t *testing.T) {
	verifier := newVerifier(t, secretRules())
	var nilPolicy policyFunc
	allow := policyFunc(func(*core.Session) error { return nil })
	cases := []struct {
		name   string
		source core.Authenticator
		opts   []guard.Option
		fields []string
	}{
		{"no source", nil, []guard.Option{guard.Realm("é")}, []string{"Realm", "contract"}},
		{"nil contract", (*core.Contract)(nil), nil, []string{"contract"}},
		{"nil verifier", (*core.Verifier)(nil), nil, []string{"verifier"}},
		{"zero verifier", &core.Verifier{}, nil, []string{"verifier"}},
		{"nil option", verifier, []guard.Option{guard.Optional(), nil}, []string{"option 2"}},
		{"realm with a line break", verifier, []guard.Option{guard.Realm("a\r\nSet-Cookie: b")}, []string{"Realm"}},
		{"two modes", verifier, []guard.Option{guard.Optional(), guard.InsecureBestEffort()}, []string{"Optional"}},
		{
			"a policy that the anonymous would pass", verifier,
			[]guard.Option{guard.Optional(), guard.Policies(allow)},
			[]string{"Policies"},
		},
		{"a policy that anonymous requests would bypass", verifier, []guard.Option{
			guard.Policies(allow), guard.InsecureBestEffort(),
		}, []string{"Policies"}},
		{"nil functions", verifier, []guard.Option{
			guard.Skip(nil), guard.Responder(nil), guard.Messages(nil), guard.Revocation(nil, guard.FailOpen),
		}, []string{"Skip", "Responder", "Messages", "Revocation"}},
		{"no extractor", verifier, []guard.Option{guard.Extractors()}, []string{"Extractors"}},
		{
			"nil extractors", verifier,
			[]guard.Option{guard.Extractors(nil, guard.ExtractorFunc(nil))},
			[]string{"Extractors[0]", "Extractors[1]"},
		},
		{
			"extractors without names",
			verifier,
			[]guard.Option{
				guard.Extractors(
					guard.Cookie(""),
					guard.InsecureCookie(""),
					guard.Header(""),
					guard.WebSocketProtocol(""),
					guard.InsecureQuery(""),
				),
			},
			[]string{
				"Cookie", "Cookie", "Header", "WebSocketProtocol", "InsecureQuery",
			},
		},
		{
			"a cookie that can't be", verifier,
			[]guard.Option{guard.Extractors(guard.Cookie("a b"), guard.InsecureCookie("a=b"))},
			[]string{"Cookie", "Cookie"},
		},
		{
			"bad trusted origins", verifier,
			[]guard.Option{guard.Extractors(guard.Cookie("s", "app.example", "https://a.example/path"))},
			[]string{"Cookie", "Cookie"},
		},
		{"a header that can't be", verifier, []guard.Option{guard.Extractors(guard.Header("X Token"))}, []string{"Header"}},
		{
			"an origin that no browser sends", verifier,
			[]guard.Option{guard.Extractors(guard.Cookie("s", "https://App.example"))},
			[]string{"Cookie"},
		},
		{"nil policies", verifier, []guard.Option{guard.Policies(nil, nilPolicy)}, []string{"Policies[0]", "Policies[1]"}},
		{
			"revocation without a choice", verifier,
			[]guard.Option{guard.Revocation(revoker(func(context.Context, *core.Session) error { return nil }), 0)},
			[]string{"Revocation"},
		},
		{
			"no resource", verifier,
			[]guard.Option{guard.Metadata(guard.ResourceMetadata{})},
			[]string{"Metadata.Resource"},
		},
		{
			"bad resource", verifier,
			[]guard.Option{guard.Metadata(guard.ResourceMetadata{Resource: "http://api.example"})},
			[]string{"Metadata.Resource"},
		},
		{"bad server", verifier, []guard.Option{guard.Metadata(guard.ResourceMetadata{
			Resource:             "https://api.example",
			AuthorizationServers: []string{"x"},
		})}, []string{"Metadata.AuthorizationServers[0]"}},
		{"nil logger", verifier, []guard.Option{guard.Logger(nil)}, []string{"Logger"}},
		{"nil authenticator", (*noSession)(nil), nil, []string{"authenticator"}},
		{
			"all at once", &core.Contract{},
			[]guard.Option{guard.Realm("é"), guard.Logger(nil)},
			[]string{"Realm", "Logger", "contract"},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			g, err := guard.New(c.source, c.opts...)
			var fields []string
			for _, f := range core.ConfigErrors(err) {
				fields = append(fields, f.Field)
				if f.Kind == "missing" && !strings.Contains(f.Reason, ": ") {
					t.Errorf("no remedy in %q", f.Error())
				}
			}
			if g != nil || strings.Join(fields, "|") != strings.Join(c.fields, "|") {
				t.Fatalf("got %q, want %q: %v", fields, c.fields, err)
			}
			defer func() {
				if text, _ := recover().(string); !strings.HasPrefix(text, "guard.New: auth: ") ||
					!strings.Contains(text, c.fields[len(c.fields)-1]) {
					t.Errorf("Middleware panicked with %q", text)
				}
			}()
			guard.Middleware(c.source, c.opts...)
		})
	}
}

// noSession is an authenticator that is only used as a nil pointer.
type noSession struct{}

func (*noSession) Authenticate(context.Context, core.Credentials) (*core.Session, error) {
	return nil, nil
}

// A nil or zero guard or verifier rejects every request; it does not panic.
func TestZeroGuardAndVerifier(t *testing.T) {
	for name, g := range map[string]*guard.Guard{"nil": nil, "zero": {}} {
		s, rejection := g.Check(t.Context(), get("Authorization", "Bearer x"))
		if s != nil || rejection == nil || rejection.Status != 500 {
			t.Errorf("%s guard: %v %v", name, s, rejection)
		}
		if ctx, rejection := g.Enter(t.Context(), get()); rejection == nil || core.UserID(ctx) != "" {
			t.Errorf("%s guard let a request in", name)
		}
	}
	for name, v := range map[string]*core.Verifier{"nil": nil, "zero": {}} {
		_, err := v.Verify(t.Context(), "x")
		wantCode(t, err, core.CodeUnknownError)
		if _, err = v.VerifyHeader(t.Context(), ""); err == nil {
			t.Errorf("%s verifier", name)
		}
	}
}

func TestGuardAccessors(t *testing.T) {
	v := newVerifier(t, secretRules())
	g, err := guard.New(v)
	if err != nil {
		t.Fatal(err)
	}
	if g.Verifier() != v {
		t.Error("Verifier")
	}
	s, rejection := g.Check(t.Context(), get("Authorization", "Bearer "+hs256(t, nil)))
	if rejection != nil || s.UserID() != "user_1" {
		t.Fatal(s, rejection)
	}
	ctx, rejection := g.Enter(t.Context(), get("Authorization", "Bearer "+hs256(t, nil)))
	if rejection != nil || core.UserID(ctx) != "user_1" {
		t.Fatal(rejection)
	}
}
