package token

import (
	"bytes"
	"encoding/json"
	"regexp"
)

// nested matches a signed token inside a claim.
var nested = regexp.MustCompile(`(eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+`)

// WithoutSignatures removes the signatures of the tokens in text, so that the
// tokens cannot be used.
func WithoutSignatures(text []byte) []byte {
	return nested.ReplaceAll(text, []byte("$1.[signature not shown]"))
}

// Indent formats JSON with a line for each member. It keeps names and numbers as they were written.
func Indent(raw json.RawMessage) string {
	var b bytes.Buffer
	if json.Indent(&b, WithoutSignatures(raw), "", "  ") != nil {
		return ""
	}
	return b.String()
}
