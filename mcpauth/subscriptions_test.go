package mcpauth_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/mcpauth"
)

// TestAnswersToSubscriptions: the one request of version 2026-07-28 that subscribes to resources needs the policies
// of all of them, as resources/subscribe does.
func TestAnswersToSubscriptions(t *testing.T) {
	protected, issuer := protectedEcho(t)
	listen := func(notifications string) string {
		return rpc(t, "subscriptions/listen", map[string]any{"notifications": json.RawMessage(notifications)})
	}
	for name, c := range map[string]struct {
		body, scope string
		want        int
	}{
		"without the scope": {listen(`{"resourceSubscriptions":["note://1"]}`), "mcp", 403},
		"one of two":        {listen(`{"resourceSubscriptions":["note://2","note://1"]}`), "mcp", 403},
		"with the scope":    {listen(`{"resourceSubscriptions":["note://2","note://1"]}`), "mcp notes:read", 200},
		"no policy":         {listen(`{"resourceSubscriptions":["note://2"]}`), "mcp", 200},
		"no resources":      {listen(`{"toolsListChanged":true,"resourceSubscriptions":[]}`), "mcp", 200},
		"nothing":           {listen(`null`), "mcp", 200},
		"null":              {listen(`{"resourceSubscriptions":null}`), "mcp", 200},
		"another case":      {listen(`{"ResourceSubscriptions":["note://1"]}`), "mcp", 400},
		"another case outside": {
			rpc(t, "subscriptions/listen", map[string]any{"Notifications": map[string]any{}}), "mcp", 400,
		},
		"twice":              {listen(`{"resourceSubscriptions":[],"resourceSubscriptions":["note://1"]}`), "mcp", 400},
		"no list":            {listen(`{"resourceSubscriptions":"note://1"}`), "mcp", 400},
		"not of strings":     {listen(`{"resourceSubscriptions":[["note://1"]]}`), "mcp", 400},
		"not an object":      {listen(`["note://1"]`), "mcp", 400},
		"params by position": {rpc(t, "subscriptions/listen", []any{"note://1"}), "mcp", 400},
		"in a batch":         {"[" + listen(`{"resourceSubscriptions":["note://1"]}`) + "]", "mcp notes:read", 400},
		"too many": {
			listen(`{"resourceSubscriptions":["a"` + strings.Repeat(`,"a"`, 1000) + `]}`), "mcp", 400,
		},
	} {
		authorization := "Bearer " + issuer.Token(authtest.Claims{"scope": c.scope})
		if w := call(t, protected, post(t, c.body, "Authorization", authorization)); w.Code != c.want {
			t.Errorf("%s, older headers: %d %s, want %d", name, w.Code, w.Body, c.want)
		}
		r := post(t, c.body, "Authorization", authorization,
			"Mcp-Protocol-Version", "2026-07-28", "Mcp-Method", "subscriptions/listen")
		if w := call(t, protected, r); w.Code != c.want {
			t.Errorf("%s: %d %s, want %d", name, w.Code, w.Body, c.want)
		}
	}
}

// TestSubscriptionsAreOperations: For gets each resource.
func TestSubscriptionsAreOperations(t *testing.T) {
	got, ok := mcpauth.Parse([]byte(
		`{"method":"subscriptions/listen","params":{"notifications":{"resourceSubscriptions":["a:1","b:\u0032"]}}}`))
	want := []mcpauth.Operation{
		{Method: "subscriptions/listen"},
		{Method: "resources/subscribe", Name: "a:1"},
		{Method: "resources/subscribe", Name: "b:2"},
	}
	if !ok || !slices.Equal(got, want) {
		t.Errorf("got %v, %t", got, ok)
	}
}
