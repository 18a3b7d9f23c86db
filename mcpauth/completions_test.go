package mcpauth_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/mcpauth"
)

// TestAnswersToCompletions: what a server suggests as arguments of a prompt is for those who may use the prompt.
func TestAnswersToCompletions(t *testing.T) {
	protected, issuer := protectedEcho(t)
	complete := func(ref string) string {
		return rpc(t, "completion/complete", map[string]any{
			"ref": json.RawMessage(ref), "argument": map[string]any{"name": "customer", "value": "a"},
		})
	}
	for name, c := range map[string]struct {
		body, scope string
		want        int
	}{
		"without the scope":  {complete(`{"type":"ref/prompt","name":"summary"}`), "mcp", 403},
		"with the scope":     {complete(`{"type":"ref/prompt","name":"summary"}`), "mcp prompts", 200},
		"another prompt":     {complete(`{"type":"ref/prompt","name":"letter"}`), "mcp prompts", 403},
		"a resource":         {complete(`{"type":"ref/resource","uri":"note://{id}"}`), "mcp", 200},
		"in a batch":         {"[" + complete(`{"type":"ref/prompt","name":"summary"}`) + "]", "mcp prompts", 200},
		"nothing":            {complete(`null`), "mcp", 200},
		"another case":       {complete(`{"type":"ref/resource","Type":"ref/prompt","name":"summary"}`), "mcp", 400},
		"no type":            {complete(`{"name":"summary"}`), "mcp", 400},
		"no name":            {complete(`{"type":"ref/prompt"}`), "mcp", 400},
		"a type twice":       {complete(`{"type":"ref/prompt","type":"ref/resource","name":"summary"}`), "mcp", 400},
		"not an object":      {complete(`["ref/prompt","summary"]`), "mcp", 400},
		"params by position": {rpc(t, "completion/complete", []any{"ref/prompt"}), "mcp", 400},
	} {
		r := post(t, c.body, "Authorization", "Bearer "+issuer.Token(authtest.Claims{"scope": c.scope}))
		if w := call(t, protected, r); w.Code != c.want {
			t.Errorf("%s: %d %s, want %d", name, w.Code, w.Body, c.want)
		}
	}
	got, _ := mcpauth.Parse([]byte(complete(`{"type":"ref/prompt","name":"summary"}`)))
	if !slices.Equal(got, []mcpauth.Operation{{Method: "completion/complete"}, {Method: "prompts/get", Name: "summary"}}) {
		t.Errorf("got %v", got)
	}
}
