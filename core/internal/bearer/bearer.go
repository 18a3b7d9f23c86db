// Package bearer reads bearer credentials from Authorization header values
// (RFC 6750 §2.1). It is a leaf: problems are returned as text.
package bearer

import "strings"

const (
	// NotOneToken describes a credential that is not a single b64token.
	NotOneToken = "the Authorization header is not one bearer token"

	noToken = "the Authorization header has the scheme Bearer and no token"
	several = "the Authorization header holds several credentials"
)

// Credential returns the credential of "Bearer <credential>" without checking
// its characters. The scheme is compared without case (RFC 9110 §11.1). Both
// results are empty for another scheme or an empty value; problem says what is
// wrong with a value that cannot be accepted.
func Credential(value string) (credential, problem string) {
	rest, found := strings.CutPrefix(value, "Bearer ")
	if found && rest != "" && rest[0] != ' ' && !isSpace(rest[len(rest)-1]) {
		return rest, "" // the usual form: there is nothing to trim
	}
	value = strings.Trim(value, " \t") // optional white space around a field value, RFC 9110 §5.5
	const scheme = "Bearer"
	if len(value) < len(scheme) || !strings.EqualFold(value[:len(scheme)], scheme) {
		return "", otherScheme(value)
	}
	rest = value[len(scheme):]
	if rest != "" && notToken68[rest[0]] == 0 {
		return "", otherScheme(value) // the scheme only begins with "Bearer"
	}
	credential = strings.TrimLeft(rest, " ") // 1*SP, RFC 9110 §11.4
	switch credential {
	case "":
		return "", noToken
	case rest:
		return "", NotOneToken
	}
	return credential, ""
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' }

// Token is like [Credential], and also checks the characters of the token.
func Token(value string) (token, problem string) {
	token, problem = Credential(value)
	if token != "" && !IsToken(token) {
		return "", NotOneToken
	}
	return token, problem
}

// IsToken reports whether s is a b64token (RFC 6750 §2.1).
func IsToken(s string) bool {
	end := len(strings.TrimRight(s, "="))
	if end == 0 {
		return false
	}
	var bad uint8
	for i := range end {
		bad |= notToken68[s[i]]
	}
	return bad == 0
}

// Found describes, for the server's log, header values that hold no bearer token.
// It repeats only the name of a known scheme: any other word may be a token.
func Found(values []string) string {
	if len(values) == 0 {
		return "the Authorization header is missing"
	}
	value := strings.Trim(values[0], " \t")
	if value == "" {
		return "the Authorization header is empty"
	}
	word, _, more := strings.Cut(value, " ")
	for _, scheme := range []string{
		"Basic", "DPoP", "Digest", "Negotiate", "NTLM", "Token", "ApiKey", "GNAP", "HOBA", "AWS4-HMAC-SHA256",
	} {
		if strings.EqualFold(word, scheme) {
			return "the Authorization header has the scheme " + scheme + ", expected Bearer"
		}
	}
	if !more {
		return "the Authorization header is one word without a scheme, expected Bearer and a token"
	}
	return "the Authorization header has a scheme that is not known, expected Bearer"
}

// otherScheme reports a bearer credential that is joined to another credential:
// which one counts would depend on the reader.
func otherScheme(value string) (problem string) {
	for part := range strings.SplitSeq(value, ",") {
		word, _, _ := strings.Cut(strings.Trim(part, " \t"), " ")
		if strings.EqualFold(word, "Bearer") {
			return several
		}
	}
	return ""
}

// notToken68 is 1 for bytes outside token68 and b64token (RFC 9110 §11.2).
//
//nolint:gochecknoglobals // constant
var notToken68 = func() (table [256]uint8) {
	for c := range table {
		table[c] = 1
	}
	for _, c := range []byte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/") {
		table[c] = 0
	}
	return table
}()
