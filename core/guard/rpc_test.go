package guard_test

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// TestRPCStatus names the google.rpc.Code of every code.
func TestRPCStatus(t *testing.T) {
	const unauthenticated = 16
	others := map[core.Code]uint32{
		core.CodeInvalidRequest:        3,
		core.CodeInsufficientScope:     7,
		core.CodeForbidden:             7,
		core.CodeKeysUnavailable:       14,
		core.CodeRevocationUnavailable: 14,
		core.CodeNetworkError:          14,
		"INTROSPECTION_UNAVAILABLE":    14,
		"API_KEYS_UNAVAILABLE":         14,
		core.CodeRequestCanceled:       1,
		core.CodeUnknownError:          13,
		"":                             0,
	}
	for _, code := range append(allCodes(), core.CodeNetworkError, "", "A_PROGRAMS_OWN_CODE") {
		want, ok := others[code]
		if !ok {
			want = unauthenticated
		}
		if got := code.RPCStatus(); got != want {
			t.Errorf("%q: got %d, want %d", code, got, want)
		}
	}
}

// TestRPC: an RPC client gets what an HTTP client gets, without what describes the
// body or belongs to its protocol.
func TestRPC(t *testing.T) {
	renderer, err := guard.NewRenderer(
		guard.Realm("api"),
		guard.Messages(func(guard.Request, *core.Error) string { return "no entry" }),
		guard.Responder(func(_ guard.Request, r *guard.Rejection) {
			r.Status = 404
			r.Header.Set("X-Trace", "7")
			r.Header.Set("Grpc-Status", "0")
			r.Header.Set("Connect-Protocol-Version", "2")
		}),
	)
	if err != nil {
		t.Fatal(err)
	}
	got := renderer.Render(nil, &core.Error{Code: core.CodeForbidden, Detail: "secret"}).RPC()
	const challenge = `Bearer realm="api", error="insufficient_scope"`
	if got.Code != 7 || got.Message != "no entry" || got.Reason != "FORBIDDEN" || got.RetryAfter != 0 ||
		got.Info["www-authenticate"] != challenge || got.Metadata.Get("Www-Authenticate") != challenge {
		t.Errorf("got %+v", got)
	}
	names := slices.Sorted(maps.Keys(got.Metadata))
	if !slices.Equal(names, []string{"Cache-Control", "Www-Authenticate", "X-Trace"}) {
		t.Errorf("metadata %q", names)
	}
	outage := &core.Error{Code: core.CodeKeysUnavailable, RetryAfter: 1500 * time.Millisecond}
	down := new(guard.Renderer).Render(nil, outage).RPC()
	if down.RetryAfter != 2*time.Second || down.Metadata.Get("Retry-After") != "2" || down.Info != nil {
		t.Errorf("got %+v", down)
	}
	other := new(guard.Renderer).Render(nil, errors.New("secret")).RPC()
	if other.Code != 13 || other.Message == "secret" {
		t.Errorf("got %+v", other)
	}
}
