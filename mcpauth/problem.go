package mcpauth

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// Codes of JSON-RPC errors: those of JSON-RPC 2.0 §5.1, and the protocol's own for
// headers that contradict the body.
const (
	rpcParseError     = -32700
	rpcInvalidRequest = -32600
	rpcHeaderMismatch = -32020
)

// problem is why a message is rejected that came with valid credentials.
type problem struct {
	status int    // 400 if it is 0
	rpc    int    // 0 for an answer without a JSON-RPC error
	text   string // for the client too: it contains no part of the message
	id     json.RawMessage
}

func invalid(text string) *problem { return &problem{rpc: rpcInvalidRequest, text: text} }

func mismatch(text string) *problem {
	return &problem{rpc: rpcHeaderMismatch, text: "Header mismatch: " + text}
}

func (p *problem) withID(id json.RawMessage) *problem {
	p.id = id
	return p
}

// rejection reports the problem and returns the answer. Its body is that of the
// protocol, whatever the options of the guard say. The challenge is left out, because the
// credentials are not the problem.
func (p *problem) rejection(ctx context.Context, g *guard.Guard, r guard.Request) *guard.Rejection {
	rejection := g.Reject(ctx, r, &core.Error{Code: core.CodeInvalidRequest, Detail: p.text})
	delete(rejection.Header, "Www-Authenticate")
	rejection.Status = http.StatusBadRequest
	if p.status != 0 {
		rejection.Status = p.status
	}
	var answer any = plainAnswer{p.text, core.CodeInvalidRequest}
	if p.rpc != 0 {
		answer = rpcAnswer{"2.0", p.id, rpcError{p.rpc, p.text, rpcData{core.CodeInvalidRequest}}}
	}
	body, err := json.Marshal(answer)
	if err != nil { // not reached: the id is valid JSON
		return rejection
	}
	rejection.Header["Content-Type"] = []string{"application/json"}
	body = append(body, '\n')
	rejection.Body = body
	return rejection
}

type plainAnswer struct {
	Error string    `json:"error"`
	Code  core.Code `json:"code"`
}

type rpcAnswer struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id,omitempty"`
	Error   rpcError        `json:"error"`
}

type rpcError struct {
	Code    int     `json:"code"`
	Message string  `json:"message"`
	Data    rpcData `json:"data"`
}

type rpcData struct {
	Code core.Code `json:"code"`
}
