package mcpauth

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
)

// The headers of the protocol.
const (
	headerMethod  = "Mcp-Method"
	headerName    = "Mcp-Name"
	headerVersion = "Mcp-Protocol-Version"
	headerSession = "Mcp-Session-Id"
)

// Versions compare as strings, because they are dates.
const (
	versionWithoutBatches = "2025-06-18"
	versionWithHeaders    = "2026-07-28" // its requests repeat method and name in headers
)

// claimed is what the headers say about the message. No decision depends on it until it is
// compared with the body.
type claimed struct {
	Operation

	method, name bool // whether the header is present
	version      string
}

func (c *claimed) modern() bool { return c.version >= versionWithHeaders }

// readHeaders refuses a header that is given twice, because a proxy and the server could
// take different ones.
func readHeaders(h http.Header) (claimed, *problem) {
	var c claimed
	for _, name := range []string{headerMethod, headerName, headerVersion, headerSession} {
		values := h[name]
		if len(values) > 1 {
			return c, mismatch(fmt.Sprintf("the %s header is given %d times", name, len(values)))
		}
		if len(values) == 0 {
			continue
		}
		switch value := values[0]; name {
		case headerMethod:
			c.Method, c.method = value, true
		case headerName:
			decoded, ok := decode(value)
			if !ok {
				return c, mismatch("the Mcp-Name header is not valid Base64")
			}
			c.Name, c.name = decoded, true
		case headerVersion:
			c.version = value
		}
	}
	return c, nil
}

// decode returns the value of a header in the encoding of names that are not plain
// ASCII ("Value Encoding" of the transport).
func decode(value string) (string, bool) {
	encoded, ok := strings.CutPrefix(value, "=?base64?")
	if !ok {
		return value, true
	}
	if encoded, ok = strings.CutSuffix(encoded, "?="); !ok {
		return value, true
	}
	decoded, err := base64.StdEncoding.Strict().DecodeString(encoded)
	return string(decoded), err == nil
}

// check reports where the headers contradict the message ("Server Validation" of the
// transport).
func (c *claimed) check(m *message) *problem {
	var op Operation
	if len(m.ops) > 0 && !m.batch {
		op = m.ops[0]
	}
	named := nameMember(op.Method) != ""
	required := m.call && c.modern()
	switch {
	case m.batch && c.version >= versionWithoutBatches:
		return invalid("batches are not part of this protocol version")
	case m.batch && (c.method || c.name):
		return mismatch("the headers of a batch can't name its method")
	case m.version != "" && m.version != c.version:
		return mismatch("the MCP-Protocol-Version header is not the version in the body")
	case !c.method && required:
		return mismatch("the Mcp-Method header is missing")
	case c.method && c.Method != op.Method:
		return mismatch("the Mcp-Method header is not the method in the body")
	case !c.name && required && named && op.Method != methodSubscribe && op.Method != methodUnsubscribe:
		return mismatch("the Mcp-Name header is missing")
	case c.name && named && c.Name != op.Name:
		return mismatch("the Mcp-Name header is not the name in the body")
	}
	return nil
}
