package rpctest_test

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"google.golang.org/grpc"

	"github.com/revstackhq/auth-go/connectauth"
	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/grpcauth"
	"github.com/revstackhq/auth-go/internal/rpctest"
)

// TestHostileMetadata: whatever the metadata holds, no handler runs and the server goes
// on.
func TestHostileMetadata(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	good := issuer.Token(nil)
	endpoints, service := startEndpoints(t, guard.Must("rpctest", issuer.Contract()))
	many := []string{}
	for n := range 2000 {
		many = append(many, "x-filler-"+strconv.Itoa(n), "v")
	}
	for name, c := range map[string]struct {
		fields []string
		want   core.Code
	}{
		"the header in two spellings": {
			[]string{"Authorization", "Bearer " + good, "authorization", "Bearer " + good}, core.CodeInvalidRequest,
		},
		"two tokens in one value": {bearer(good + ", Bearer " + good), core.CodeInvalidRequest},
		"a second, empty value":   {append(bearer(good), "authorization", ""), core.CodeInvalidRequest},
		"another scheme":          {[]string{"authorization", "Basic dXNlcjpwYXNz"}, core.CodeTokenMissing},
		"a scheme alone":          {[]string{"authorization", "Bearer"}, core.CodeInvalidRequest},
		"an empty value":          {[]string{"authorization", ""}, core.CodeTokenMissing},
		"a binary field":          {[]string{"authorization-bin", "Bearer"}, core.CodeTokenMissing},
		"a cookie":                {[]string{"cookie", "__session=" + good}, core.CodeTokenMissing},
		"a huge token":            {bearer(good + strings.Repeat("a", 500_000)), core.CodeTokenTooLarge},
		"many fields":             {many, core.CodeTokenMissing},
		"a proxy's field":         {[]string{"x-forwarded-user", "admin"}, core.CodeTokenMissing},
	} {
		for _, e := range endpoints {
			if o := e.call(t.Context(), rpctest.Unary, c.fields, "hello"); o.reason() != string(c.want) {
				t.Errorf("%s, %s: got %s, want %s", name, e.name, o, c.want)
			}
		}
	}
	for _, e := range endpoints { // grpc-go does not send such bytes; net/http does
		if _, ok := e.client.(connectClient); ok {
			o := e.call(t.Context(), rpctest.Bidi, bearer("\xff\xfe"+good), "hello")
			if o.reason() != string(core.CodeInvalidRequest) {
				t.Errorf("bytes that are not ASCII, %s: got %s", e.name, o)
			}
		}
	}
	if n := service.Calls.Load(); n != 0 {
		t.Errorf("the handlers ran %d times", n)
	}
	for _, e := range endpoints {
		if o := e.call(t.Context(), rpctest.Unary, bearer(good), "hello"); o.code != 0 {
			t.Errorf("afterwards, %s: %s", e.name, o)
		}
	}
}

// TestCredentials: DPoP proofs, the URL that they cover, and client certificates reach
// an authenticator.
func TestCredentials(t *testing.T) {
	var got core.Credentials
	source := authenticator(func(_ context.Context, c core.Credentials) (*core.Session, error) {
		got = c
		return authtest.Session("user_1", nil), nil
	})
	g := guard.Must("rpctest", source, guard.Extractors(guard.DPoP()))
	endpoints, _ := startEndpoints(t, g)
	fields := []string{"authorization", "DPoP token", "dpop", "proof"}
	for _, e := range endpoints {
		for _, procedure := range procedures {
			got = core.Credentials{}
			if o := e.call(t.Context(), procedure, fields, "hello"); o.code != 0 {
				t.Fatalf("%s: %s", e.name, o)
			}
			encrypted := strings.HasSuffix(e.name, "TLS")
			scheme := map[bool]string{true: "https://127.0.0.1:", false: "http://127.0.0.1:"}[encrypted]
			method := "POST"
			if strings.Contains(e.name, "GET") && procedure == rpctest.Unary {
				method = "GET"
			}
			if got.Token != "token" || got.Scheme != "DPoP" || got.Proof != "proof" || got.Method != method ||
				!strings.HasPrefix(got.URL, scheme) || !strings.HasSuffix(got.URL, procedure) ||
				(got.PeerCertificate != nil) != encrypted {
				t.Errorf("%s, %s: got %s %s %q %q, certificate %t", e.name, procedure,
					got.Method, got.URL, got.Scheme, got.Proof, got.PeerCertificate != nil)
			}
		}
		if o := e.call(t.Context(), rpctest.Unary, append(fields, "dpop", "proof"), ""); o.reason() != "INVALID_REQUEST" {
			t.Errorf("%s: two proofs: %s", e.name, o)
		}
	}
}

// TestTap: the server does not read the message of a call that the tap handle rejects,
// and reads it before an interceptor can reject it.
func TestTap(t *testing.T) {
	g := guard.Must("rpctest", authtest.NewIssuer(t).Contract())
	for name, c := range map[string]struct {
		opts []grpc.ServerOption
		want int64
	}{
		"with the tap handle":    {grpcauth.Guard(g), 0},
		"with interceptors only": {[]grpc.ServerOption{grpc.UnaryInterceptor(grpcauth.Unary(g))}, 1},
	} {
		service := new(rpctest.Service)
		client := newGRPCClient(t, serveGRPC(t, service, c.opts...), nil)
		if o := client.call(t.Context(), rpctest.Unary, nil, "hello"); o.reason() != string(core.CodeTokenMissing) {
			t.Errorf("%s: %s", name, o)
		}
		if n := service.Messages.Load(); n != c.want {
			t.Errorf("%s: the server read %d messages, want %d", name, n, c.want)
		}
	}
}

// TestTapAlone: without the interceptors nobody is signed in.
func TestTapAlone(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	g := guard.Must("rpctest", issuer.Contract())
	client := newGRPCClient(t, serveGRPC(t, new(rpctest.Service), grpc.InTapHandle(grpcauth.Tap(g))), nil)
	for range 2 { // the second time, the tap handle has the keys
		o := client.call(t.Context(), rpctest.Unary, bearer(issuer.Token(nil)), "hello")
		if len(o.replies) != 1 || o.replies[0] != ": hello" {
			t.Errorf("got %s", o)
		}
	}
}

// TestOutage: an issuer that is down is not the client's fault, in any protocol.
func TestOutage(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	issuer.Unavailable(true)
	endpoints, _ := startEndpoints(t, guard.Must("rpctest", issuer.Contract()))
	for _, e := range endpoints {
		o := e.call(t.Context(), rpctest.Unary, bearer(issuer.Token(nil)), "hello")
		if o.code != 14 || o.reason() != string(core.CodeKeysUnavailable) || len(o.details) != 2 {
			t.Errorf("%s: got %s", e.name, o)
		}
	}
}

// TestRequire: the middleware of a handler answers in the caller's protocol too.
func TestRequire(t *testing.T) {
	h := connectauth.Require()(new(rpctest.Service).Handler())
	address := serveHTTP(t, h, nil)
	o := connectClient{http: httpClient(t, nil), url: "http://" + address}.call(t.Context(), rpctest.Unary, nil, "")
	if o.code != 13 || o.reason() != string(core.CodeUnknownError) {
		t.Errorf("without a guard: %s", o)
	}
}
