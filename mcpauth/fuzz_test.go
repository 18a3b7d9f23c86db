package mcpauth_test

import (
	"encoding/json"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/revstackhq/auth-go/mcpauth"
)

// FuzzBody: in every body that the guard accepts, encoding/json (which ignores case and
// takes the last of two members) and the SDK read the method and the name that the guard
// has read.
func FuzzBody(f *testing.F) {
	for _, seed := range []string{
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":{"name":"b"}}}`,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","Name":"b"}}`,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","method":"tools/list","params":{"name":"a"}}`,
		`{"jsonrpc":"2.0","id":"\u0031","\u006dethod":"resources/read","params":{"uri":"x:\/\/y","_meta":{}}}`,
		`[{"jsonrpc":"2.0","method":"ping"},{"jsonrpc":"2.0","id":2,"result":{}}]`,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"\ud83d\ude00"}}`,
		`{"method" : "prompts/get" , "params":{"name":"a" , "x":[1,{"]":"}"}]}} `,
		`{"a":-1.5e3,"b":true,"c":null,"d":"\\\"","method":"x","params":null}`,
		`{"method":"subscriptions/listen","params":{"notifications":{"resourceSubscriptions":["a:b","\u0063"]}}}`,
		`{"method":"subscriptions/listen","params":{"notifications":{"ResourceSubscriptions":["a"]}}}`,
		`{"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"a"},"argument":{"name":"b"}}}`,
		`{"method":"completion/complete","params":{"ref":{"type":"ref/resource","uri":"a:{b}","name":""}}}`,
		`{"method":"x","params":{"":{}}}`,
		`[]`, `{}`, `[[]]`, `"x"`, "\ufeff{}", `{"method":"x"}{"method":"y"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		ops, ok := mcpauth.Parse(body)
		if !ok {
			return
		}
		var messages []json.RawMessage
		if json.Unmarshal(body, &messages) != nil {
			messages = []json.RawMessage{body}
		}
		i := 0
		for _, m := range messages {
			var read struct {
				Method string
				Params json.RawMessage
			}
			if err := json.Unmarshal(m, &read); err != nil {
				t.Fatalf("encoding/json can't read %q: %v", m, err)
			}
			if read.Method == "" { // a response
				continue
			}
			if i == len(ops) || ops[i].Method != read.Method {
				t.Fatalf("%q: %v, encoding/json reads %q", body, ops, read.Method)
			}
			same(t, ops[i], m, read.Params)
			i++
			if read.Method == "completion/complete" {
				var p mcp.CompleteParams
				if json.Unmarshal(read.Params, &p) != nil {
					return // the SDK refuses it
				}
				if p.Ref != nil && p.Ref.Type == "ref/prompt" {
					if i == len(ops) || ops[i].Name != p.Ref.Name {
						t.Fatalf("%q: %v, the SDK completes %+v", m, ops, p.Ref)
					}
					i++
				}
				continue
			}
			if read.Method != "subscriptions/listen" {
				continue
			}
			var p mcp.SubscriptionsListenParams
			if json.Unmarshal(read.Params, &p) != nil {
				return // the SDK refuses it
			}
			for n := 0; p.Notifications != nil && n < len(p.Notifications.ResourceSubscriptions); n++ {
				if uri := p.Notifications.ResourceSubscriptions[n]; i == len(ops) || ops[i].Name != uri {
					t.Fatalf("%q: %v, the SDK subscribes to %q", m, ops, uri)
				}
				i++
			}
		}
		if i != len(ops) {
			t.Fatalf("%q: %v, encoding/json reads %d", body, ops, i)
		}
	})
}

func same(t *testing.T, op mcpauth.Operation, m, params json.RawMessage) {
	t.Helper()
	if sdk, err := jsonrpc.DecodeMessage(m); err == nil { // it refuses more than the guard does
		if r, ok := sdk.(*jsonrpc.Request); !ok || r.Method != op.Method {
			t.Fatalf("%q: %v, the SDK reads %+v", m, op, sdk)
		}
	}
	var loose struct{ Name, URI string }
	var name, uri string
	switch op.Method {
	case "tools/call":
		var p mcp.CallToolParamsRaw
		if json.Unmarshal(params, &p) == nil {
			name = p.Name
		} else {
			name = op.Name // the SDK refuses it
		}
	case "prompts/get":
		name = op.Name
	case "resources/read":
		uri = op.Name
	default:
		return
	}
	if err := json.Unmarshal(params, &loose); err != nil {
		return // a plain server refuses it
	}
	if name != "" && (loose.Name != op.Name || name != op.Name) || uri != "" && loose.URI != op.Name {
		t.Fatalf("%q: %v, others read %+v and %q", m, op, loose, name)
	}
}
