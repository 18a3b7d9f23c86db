package mcpauth_test

import (
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/policy"
)

var update = flag.Bool("update", false, "write the golden answers")

// TestAnswers compares every answer of the guard with testdata/answers.txt: status,
// header and body.
func TestAnswers(t *testing.T) {
	protected, issuer := protectedEcho(t, guard.Policies(policy.Scope("mcp")),
		guard.Metadata(guard.ResourceMetadata{Resource: "https://api.test/mcp"}))
	token := func(scope string) []string {
		return []string{"Authorization", "Bearer " + issuer.Token(authtest.Claims{"sub": "ada", "scope": scope})}
	}
	modern := func(method, name string, more ...string) []string {
		fields := append(more, "Mcp-Protocol-Version", "2026-07-28", "Mcp-Method", method)
		if name != "" {
			fields = append(fields, "Mcp-Name", name)
		}
		return fields
	}
	all := token("mcp tools notes:delete notes:read prompts")
	list := rpc(t, "tools/list", nil)
	deleting, reading := toolCall(t, "delete_note"), rpc(t, "resources/read", map[string]any{"uri": "note://1"})
	with := func(fields []string, more ...string) []string { return append(slices.Clone(fields), more...) }
	versioned := func(version string) map[string]any {
		return map[string]any{"_meta": map[string]any{"io.modelcontextprotocol/protocolVersion": version}}
	}
	big := `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"x":"` + strings.Repeat("a", 4<<20) + `"}}`

	cases := []struct {
		name   string
		body   string
		fields []string
		change func(*http.Request)
	}{
		{"no token, the first request", rpc(t, "server/discover", nil), modern("server/discover", ""), nil},
		{"no token, a tool: its scopes at once", deleting, modern("tools/call", "delete_note"), nil},
		{"no token, a resource of a template", "", modern("resources/read", "note://private/7"), nil},
		{"no token, a name in Base64", "", modern("tools/call", "=?base64?bMO2c2NoZW4=?="), nil},
		{"no token, an older client", deleting, nil, nil},
		{"no token, a body that can't be read", `{`, nil, nil},
		{"an invalid token", list, []string{"Authorization", "Bearer x.y.z"}, nil},
		{"allowed", list, with(all, modern("tools/list", "")...), nil},
		{"a tool, allowed", deleting, with(all, modern("tools/call", "delete_note")...), nil},
		{"a tool, allowed to an older client", deleting, all, nil},
		{
			"a name in Base64, allowed",
			toolCall(t, "löschen"),
			with(all, modern("tools/call", "=?base64?bMO2c2NoZW4=?=")...), nil,
		},
		{"a notification", `{"jsonrpc":"2.0","method":"notifications/initialized"}`, all, nil},
		{"a response", `{"jsonrpc":"2.0","id":1,"result":{}}`, all, nil},
		{"a batch of an old version", "[" + list + "," + list + "]", all, nil},
		{"a GET", "", all, func(r *http.Request) { r.Method, r.Body, r.ContentLength = "GET", http.NoBody, 0 }},

		{"the guard's scope is missing", list, with(token("tools"), modern("tools/list", "")...), nil},
		{"every scope at once", deleting, with(token("none"), modern("tools/call", "delete_note")...), nil},
		{"every scope at once, an older client", deleting, token("none"), nil},
		{"every scope of the operation", deleting, with(token("mcp"), modern("tools/call", "delete_note")...), nil},
		{"one scope is missing", deleting, with(token("mcp tools"), modern("tools/call", "delete_note")...), nil},
		{"a scope is missing, an older client", deleting, token("mcp tools"), nil},
		{"a role is missing", toolCall(t, "audit"), with(all, modern("tools/call", "audit")...), nil},
		{"a resource", reading, token("mcp"), nil},
		{"a subscription", rpc(t, "resources/subscribe", map[string]any{"uri": "note://1"}), token("mcp"), nil},
		{"a resource of a template", rpc(t, "resources/read", map[string]any{"uri": "note://private/7"}), token("mcp"), nil},
		{"a prompt that is not listed", rpc(t, "prompts/get", map[string]any{"name": "draft"}), all, nil},
		{"one of a batch", "[" + list + "," + deleting + "]", token("mcp tools"), nil},

		{"another method in the header", deleting, with(all, modern("tools/list", "")...), nil},
		{"another method in the header of an older client", deleting, with(all, "Mcp-Method", "tools/list"), nil},
		{"another name in the header", deleting, with(all, modern("tools/call", "list_notes")...), nil},
		{"the name in another case", deleting, with(all, modern("tools/call", "Delete_Note")...), nil},
		{"no method in the header", deleting, with(all, "Mcp-Protocol-Version", "2026-07-28"), nil},
		{"no name in the header", deleting, with(all, modern("tools/call", "")...), nil},
		{
			"two names in the header",
			deleting,
			with(all, modern("tools/call", "list_notes", "Mcp-Name", "delete_note")...), nil,
		},
		{
			"two equal names in the header",
			deleting,
			with(all, modern("tools/call", "delete_note", "Mcp-Name", "delete_note")...), nil,
		},
		{
			"two methods in the header",
			deleting,
			with(all, modern("tools/call", "delete_note", "Mcp-Method", "tools/call")...), nil,
		},
		{"two session ids", list, with(all, "Mcp-Session-Id", "a", "Mcp-Session-Id", "b"), nil},
		{"broken Base64 in the header", deleting, with(all, modern("tools/call", "=?base64?!?=")...), nil},
		{
			"another version in the body",
			rpc(t, "tools/list", versioned("2027-01-01")),
			with(all, modern("tools/list", "")...), nil,
		},
		{
			"a version only in the body",
			rpc(t, "tools/list", versioned("2026-07-28")),
			all, nil,
		},
		{"a batch with headers", "[" + list + "]", with(all, "Mcp-Method", "tools/list"), nil},
		{"a batch of a new version", "[" + list + "]", with(all, "Mcp-Protocol-Version", "2025-06-18"), nil},
		{"an empty batch", "[ ]", all, nil},
		{"a batch that is too long", "[" + strings.Repeat(list+",", 100) + list + "]", all, nil},
		{"a batch of numbers", "[1]", all, nil},
		{"two methods", `{"jsonrpc":"2.0","id":"x","method":"tools/list","method":"tools/call"}`, all, nil},
		{"two methods, one escaped", `{"jsonrpc":"2.0","id":1,"method":"tools/list","\u006dethod":"tools/call"}`, all, nil},
		{
			"two names",
			`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_notes","name":"delete_note"}}`,
			all, nil,
		},
		{"a method in another case", `{"jsonrpc":"2.0","id":1,"method":"tools/list","Method":"tools/call"}`, all, nil},
		{
			"params in Unicode case",
			`{"jsonrpc":"2.0","id":1,"method":"tools/call","param\u017f":{"name":"delete_note"}}`,
			all, nil,
		},
		{
			"a name in another case",
			`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","NAME":"delete_note"}}`,
			all, nil,
		},
		{"a name by position", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":["delete_note"]}`, all, nil},
		{"a name that is a number", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":1}}`, all, nil},
		{"no name", `{"jsonrpc":"2.0","id":1,"method":"tools/call"}`, all, nil},
		{
			"half a surrogate in the name",
			`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"\ud800"}}`,
			all, nil,
		},
		{"a method that is null", `{"jsonrpc":"2.0","id":1,"method":null}`, all, nil},
		{"neither method nor result", `{"jsonrpc":"2.0","id":1}`, all, nil},
		{"two values", list + deleting, all, nil},
		{"not JSON", `{"jsonrpc":`, all, nil},
		{"not UTF-8", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}", all, nil},
		{"empty", "", all, nil},
		{"a string", `"tools/call"`, all, nil},
		{"too large", big, all, nil},
		{"another media type", deleting, all, func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }},
		{"another character set", deleting, all, func(r *http.Request) {
			r.Header.Set("Content-Type", "application/json; charset=utf-16")
		}},
		{"two media types", deleting, all, func(r *http.Request) { r.Header.Add("Content-Type", "application/json") }},
		{"a content encoding", deleting, with(all, "Content-Encoding", "gzip"), nil},
		{"a GET with a body", deleting, all, func(r *http.Request) { r.Method = http.MethodGet }},
		{"another HTTP method is read too", deleting, token("mcp"), func(r *http.Request) { r.Method = http.MethodPut }},
		{"a session id of another origin", list, with(all, "Mcp-Session-Id", "guessed"), nil},
		{"a session id with a forged tag", list, with(all, "Mcp-Session-Id", "guessed.AAAAAAAAAAAAAAAAAAAAAA"), nil},
		{"a session id where there are none", list, with(all, modern("tools/list", "", "Mcp-Session-Id", "any")...), nil},
	}
	var b strings.Builder
	for _, c := range cases {
		r := post(t, c.body, c.fields...)
		if c.change != nil {
			c.change(r)
		}
		fmt.Fprintf(&b, "-- %s --\n%s\n", c.name, printed(call(t, protected, r)))
	}
	const file = "testdata/answers.txt"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	golden, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want, got := strings.Split(string(golden), "-- "), strings.Split(b.String(), "-- ")
	for i := range max(len(want), len(got)) {
		switch {
		case i >= len(want):
			t.Errorf("no golden answer:\n%s", got[i])
		case i >= len(got) || got[i] != want[i]:
			t.Errorf("want:\n%s\ngot:\n%s", want[i], got[min(i, len(got)-1)])
		}
	}
}

// printed writes an answer with the header fields that the guard sets.
func printed(w *httptest.ResponseRecorder) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d\n", w.Code)
	for _, name := range []string{"Cache-Control", "Content-Type", "Www-Authenticate", "Mcp-Session-Id"} {
		for _, value := range w.Header()[name] {
			fmt.Fprintf(&b, "%s: %s\n", name, value)
		}
	}
	return b.String() + "\n" + strings.TrimSuffix(w.Body.String(), "\n")
}
