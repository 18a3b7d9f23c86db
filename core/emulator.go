package core

import (
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

// verifyUnsigned accepts the unsecured tokens (RFC 7519 §6) of a development
// emulator, under a contract that says InsecureEmulator and for no other.
func (v *Verifier) verifyUnsigned(raw string, now time.Time) (*Session, *Error) {
	e := v.only
	if !strings.HasSuffix(raw, ".") {
		return nil, refuse(CodeInvalidFormat, "an emulator's token ends with a dot: it has no signature")
	}
	var t jose.Token
	if err := parse(&t, raw+"AA", nil); err != nil { // the reader wants a signature, so it gets one that is not looked at
		return nil, err
	}
	if t.Header.Alg != "none" {
		return nil, refuse(CodeAlgorithmNotAllowed, "alg "+quoted(t.Header.Alg)+" without a signature")
	}
	reg, refused := readRegistered(t.Claims)
	if refused != nil {
		return nil, refused
	}
	if refused := e.checkIssuer(&reg, t.Claims); refused != nil {
		return nil, refused
	}
	if refused := e.checkSubject(&reg); refused != nil {
		return nil, refused
	}
	s, refused := e.accept(&t, &reg, nil, now)
	if refused == nil {
		v.verified(s, false)
	}
	return s, refused
}
