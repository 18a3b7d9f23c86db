package core

import (
	"strings"

	"github.com/revstackhq/auth-go/core/internal/jose"
	"github.com/revstackhq/auth-go/core/internal/jws"
)

// segments are the three parts of a compact JWS as they are written (RFC 7515 §7.1).
type segments struct{ header, payload, signature string }

// segmentsOf splits a token. It is false for what has fewer parts; what has more has dots in its signature.
func segmentsOf(raw string) (t segments, ok bool) {
	var rest string
	if t.header, rest, ok = strings.Cut(raw, "."); ok {
		t.payload, t.signature, ok = strings.Cut(rest, ".")
	}
	return t, ok
}

// isOf reports whether s was made from the token t: from the same three texts. Hashing all of them would take most of
// the time of a remembered token, and a session keeps what two of them say, so only the signature is compared by its
// digest. Header and claims must be compared, too: a signature alone does not say what it signed.
//
// signature is the digest of t's signature. known is the remembered header of t's text, nil if there is none.
func (s *Session) isOf(t segments, signature jws.Digest, known *jose.Header) bool {
	return s.signature == signature &&
		(s.header == known || s.header.SpelledAs(t.header, s.padded)) &&
		jose.Spells(t.payload, s.payload, s.padded)
}

// identify notes what s is to be recognized by. signature is the digest of its signature if it was computed.
func (s *Session) identify(t *jose.Token, signature jws.Digest) {
	if signature == (jws.Digest{}) {
		signature = jws.DigestOf(t.Raw[len(t.SigningInput())+1:])
	}
	s.signature, s.padded = signature, t.Padded
}
