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

// proof is a parsed proof. Nothing in it is trustworthy before verify has checked the signature. The claims are
// slices of the token's payload.
type proof struct {
	token   jose.Token
	client  *client
	isKnown bool // the client has sent a good proof before

	method, url, id, tokenHash, nonce []byte
	issued                            time.Time
}

// read reads a proof as strictly as a token is read (RFC 9449 §4.2, §4.3 checks 2 to 5 and 7).
func (p *proof) read(raw string, accepted map[string]*jws.Algorithm, known *clients) *Error {
	if len(raw) > maxProofBytes { // reading takes time, and anyone can send a proof
		return invalid("the proof is longer than 8192 bytes")
	}
	var header *jose.Header
	if p.client = known.find(headerOf(raw)); p.client != nil {
		header, p.isKnown = p.client.header, true
	}
	if err := jose.ParseWith(&p.token, raw, header, jose.Limits{MaxDepth: 4, MaxMembers: 128}); err != nil {
		return &Error{Kind: KindInvalidProof, Detail: "the proof is not a compact JWS", Err: err}
	}
	if !p.isKnown {
		var err *Error
		if p.client, err = readHeader(p.token.Header, accepted); err != nil {
			return err
		}
	}
	return p.readClaims()
}

// headerOf returns the first segment of a compact JWS.
func headerOf(raw string) string {
	header, _, _ := strings.Cut(raw, ".")
	return header
}

func readHeader(header *jose.Header, accepted map[string]*jws.Algorithm) (*client, *Error) {
	if !isProofType(header.Typ) {
		// A token of another type that the same key signed must not pass for a proof (RFC 8725 §3.11).
		return nil, invalid("typ is not dpop+jwt")
	}
	algorithm := accepted[header.Alg]
	if algorithm == nil {
		return nil, invalid("alg is not one that is accepted for proofs")
	}
	key, err := readKey(header.Members)
	if err != nil {
		return nil, err
	}
	if !key.fits(header.Alg) {
		return nil, invalid("jwk is not a key for the alg of the header")
	}
	return &client{
		header:     header,
		algorithm:  algorithm,
		key:        &jwks.Key{Key: keys.Key{Public: key.key}, Kty: key.kty, Crv: key.crv},
		thumbprint: key.thumbprint,
	}, nil
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
	p.method, p.url, p.id, p.tokenHash = textOf(c, "htm"), textOf(c, "htu"), textOf(c, "jti"), textOf(c, "ath")
	switch {
	case len(p.id) == 0:
		return invalid("jti is missing or not a string")
	case len(p.method) == 0:
		return invalid("htm is missing or not a string")
	case len(p.url) == 0:
		return invalid("htu is missing or not a string")
	}
	if len(p.id) > maxJTIBytes {
		return invalid("jti is longer than 512 bytes")
	}
	if nonce, found := c.Lookup("nonce"); found {
		if p.nonce, found = nonce.TextBytes(); !found {
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

// verify checks the signature with the key in the proof (RFC 9449 §4.3, check 6). The caller must compare the key's
// thumbprint with that of a trusted key.
func (p *proof) verify() *Error {
	// Preparing a key costs more than it saves for one that is used a few times.
	const standardCrypto = true
	if !p.client.algorithm.Verify(p.client.key, p.token.SigningInput(), p.token.Signature, standardCrypto) {
		return invalid("the signature does not fit the jwk")
	}
	return nil
}

// textOf returns a string member, nil if it is missing or not a string. If the string has no escapes, the result is a
// slice of the document.
func textOf(o jose.Object, name string) []byte {
	v, _ := o.Lookup(name)
	s, _ := v.TextBytes()
	return s
}
