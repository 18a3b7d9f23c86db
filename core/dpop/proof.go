package dpop

import (
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core/internal/jose"
	"github.com/revstackhq/auth-go/core/internal/jwks"
	"github.com/revstackhq/auth-go/core/internal/jws"
	"github.com/revstackhq/auth-go/core/keys"
)

const (
	maxProofBytes = 8 << 10 // an RSA key of 8192 bits and its signature
	maxJTIBytes   = 512
)

// proof is a proof whose form was read. Nothing in it is proved before its signature is.
type proof struct {
	token     jose.Token
	key       publicKey
	algorithm *jws.Algorithm

	method, url, id, tokenHash, nonce string
	issued                            time.Time
}

// read reads a proof as strictly as a token is read (RFC 9449 §4.2, §4.3 checks 2 to 5 and 7).
func (p *proof) read(raw string, accepted map[string]*jws.Algorithm) *Error {
	if len(raw) > maxProofBytes { // reading costs time before anything is proved
		return invalid("the proof is longer than 8192 bytes")
	}
	if err := jose.Parse(&p.token, raw, nil, jose.Limits{MaxDepth: 4, MaxMembers: 128}); err != nil {
		return &Error{Kind: KindInvalidProof, Detail: "the proof is not a compact JWS", Err: err}
	}
	header := p.token.Header
	if !isProofType(header.Typ) {
		// A token of another type that the same key signed must not pass for a proof (RFC 8725 §3.11).
		return invalid("typ is not dpop+jwt")
	}
	if p.algorithm = accepted[header.Alg]; p.algorithm == nil {
		return invalid("alg is not one that is accepted for proofs")
	}
	var err *Error
	if p.key, err = readKey(header.Members); err != nil {
		return err
	}
	if !p.key.fits(header.Alg) {
		return invalid("jwk is not a key for the alg of the header")
	}
	return p.readClaims()
}

func isProofType(typ string) bool {
	const prefix = "application/" // RFC 7515 §4.1.9
	if len(typ) > len(prefix) && strings.EqualFold(typ[:len(prefix)], prefix) {
		typ = typ[len(prefix):]
	}
	return strings.EqualFold(typ, "dpop+jwt")
}

func (p *proof) readClaims() *Error {
	c := p.token.Claims
	p.method, p.url, p.id, p.tokenHash = text(c, "htm"), text(c, "htu"), text(c, "jti"), text(c, "ath")
	for _, required := range [...]struct{ name, value string }{{"jti", p.id}, {"htm", p.method}, {"htu", p.url}} {
		if required.value == "" {
			return invalid(required.name + " is missing or not a string")
		}
	}
	if len(p.id) > maxJTIBytes {
		return invalid("jti is longer than 512 bytes")
	}
	if nonce, found := c.Lookup("nonce"); found {
		if p.nonce, found = nonce.Text(); !found {
			return invalid("nonce is not a string")
		}
	}
	iat, found := c.Lookup("iat")
	var err error
	if p.issued, err = iat.Time(); err != nil || !found {
		return invalid("iat is missing or not a date")
	}
	return nil
}

// verify checks the signature by the proof's own key (RFC 9449 §4.3, check 6): who trusts the key compares its
// thumbprint.
func (p *proof) verify() *Error {
	key := &jwks.Key{Key: keys.Key{Public: p.key.key}, Kty: p.key.kty, Crv: p.key.crv}
	// Preparing an RSA key costs more than it saves for a key that is used once.
	const standardRSA = true
	if !p.algorithm.Verify(key, p.token.SigningInput(), p.token.Signature, standardRSA) {
		return invalid("the signature does not fit the jwk")
	}
	return nil
}
