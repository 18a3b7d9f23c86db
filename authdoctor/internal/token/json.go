package token

import (
	"bytes"
	"encoding/json"
	"regexp"
)

// nested is a signed token inside of a claim.
var nested = regexp.MustCompile(`(eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+`)

// WithoutSignatures takes the signatures off the tokens that text holds, so that
// they cannot be used.
func WithoutSignatures(text []byte) []byte {
	return nested.ReplaceAll(text, []byte("$1.[signature not shown]"))
}

// Indent lays JSON out over lines, every member and number as it was written.
func Indent(raw json.RawMessage) string {
	var b bytes.Buffer
	if json.Indent(&b, WithoutSignatures(raw), "", "  ") != nil {
		return ""
	}
	return b.String()
}
