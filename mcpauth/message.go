package mcpauth

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The methods whose messages name what they act on.
const (
	methodCallTool     = "tools/call"
	methodGetPrompt    = "prompts/get"
	methodReadResource = "resources/read"
	methodSubscribe    = "resources/subscribe"
	methodUnsubscribe  = "resources/unsubscribe"
)

// nameMember is the member of params that names what a method acts on, "" for other
// methods.
func nameMember(method string) string {
	switch method {
	case methodCallTool, methodGetPrompt:
		return "name"
	case methodReadResource, methodSubscribe, methodUnsubscribe:
		return "uri"
	default:
		return ""
	}
}

// message is the part of a body that the guard needs.
type message struct {
	ops     []Operation     // of each request and notification, its own first; none for responses
	id      json.RawMessage // of a single request, for the answer; nil without one
	call    bool            // a single request, which waits for an answer
	batch   bool
	version string // the protocol version in params._meta
}

// maxBatch bounds the operations of one body, because each costs the check of its
// policies.
const maxBatch = 100

// metaVersion is the member of params._meta with the protocol version.
const metaVersion = "io.modelcontextprotocol/protocolVersion"

// parse reads a body. It accepts only what every JSON reader understands in the same way:
// if the guard and the server could read two different methods or names, a policy could
// be bypassed.
func parse(body []byte) (message, *problem) {
	if !utf8.Valid(body) || !json.Valid(body) {
		return message{}, &problem{rpc: rpcParseError, text: "the body is not one JSON value in UTF-8"}
	}
	value := trimSpace(body)
	switch value[0] {
	case '{':
		return parseMessage(value)
	case '[':
		return parseBatch(value)
	default:
		return message{}, invalid("the body is not a JSON object")
	}
}

func parseBatch(list []byte) (message, *problem) {
	batch := message{batch: true}
	err := elements(list, func(element []byte) *problem {
		if len(batch.ops) >= maxBatch {
			return invalid("the batch has more than " + strconv.Itoa(maxBatch) + " messages")
		}
		if element[0] != '{' {
			return invalid("an element of the batch is not a JSON object")
		}
		m, err := parseMessage(element)
		if err != nil {
			return err
		}
		switch {
		case m.version != "":
			return invalid("a message with a protocol version in _meta can't be part of a batch")
		case m.listens(): // it is of a version without batches
			return invalid(methodListen + " can't be part of a batch")
		}
		batch.ops = append(batch.ops, m.ops...)
		return nil
	})
	if err == nil && len(trimSpace(list[1:len(list)-1])) == 0 {
		err = invalid("the batch is empty")
	}
	return batch, err
}

func parseMessage(object []byte) (message, *problem) {
	var m message
	var method, params []byte
	var answers bool
	err := members(object, []string{"jsonrpc", "id", "method", "params", "result", "error"},
		func(name string, value []byte) {
			switch name {
			case "id":
				m.id = echoable(value)
				m.call = string(value) != "null"
			case "method":
				method = value
			case "params":
				params = value
			case "result", "error":
				answers = true
			}
		})
	switch {
	case err != nil:
		return m, err.withID(m.id)
	case method == nil && answers:
		return message{id: m.id}, nil // a response of a client to the server
	case method == nil:
		return m, invalid("the message has neither a method nor a result").withID(m.id)
	}
	var op Operation
	var ok bool
	if op.Method, ok = text(method); !ok || op.Method == "" {
		return m, invalid("the method is not a string of valid characters").withID(m.id)
	}
	if err := m.readParams(&op, params); err != nil {
		return m, err.withID(m.id)
	}
	m.ops = append([]Operation{op}, m.ops...)
	return m, nil
}

// impliedBy returns the member of params that names what a method acts on besides itself,
// and how to read it, a JSON object; "" for other methods.
func impliedBy(method string) (member string, read func(object []byte) ([]Operation, *problem)) {
	switch method {
	case methodListen:
		return paramNotifications, subscriptions
	case methodComplete:
		return paramRef, completions
	default:
		return "", nil
	}
}

// readParams reads the name, the operations that the message implies and the protocol version.
func (m *message) readParams(op *Operation, params []byte) *problem {
	member := nameMember(op.Method)
	implying, read := impliedBy(op.Method)
	if len(params) == 0 || params[0] != '{' {
		if member != "" || implying != "" { // params by position could name something else
			return invalid("the params of " + op.Method + " are not a JSON object")
		}
		return nil
	}
	var name, meta, implied []byte
	expected := []string{"name", "uri", "_meta"}
	if implying != "" {
		expected = append(expected, implying)
	}
	err := members(params, expected, func(key string, value []byte) {
		switch key {
		case member:
			name = value
		case "_meta":
			meta = value
		case implying:
			implied = value
		}
	})
	if err == nil && read != nil && len(implied) > 0 && string(implied) != "null" {
		if implied[0] != '{' {
			return invalid(implying + " is not a JSON object")
		}
		m.ops, err = read(implied)
	}
	if err != nil {
		return err
	}
	if member != "" {
		var ok bool
		if op.Name, ok = text(name); !ok {
			return invalid("the params of " + op.Method + " have no " + member + " that is a string of valid characters")
		}
	}
	if len(meta) == 0 || meta[0] != '{' {
		return nil
	}
	bad := false
	err = members(meta, []string{metaVersion}, func(key string, value []byte) {
		if key == metaVersion {
			var ok bool
			m.version, ok = text(value)
			bad = !ok
		}
	})
	if err == nil && bad {
		err = invalid("the protocol version in _meta is not a string")
	}
	return err
}

// echoable returns an id that may be part of the answer.
func echoable(id []byte) json.RawMessage {
	if len(id) > 256 || id[0] != '"' && id[0] != '-' && (id[0] < '0' || id[0] > '9') {
		return nil
	}
	return id
}

// text decodes a JSON string. It refuses U+FFFD, because readers replace a lone
// surrogate with it or don't, and control characters.
func text(value []byte) (string, bool) {
	var s string
	if len(value) == 0 || value[0] != '"' || json.Unmarshal(value, &s) != nil {
		return "", false
	}
	return s, !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == utf8.RuneError })
}
