package rpctest_test

import (
	"context"
	"errors"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/policy"
	"github.com/revstackhq/auth-go/internal/rpctest"
)

var procedures = []string{rpctest.Unary, rpctest.ServerStream, rpctest.Bidi}

const answersFile = "testdata/answers.txtar"

var update = flag.Bool("update", false, "write "+answersFile)

// scenario is a call, and how the guard judges it.
type scenario struct {
	name   string
	source core.Authenticator // a verifier of the issuer if nil
	opts   []guard.Option
	fields []string // the call's metadata
	want   core.Code
	// tapped says that grpcauth's tap handle rejects the call, or that it may.
	tapped, mayBeTapped bool
}

type authenticator func(context.Context, core.Credentials) (*core.Session, error)

func (f authenticator) Authenticate(ctx context.Context, c core.Credentials) (*core.Session, error) {
	return f(ctx, c)
}

// failing is an authenticator that returns an error.
func failing(err error) core.Authenticator {
	return authenticator(func(context.Context, core.Credentials) (*core.Session, error) { return nil, err })
}

func bearer(token string) []string { return []string{"authorization", "Bearer " + token} }

// scenarios are calls for every code.
func scenarios(issuer *authtest.Issuer) []scenario {
	good := issuer.Token(nil)
	revoker := func(revoked bool, err error) guard.Option {
		check := func(context.Context, *core.Session) (bool, error) { return revoked, err }
		return guard.Revocation(guard.RevokerFunc(check), guard.FailClosed)
	}
	everywhere := func(p core.Policy) []guard.Option { return []guard.Option{guard.Procedure("/rpctest.v1.Who/*", p)} }
	parties := issuer.Contract(func(r *core.Rules) { r.AuthorizedParties = []string{"https://app.example"} })
	all := []scenario{
		{name: "good token", fields: bearer(good)},
		{name: "no token", want: core.CodeTokenMissing, tapped: true},
		{
			name:   "no token, with a realm and a language",
			opts:   []guard.Option{guard.Realm("api"), guard.Messages(german)},
			want:   core.CodeTokenMissing,
			tapped: true,
		},
		{name: "no token, optional", opts: []guard.Option{guard.Optional()}},
		{name: "no token, skipped", opts: []guard.Option{guard.SkipPaths("/rpctest.v1.Who/*")}},
		{
			name:   "two tokens",
			fields: append(bearer(good), bearer(good)...),
			want:   core.CodeInvalidRequest,
			tapped: true,
		},
		{name: "not one token", fields: bearer("a b"), want: core.CodeInvalidRequest, tapped: true},
		{name: "huge token", fields: bearer(strings.Repeat("a", 100_000)), want: core.CodeTokenTooLarge, tapped: true},
		{
			name:   "party",
			source: parties,
			fields: bearer(issuer.Token(authtest.Claims{"azp": "https://evil.example"})),
			want:   core.CodePartyMismatch, mayBeTapped: true,
		},
		{
			name:   "keys unavailable",
			source: failing(&core.Error{Code: core.CodeKeysUnavailable, RetryAfter: 7 * time.Second}),
			fields: bearer(good),
			want:   core.CodeKeysUnavailable,
		},
		{
			name:   "proof",
			source: failing(&core.Error{Code: core.CodeInvalidProof, Detail: "secret"}),
			fields: bearer(good),
			want:   core.CodeInvalidProof,
		},
		{name: "failure", source: failing(errors.New("secret")), fields: bearer(good), want: core.CodeUnknownError},
		{
			name:   "canceled",
			source: failing(&core.Error{Code: core.CodeRequestCanceled}),
			fields: bearer(good),
			want:   core.CodeRequestCanceled,
		},
		{name: "revoked", opts: []guard.Option{revoker(true, nil)}, fields: bearer(good), want: core.CodeTokenRevoked},
		{
			name:   "revocation unavailable",
			opts:   []guard.Option{revoker(false, errors.New("down"))},
			fields: bearer(good),
			want:   core.CodeRevocationUnavailable,
		},
		{name: "scope", opts: everywhere(policy.Scope("who")), fields: bearer(good), want: core.CodeInsufficientScope},
		{name: "role", opts: everywhere(policy.Role("admin")), fields: bearer(good), want: core.CodeForbidden},
		{
			name: "no token for a procedure that needs one",
			opts: append(everywhere(policy.Scope("who")), guard.Optional()),
			want: core.CodeTokenMissing,
		},
		{
			name:   "sign-in too old",
			opts:   everywhere(policy.FreshWithin(10 * time.Minute)),
			fields: bearer(good),
			want:   core.CodeReauthenticationRequired,
		},
	}
	seen := map[core.Code]bool{}
	for _, bad := range issuer.Bad(issuer.Contract(), good) {
		if bad.Sendable() && !seen[bad.Code] {
			seen[bad.Code] = true
			all = append(all, scenario{
				name: "a token with " + bad.Name, fields: bearer(bad.Token), want: bad.Code, mayBeTapped: true,
			})
		}
	}
	return all
}

func german(_ guard.Request, err *core.Error) string {
	if err.Code == core.CodeTokenMissing {
		return "Bitte melden Sie sich an. 100 % nötig"
	}
	return ""
}

// TestAnswers makes every call at every endpoint, and compares the outcome with the
// recorded one. The endpoints must agree, except that a tap handle has no trailer.
func TestAnswers(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	var text strings.Builder
	text.WriteString("What RPC clients see, in every protocol.\nWritten by: go test . -run TestAnswers -update\n")
	covered := map[core.Code]bool{}
	for _, s := range scenarios(issuer) {
		covered[s.want] = true
		if s.source == nil {
			s.source = issuer.Contract()
		}
		g, err := guard.New(s.source, s.opts...)
		if err != nil {
			t.Fatal(err)
		}
		if v := g.Verifier(); v != nil { // the tap handle decides only with keys in memory
			if err := v.Ready(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		endpoints, service := startEndpoints(t, g)
		recorded := map[string]string{}
		for _, procedure := range procedures {
			for _, e := range endpoints {
				o := e.call(t.Context(), procedure, s.fields, "hello")
				got := o.String()
				if recorded[procedure] == "" { // the first endpoint has the metadata
					recorded[procedure] = got
				}
				want := recorded[procedure]
				if e.tap && (s.tapped || s.mayBeTapped && o.metadata.Get("Cache-Control") == "") {
					want = withoutMetadata(want)
				}
				if got != want || o.code != s.want.RPCStatus() || o.reason() != string(s.want) {
					t.Errorf("%s, %s, %s: got\n%s\nwant\n%s", s.name, procedure, e.name, got, want)
				}
			}
			if s.want != "" && recorded[procedure] != recorded[rpctest.Unary] {
				t.Errorf("%s: %s is not rejected like %s", s.name, procedure, rpctest.Unary)
			}
			if s.want == "" {
				text.WriteString("-- " + s.name + ", " + procedure + " --\n" + recorded[procedure])
			}
		}
		if s.want != "" {
			text.WriteString("-- " + s.name + " --\n" + recorded[rpctest.Unary])
		}
		if n := service.Calls.Load(); (n == 0) != (s.want != "") {
			t.Errorf("%s: the handlers ran %d times", s.name, n)
		}
	}
	for _, code := range allCodes {
		if !covered[code] {
			t.Errorf("no scenario has the code %s", code)
		}
	}
	compareRecorded(t, answersFile, text.String())
}

var allCodes = []core.Code{
	core.CodeInvalidRequest, core.CodeTokenMissing, core.CodeTokenTooLarge, core.CodeInvalidFormat,
	core.CodeAlgorithmNotAllowed, core.CodeIssuerMismatch, core.CodeKeysUnavailable, core.CodeUnknownKey,
	core.CodeInvalidSignature, core.CodeTokenExpired, core.CodeTokenNotActive, core.CodeAudienceMismatch,
	core.CodePartyMismatch, core.CodeInvalidProof, core.CodeMissingClaim, core.CodeClaimMismatch,
	core.CodeRevocationUnavailable, core.CodeTokenRevoked, core.CodeInsufficientScope, core.CodeForbidden,
	core.CodeReauthenticationRequired, core.CodeUnknownError, core.CodeRequestCanceled,
}

func withoutMetadata(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if name, _, _ := strings.Cut(line, ": "); name != "cache-control" && name != "www-authenticate" {
			b.WriteString(line)
		}
	}
	return b.String()
}

// compareRecorded compares text with a file, or writes it with -update.
func compareRecorded(t *testing.T, file, text string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	recorded, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(recorded) != text {
		t.Errorf("%s differs from the answers: run with -update and read the difference", file)
	}
}
