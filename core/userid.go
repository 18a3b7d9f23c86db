package core

import (
	"bytes"
	"strings"
	"unicode"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

// breaksText reports whether r ends a line, controls a terminal or changes the
// direction of text: a user id with such a character can forge log lines or look
// like another user's.
func breaksText(r rune) bool {
	if r < 0x80 {
		return r < ' ' || r == 0x7f
	}
	return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
}

func (c *contract) userIDOf(claims jose.Object) (string, *Error) {
	for _, path := range c.userID {
		v, ok := path.In(claims)
		if !ok || v.Kind() == jose.KindNull || v.TextIs("") {
			continue
		}
		id, refused := c.readUserID(v, path.String())
		if refused != nil {
			return "", refused
		}
		return id, nil
	}
	name := c.rules.UserIDClaim
	return "", refuseClaim(CodeMissingClaim, name, name+", the user id, is missing")
}

func (c *contract) readUserID(v jose.Value, claim string) (string, *Error) {
	if c.rules.NumericUserID && v.Kind() == jose.KindNumber {
		if id, ok := canonicalInteger(v.Raw()); ok {
			return id, nil
		}
		return "", refuseClaim(CodeClaimMismatch, claim, "the user id is "+shown(v)+", expected an integer in plain digits")
	}
	id, isText := v.Text()
	switch {
	case !isText && v.Kind() == jose.KindNumber:
		return "", refuseClaim(
			CodeClaimMismatch,
			claim,
			"the user id is "+shown(v)+", expected a string; NumericUserID accepts integers",
		)
	case !isText:
		return "", refuseClaim(CodeClaimMismatch, claim, "the user id is "+shown(v)+", expected a string")
	case len(id) > maxUserIDBytes:
		return "", refuseClaim(
			CodeClaimMismatch,
			claim,
			"the user id has "+itoa(len(id))+" bytes, at most "+itoa(maxUserIDBytes)+" are read",
		)
	case strings.ContainsFunc(id, breaksText):
		return "", refuseClaim(CodeClaimMismatch, claim, "the user id contains a control character")
	}
	return id, nil
}

// canonicalInteger returns n unchanged if it is an integer without fraction,
// exponent or leading zeros, and not -0. It refuses 1e3 and 42.0 instead of
// converting them: beyond 2^53, JSON readers disagree on their values.
func canonicalInteger(n []byte) (string, bool) {
	digits := bytes.TrimPrefix(n, []byte("-"))
	plain := len(digits) > 0 && len(digits) <= maxUserIDBytes &&
		!bytes.ContainsFunc(digits, func(r rune) bool { return r < '0' || r > '9' })
	return string(n), plain && string(n) != "-0"
}
