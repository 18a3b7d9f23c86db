package rpctest_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/connectauth"
	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/internal/rpctest"
)

// TestWire records what connectauth sends for each form of request: an error of the
// request's protocol, or the answer of package guard if it is not a call.
func TestWire(t *testing.T) {
	source := authenticator(func(_ context.Context, c core.Credentials) (*core.Session, error) {
		return nil, &core.Error{Code: core.Code(c.Token)}
	})
	g := guard.Must("rpctest", source, guard.Realm("api"))
	service := new(rpctest.Service)
	address := serveHTTP(t, connectauth.Guard(g)(service.Handler()), nil)
	client := httpClient(t, nil)
	const call, page = true, false
	version := []string{"Connect-Protocol-Version", "1"}
	codes := []core.Code{core.CodeTokenExpired, core.CodeForbidden, core.CodeKeysUnavailable, core.CodeInvalidRequest}
	var text strings.Builder
	text.WriteString("What connectauth sends, by the form of the request.\nWritten by: go test . -run TestWire -update\n")
	for _, form := range []struct {
		name, method, path string
		isCall             bool
		fields             []string
	}{
		{"Connect", "POST", rpctest.Unary, call, append(version, "Content-Type", "application/proto")},
		{"Connect, JSON, curl", "POST", rpctest.Unary, call, []string{"Content-Type", "application/json"}},
		{"Connect, another codec", "POST", rpctest.Unary, call, append(version, "Content-Type", "application/x")},
		{"Connect, GET", "GET", rpctest.Unary + "?connect=v1&encoding=json&message=%22%22", call, nil},
		{"Connect, stream", "POST", rpctest.Bidi, call, []string{"Content-Type", "application/connect+proto"}},
		{"gRPC", "POST", rpctest.Unary, call, []string{"Content-Type", "application/grpc+proto", "TE", "trailers"}},
		{"gRPC-Web", "POST", rpctest.Unary, call, []string{"Content-Type", "application/grpc-web+proto"}},
		{"a page", "GET", "/", page, nil},
		{"a form", "POST", "/", page, []string{"Content-Type", "application/x-www-form-urlencoded"}},
		{"an upload", "PUT", "/", page, []string{"Content-Type", "application/json"}},
		{"a request without a type", "POST", "/", page, nil},
		{"another type", "POST", "/", page, []string{"Content-Type", "application/xml"}},
		{"a preflight", "OPTIONS", rpctest.Unary, page, nil},
	} {
		for _, code := range codes {
			r, err := http.NewRequestWithContext(t.Context(), form.method, "http://"+address+form.path, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			addFields(r.Header, append(bearer(string(code)), form.fields...))
			answer, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(answer.Body)
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
			plain := strings.Contains(string(body), `"code":"`+string(code)+`"`)
			if plain == form.isCall {
				t.Errorf("%s: got %q", form.name, body)
			}
			if code == core.CodeTokenExpired || form.isCall {
				fmt.Fprintf(&text, "-- %s, %s --\n%d\n%s%s%q\n", form.name, code, answer.StatusCode,
					fieldsOf(answer.Header, ""), fieldsOf(answer.Trailer, "trailer "), body)
			}
		}
	}
	if n := service.Calls.Load(); n != 0 {
		t.Errorf("the handlers ran %d times", n)
	}
	compareRecorded(t, "testdata/wire.txtar", text.String())
}

func fieldsOf(h http.Header, prefix string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(h)) {
		if name != "Date" && name != "Content-Length" {
			fmt.Fprintf(&b, "%s%s: %s\n", prefix, strings.ToLower(name), strings.Join(h[name], " | "))
		}
	}
	return b.String()
}

// TestRequest: the guard sees a call's procedure and host, as its log lines need.
func TestRequest(t *testing.T) {
	var method, path, host string
	note := func(r guard.Request, _ *core.Error) string {
		method, path, host = r.Method(), r.Path(), r.Host()
		return ""
	}
	g := guard.Must("rpctest", authtest.NewIssuer(t).Contract(), guard.Messages(note))
	endpoints, _ := startEndpoints(t, g)
	for _, e := range endpoints {
		for _, procedure := range procedures {
			if o := e.call(t.Context(), procedure, nil, ""); o.code != 16 {
				t.Errorf("%s: %s", e.name, o)
			}
			if method == "" || path != procedure || !strings.HasPrefix(host, "127.0.0.1:") {
				t.Errorf("%s: the guard saw %s %s on %s", e.name, method, path, host)
			}
		}
	}
}
