package core

import (
	"strings"

	"github.com/revstackhq/auth-go/core/internal/jose"
	"github.com/revstackhq/auth-go/core/internal/jws"
)

// segments are the three parts of a compact JWS as they are written (RFC 7515 §7.1).
type segments struct{ header, payload, signature string }

// segmentsOf splits a token. ok is false if it has fewer than three parts. If it has more, the signature contains
// dots.
func segmentsOf(raw string) (t segments, ok bool) {
	var rest string
	if t.header, rest, ok = strings.Cut(raw, "."); ok {
		t.payload, t.signature, ok = strings.Cut(rest, ".")
	}
	return t, ok
}

// isOf reports whether s was made from the token t, that is, from the same three texts. The header and the claims are
// compared with those that s keeps, and only the signature by its digest: hashing all three would take most of the
// time of a remembered token. Comparing the signature alone would not be enough, because it does not say what it
// signed.
//
// signature is the digest of t's signature. known is the remembered header of t's text, nil if there is none.
func (s *Session) isOf(t segments, signature jws.Digest, known *jose.Header) bool {
	return s.signature == signature &&
		(s.header == known || s.header.SpelledAs(t.header, s.padded)) &&
		jose.Spells(t.payload, s.payload, s.padded)
}

// identify records what isOf compares. signature is the digest of the token's signature, or zero if it was not
// computed yet.
func (s *Session) identify(t *jose.Token, signature jws.Digest) {
	if signature == (jws.Digest{}) {
		signature = jws.DigestOf(t.Raw[len(t.SigningInput())+1:])
	}
	s.signature, s.padded = signature, t.Padded
}
