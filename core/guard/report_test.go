package guard_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/guard"
)

// rejections records the events about rejections.
type rejections struct{ all []event.TokenRejected }

func (r *rejections) observe(_ context.Context, e event.Event) {
	if e, ok := e.(event.TokenRejected); ok {
		r.all = append(r.all, e)
	}
}

// A rejection by the guard is reported like one by the verifier: with contract, key
// and request.
func TestRejectionsAreReportedInFull(t *testing.T) {
	server := newKeyServer(t, publicJWK(rsaKey().Public(), "k1", ""))
	rules := server.Rules()
	rules.Provider = "clerk"
	good := rs256(t, "k1", nil)
	refuse := policyFunc(func(*core.Session) error { return core.CodeForbidden })
	revoked := guard.RevokerFunc(func(context.Context, *core.Session) (bool, error) { return true, nil })
	down := guard.RevokerFunc(func(context.Context, *core.Session) (bool, error) { return false, errors.New("down") })
	tests := []struct {
		name    string
		opts    []guard.Option
		require []core.Policy
		token   string
		code    core.Code
		session bool // the rejection is of a session, or of a token whose key is known
	}{
		{"no token", nil, nil, "", core.CodeTokenMissing, false},
		{"malformed header", nil, nil, "a b", core.CodeInvalidRequest, false},
		{"expired", nil, nil, rs256(t, "k1", map[string]any{"exp": 1}), core.CodeTokenExpired, true},
		{"policy", []guard.Option{guard.Policies(refuse)}, nil, good, core.CodeForbidden, true},
		{"revoked", []guard.Option{guard.Revocation(revoked, guard.FailOpen)}, nil, good, core.CodeTokenRevoked, true},
		{
			"revocation down",
			[]guard.Option{guard.Revocation(down, guard.FailClosed)},
			nil, good,
			core.CodeRevocationUnavailable, true,
		},
		{"Require", nil, []core.Policy{refuse}, good, core.CodeForbidden, true},
		{
			"Require of an anonymous request",
			[]guard.Option{guard.Optional()},
			[]core.Policy{refuse},
			"",
			core.CodeTokenMissing, false,
		},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			var seen rejections
			g, err := guard.New(newVerifier(t, rules, core.WithObserver(seen.observe)), c.opts...)
			if err != nil {
				t.Fatal(err)
			}
			next := http.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the handler ran") }))
			if c.require != nil {
				next = guard.Require(c.require...).Handler(next)
			}
			r := request(http.MethodGet, "/things?token=x", "X-Request-Id", "r1")
			if c.token != "" {
				r.Header.Set("Authorization", "Bearer "+c.token)
			}
			g.Handler(next).ServeHTTP(httptest.NewRecorder(), r)
			if len(seen.all) != 1 {
				t.Fatalf("%d events, want 1: %v", len(seen.all), seen.all)
			}
			e := seen.all[0]
			if e.Code != string(c.code) || e.Detail == "" || e.Method != http.MethodGet || e.Path != "/things" ||
				e.RequestID != "r1" ||
				core.CodeOf(e.Err) != c.code {
				t.Errorf("got %+v", e)
			}
			known := e.Provider == "clerk" && e.Issuer == kitIssuer && e.KeyID == "k1"
			unknown := e.Provider == "" && e.Issuer == "" && e.KeyID == ""
			if c.session && !known || !c.session && !unknown {
				t.Errorf("provider %q, issuer %q, kid %q", e.Provider, e.Issuer, e.KeyID)
			}
		})
	}
}

// Recheck has no request, but it knows the session.
func TestRecheckReportsTheSession(t *testing.T) {
	var seen rejections
	clock := newClock()
	rules := secretRules()
	rules.Provider = "clerk"
	isRevoked := false
	g, err := guard.New(
		newVerifier(t, rules, core.WithObserver(seen.observe), core.WithClock(clock)),
		guard.Revocation(
			guard.RevokerFunc(func(context.Context, *core.Session) (bool, error) { return isRevoked, nil }),
			guard.FailClosed,
		),
	)
	if err != nil {
		t.Fatal(err)
	}
	ctx, rejection := g.Enter(t.Context(), get("Authorization", "Bearer "+hs256(t, nil)))
	if rejection != nil {
		t.Fatal(rejection.Err)
	}
	isRevoked = true
	wantCode(t, guard.Recheck(ctx), core.CodeTokenRevoked)
	clock.Advance(2 * time.Hour)
	wantCode(t, guard.Recheck(ctx), core.CodeTokenExpired)
	if len(seen.all) != 2 {
		t.Fatalf("%d events, want 2", len(seen.all))
	}
	for _, e := range seen.all {
		if e.Provider != "clerk" || e.Issuer != kitIssuer || e.Path != "" {
			t.Errorf("got %+v", e)
		}
	}
}

type spanKey struct{}

// spans adds the span id of the context, as OpenTelemetry's handler does.
type spans struct{ slog.Handler }

func (h spans) Handle(ctx context.Context, r slog.Record) error {
	if id, ok := ctx.Value(spanKey{}).(string); ok {
		r.AddAttrs(slog.String("span", id))
	}
	return h.Handler.Handle(ctx, r)
}

// lineLogger writes lines without a time.
func lineLogger(out *bytes.Buffer, level slog.Level) *slog.Logger {
	return slog.New(spans{slog.NewTextHandler(out, &slog.HandlerOptions{
		Level: level,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey || a.Key == "since" {
				return slog.Attr{}
			}
			return a
		},
	})})
}

// apiKeys is an authenticator that does not report its rejections.
type apiKeys struct{}

func (apiKeys) Authenticate(_ context.Context, c core.Credentials) (*core.Session, error) {
	if c.Token == "broken" {
		return nil, errors.New("the database is down")
	}
	return nil, &core.Error{Code: core.CodeInvalidSignature, Detail: "the key is not known"}
}

// One rejected request is one log line with the reason, for every kind of
// authenticator.
func TestOneRejectionIsOneLine(t *testing.T) {
	const sum = `level=INFO msg="auth: requests rejected" total=1 codes.`
	const request1 = ` last.method=GET last.path=/things last.request_id=r1 span=s1`
	rejected := func(code, detail string) string {
		return sum + code + `=1 last.code=` + code + ` last.detail="` + detail + `"` + request1
	}
	missing := func(found string) string {
		return rejected("TOKEN_MISSING", "the request carries no token: "+found)
	}
	for _, c := range []struct {
		name          string
		authorization []string
		custom        bool
		want          string
	}{
		{"no header", nil, false, missing("the Authorization header is missing")},
		{"empty header", []string{""}, false, missing("the Authorization header is empty")},
		{"blank header", []string{" "}, false, missing("the Authorization header is empty")},
		{
			"another scheme",
			[]string{"Basic dXNlcjpwdw=="},
			false,
			missing("the Authorization header has the scheme Basic, expected Bearer"),
		},
		{
			"unknown scheme",
			[]string{"Foo bar"},
			false,
			missing("the Authorization header has a scheme that is not known, expected Bearer"),
		},
		{
			"no scheme",
			[]string{"a.b.c"},
			false,
			missing("the Authorization header is one word without a scheme, expected Bearer and a token"),
		},
		{
			"no token",
			[]string{"Bearer"},
			false,
			rejected("INVALID_REQUEST", "the Authorization header has the scheme Bearer and no token"),
		},
		{
			"wrong audience",
			[]string{"Bearer " + hs256(t, map[string]any{"aud": "x"})},
			false,
			sum + `AUDIENCE_MISMATCH=1 last.code=AUDIENCE_MISMATCH last.detail="aud is \"x\", expected api" ` +
				`last.provider=custom last.issuer=https://id.example.com` + request1,
		},
		{"custom, no header", nil, true, missing("the Authorization header is missing")},
		{
			"custom, refused",
			[]string{"Bearer key"},
			true,
			rejected("INVALID_SIGNATURE", "the key is not known"),
		},
		{
			"custom, failing",
			[]string{"Bearer broken"},
			true,
			rejected("UNKNOWN_ERROR", "the authenticator failed: the database is down"),
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var log bytes.Buffer
			logger := lineLogger(&log, slog.LevelInfo)
			var source core.Authenticator = newVerifier(t, secretRules(), core.WithLogger(logger))
			if c.custom {
				source = apiKeys{}
			}
			g, err := guard.New(source, guard.Logger(logger))
			if err != nil {
				t.Fatal(err)
			}
			r := request(http.MethodGet, "/things?token=x", "X-Request-Id", "r1")
			if c.authorization != nil {
				r.Header["Authorization"] = c.authorization
			}
			ctx := context.WithValue(t.Context(), spanKey{}, "s1")
			for range 20 { // more within the interval are not logged
				_, _ = g.Check(ctx, guard.HTTPRequest(r))
			}
			code, _, _ := strings.Cut(strings.TrimPrefix(c.want, sum), "=")
			want := strings.Replace(c.want, " span=s1", " help="+core.Code(code).DocURL()+" span=s1", 1)
			if got := strings.TrimSpace(log.String()); got != want {
				t.Errorf("logged\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// FirstOf reports for authenticators that do not report themselves.
func TestFirstOfReportsForOthers(t *testing.T) {
	var seen rejections
	v := newVerifier(t, secretRules(), core.WithObserver(seen.observe))
	g, err := guard.New(core.FirstOf(v, apiKeys{}))
	if err != nil {
		t.Fatal(err)
	}
	for token, code := range map[string]core.Code{
		"key":                               core.CodeInvalidSignature,
		"broken":                            core.CodeUnknownError,
		hs256(t, map[string]any{"exp": 1}):  core.CodeTokenExpired,
		hs256(t, map[string]any{"iss": ""}): core.CodeInvalidSignature,
	} {
		seen.all = nil
		_, rejection := g.Check(t.Context(), get("Authorization", "Bearer "+token))
		if rejection == nil || len(seen.all) != 1 || seen.all[0].Code != string(code) || seen.all[0].Path != "/things" {
			t.Errorf("%s: got %v, events %+v", code, rejection, seen.all)
		}
	}
}

// A middleware's id takes precedence over the client's.
func TestRequestIDOfAMiddleware(t *testing.T) {
	var seen rejections
	h := guard.Middleware(newVerifier(t, secretRules(), core.WithObserver(seen.observe)))(http.NotFoundHandler())
	w := httptest.NewRecorder()
	w.Header().Set("X-Request-Id", "made")
	h.ServeHTTP(w, request(http.MethodGet, "/things", "X-Request-Id", "sent"))
	if len(seen.all) != 1 || seen.all[0].RequestID != "made" {
		t.Errorf("got %+v", seen.all)
	}
}
