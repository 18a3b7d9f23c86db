package core

import (
	"os"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// takeSecret moves the secret out of the rules, behind a closure; it returns nil
// if there is none. No error shows Secret or SecretEnv: the secret may have been
// written into either.
func takeSecret(r *Rules, f *configErrors) func() []byte {
	field, secret := "Secret", r.Secret.Reveal()
	if r.SecretEnv != "" {
		if secret != "" {
			f.Conflict("SecretEnv", "", "{Secret} is set too: keep one")
		}
		field = "SecretEnv"
		if secret = os.Getenv(r.SecretEnv); secret == "" {
			f.Missing(field, "names no environment variable, or an empty one: set the variable and give its name")
			secret = placeholder
		}
	}
	r.Secret = Secret{}
	if secret == "" {
		return nil
	}
	if why := neverSecret(secret); why != "" {
		f.Prohibit(field, "", why)
		secret = placeholder
	}
	return func() []byte { return []byte(secret) }
}

// placeholder replaces an invalid secret, so that one mistake does not cause a
// second error. It never verifies a token: no contract is made when there is an
// error.
const placeholder = "????????????????????????????????????????????????????????????????"

var (
	compactToken = regexp.MustCompile(`^eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$`)
	variable     = regexp.MustCompile(`^\$(\{[A-Za-z_][A-Za-z0-9_]*\}|\([A-Za-z_][A-Za-z0-9_]*\)|[A-Z_][A-Z0-9_]*)$`)
)

// neverSecret returns why s cannot be the key that the issuer signs with, "" if it can.
func neverSecret(s string) string {
	trimmed := strings.TrimRight(s, "\r\n")
	switch {
	case s == redacted:
		return "was removed when the contract was marshaled: name its environment variable in {SecretEnv}"
	case compactToken.MatchString(strings.TrimSpace(s)):
		return "is a token, such as Supabase's anon or service_role key: copy the secret that signs tokens"
	case strings.Contains(s, "-----BEGIN "):
		// The public key as an HMAC secret is the classic algorithm confusion (RFC 8725 §2.1).
		return "is a PEM block: a public key belongs into {PEM}"
	case variable.MatchString(s):
		return "is the name of a variable that nothing replaced: expand it, or name the variable in {SecretEnv}"
	case len(s) > 1 && (s[0] == '"' || s[0] == '\'') && s[0] == s[len(s)-1] && isText(s):
		return "is in quotes, which Docker's environment files keep: remove them"
	case trimmed != s && isText(trimmed):
		return "ends in a line break, which the issuer's key does not have: remove it, for example with strings.TrimSpace"
	default:
		return ""
	}
}

// isText reports whether s is printable text. The bytes of a random key may end
// in a line break by chance; text that does was read from a file.
func isText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}
