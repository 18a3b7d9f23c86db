// Package token reads a token for display. It is tolerant, verifies nothing, and
// never returns the signature. To verify a token, use package core.
package token

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// MaxBytes bounds what is read as a token.
const MaxBytes = 1 << 20

// Token is the content of a compact JWT, unverified.
type Token struct {
	// Header and Claims are the JSON texts as the token has them, nil if they
	// could not be read.
	Header, Claims json.RawMessage
	// Bytes is the length of the token, SignatureBytes that of its signature.
	Bytes, SignatureBytes int
	// Notes are remarks about what is unusual.
	Notes []string
}

// Looks reports whether text is, or begins with, something that looks like a
// signed or encrypted token. Such a text must not be repeated.
func Looks(text string) bool {
	first, rest, dotted := strings.Cut(text, ".")
	if !dotted || rest == "" {
		return false
	}
	data, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(first, "=")) //nolint:forbidigo // to show it
	return err == nil && bytes.HasPrefix(bytes.TrimSpace(data), []byte("{"))
}

var scheme = regexp.MustCompile(`(?i)^(authorization:\s*)?((bearer|dpop)\s+)?`)

// Clean extracts a token from pasted text. It removes white space around the
// token, the name and scheme of an Authorization header, quotes, and line breaks
// inside. The notes say what was removed if that may be the mistake in a request.
func Clean(pasted string) (raw string, notes []string) {
	text := strings.TrimSpace(pasted)
	text = strings.TrimSpace(text[len(scheme.FindString(text)):])
	if n := len(text); n >= 2 && (text[0] == '"' || text[0] == '\'') && text[n-1] == text[0] {
		text = text[1 : n-1]
		notes = append(notes, "the token was in quotes, which do not belong to it")
	}
	if parts := strings.Fields(text); len(parts) > 1 && Looks(parts[0]+strings.Join(parts[1:], "")) {
		text = strings.Join(parts, "")
		notes = append(notes, "the token was broken over several lines, or had spaces in it")
	}
	return text, notes
}

// ErrEmpty says that there was nothing to read.
var ErrEmpty = errors.New("no token: the input is empty")

// Decode reads a compact token. Its errors do not repeat the token.
func Decode(raw string) (*Token, error) {
	if raw == "" {
		return nil, ErrEmpty
	}
	parts := strings.Split(raw, ".")
	t := &Token{Bytes: len(raw)}
	switch len(parts) {
	case 3:
	case 5: // RFC 7516 §3.1
		t.note("the token has five parts: it is encrypted (JWE), and only its holder's key can read the claims")
		t.Header = t.segment("header", parts[0])
		return t, nil
	case 1:
		return nil, fmt.Errorf(
			"the input has %d bytes and no dots: it is an opaque token, or something else, and not a JWT",
			len(raw),
		)
	default:
		return nil, fmt.Errorf("the input has %d parts separated by dots: a signed JWT has three", len(parts))
	}
	t.Header = t.segment("header", parts[0])
	t.Claims = t.segment("claims", parts[1])
	signature, err := decode(parts[2])
	if err != nil {
		t.note("the signature is not base64url: the token was damaged on its way")
	}
	t.SignatureBytes = len(signature)
	t.remark()
	if t.Header == nil && t.Claims == nil {
		return nil, errors.New(
			"the input has three parts, but neither header nor claims are base64url of a JSON object: it is not a JWT",
		)
	}
	return t, nil
}

func (t *Token) note(format string, args ...any) {
	t.Notes = append(t.Notes, fmt.Sprintf(format, args...))
}

// segment returns the JSON object of a part, nil if it is not one.
func (t *Token) segment(name, part string) json.RawMessage {
	data, err := decode(part)
	if err != nil {
		t.note("the %s not base64url: the token was damaged on its way, or cut off", nameIs(name))
		return nil
	}
	if strings.HasSuffix(part, "=") {
		t.note("the %s padded with =, which RFC 7515 §2 does not allow", nameIs(name))
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(data, &object); err != nil || object == nil {
		t.note("the %s not a JSON object", nameIs(name))
		return nil
	}
	for _, member := range duplicates(data) {
		t.note("%q is in the %s twice: readers disagree about which one counts", member, name)
	}
	return data
}

// nameIs returns the name followed by "is" or "are".
func nameIs(name string) string {
	if name == "claims" {
		return "claims are"
	}
	return name + " is"
}

func decode(part string) ([]byte, error) {
	return base64.RawURLEncoding.DecodeString(strings.TrimRight(part, "=")) //nolint:forbidigo // to show it
}

// duplicates returns the names that an object has more than once.
func duplicates(object []byte) []string {
	var twice []string
	seen := map[string]bool{}
	decoder := json.NewDecoder(bytes.NewReader(object))
	if _, err := decoder.Token(); err != nil {
		return nil
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return twice
		}
		text, _ := name.(string)
		if seen[text] {
			twice = append(twice, text)
		}
		seen[text] = true
		var value json.RawMessage
		if decoder.Decode(&value) != nil {
			return twice
		}
	}
	return twice
}

// remark adds notes about what people overlook most often.
func (t *Token) remark() {
	var header struct {
		Alg  string          `json:"alg"`
		Crit json.RawMessage `json:"crit"`
	}
	if t.Header != nil && json.Unmarshal(t.Header, &header) == nil {
		if strings.EqualFold(header.Alg, "none") {
			t.note("alg is %q: the token is not signed, so anyone could have written it", header.Alg)
		}
		if header.Crit != nil {
			t.note("the header has crit: a verifier that does not know what it names must refuse the token (RFC 7515 §4.1.11)")
		}
	}
	if t.SignatureBytes == 0 && !strings.EqualFold(header.Alg, "none") {
		t.note("the signature is empty")
	}
}
