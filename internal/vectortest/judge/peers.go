package judge

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"

	"github.com/go-jose/go-jose/v4"
	josejwt "github.com/go-jose/go-jose/v4/jwt"
	"github.com/golang-jwt/jwt/v5"

	"github.com/revstackhq/auth-go/vectors"
)

// peer is another implementation with its strictest options. judge returns nil for a token that it accepts.
type peer struct {
	name  string
	judge func(c *vectors.Case, token string) error
	reads bool // it only judges whether header and claims can be read
}

// panel has the peers and the keys that they have parsed.
type panel struct {
	peers []peer
	keys  map[*vectors.Keys][]jose.JSONWebKey
}

func newPanel() *panel {
	p := &panel{keys: map[*vectors.Keys][]jose.JSONWebKey{}}
	p.peers = []peer{
		{name: "golang-jwt", judge: p.golangJWT},
		{name: "go-jose", judge: p.goJOSE},
		{name: "encoding/json", judge: encodingJSON, reads: true},
	}
	return p
}

var errNoKey = errors.New("no key")

// golangJWT is golang-jwt v5. It has no key sets: the keys of the kid are looked up with go-jose.
func (p *panel) golangJWT(c *vectors.Case, token string) error {
	options := []jwt.ParserOption{
		jwt.WithValidMethods(c.Contract.Algorithms),
		jwt.WithStrictDecoding(),
		jwt.WithJSONNumber(),
		jwt.WithExpirationRequired(),
		jwt.WithIssuedAt(),
		jwt.WithLeeway(c.Contract.Leeway),
		jwt.WithIssuer(c.Contract.Issuer),
		jwt.WithTimeFunc((&clock{now: c.Time}).Now),
	}
	if !c.Contract.AnyAudience {
		options = append(options, jwt.WithAudience(c.Contract.Audience...))
	}
	_, err := jwt.NewParser(options...).Parse(token, func(t *jwt.Token) (any, error) {
		kid, named := t.Header["kid"].(string)
		var set jwt.VerificationKeySet
		for _, k := range p.keysFor(c, t.Method.Alg(), kid, named) {
			set.Keys = append(set.Keys, k)
		}
		if len(set.Keys) == 0 {
			return nil, errNoKey
		}
		return set, nil
	})
	return err
}

// goJOSE is go-jose v4 with its package jwt, which does not require exp: the check is made here.
func (p *panel) goJOSE(c *vectors.Case, token string) error {
	algs := make([]jose.SignatureAlgorithm, len(c.Contract.Algorithms))
	for i, alg := range c.Contract.Algorithms {
		algs[i] = jose.SignatureAlgorithm(alg)
	}
	parsed, err := josejwt.ParseSigned(token, algs)
	if err != nil {
		return err
	}
	h := parsed.Headers[0]
	err = errNoKey
	var claims josejwt.Claims
	for _, k := range p.keysFor(c, h.Algorithm, h.KeyID, h.KeyID != "") {
		if err = parsed.Claims(k, &claims); err == nil {
			break
		}
	}
	switch {
	case err != nil:
		return err
	case claims.Expiry == nil:
		return errors.New("exp is missing")
	}
	return claims.ValidateWithLeeway(josejwt.Expected{
		Issuer:      c.Contract.Issuer,
		AnyAudience: c.Contract.Audience,
		Time:        c.Time,
	}, c.Contract.Leeway)
}

// keysFor returns the keys of a case that fit an algorithm and a kid.
func (p *panel) keysFor(c *vectors.Case, alg, kid string, named bool) []any {
	if strings.HasPrefix(alg, "HS") {
		if c.Keys.Secret == nil {
			return nil
		}
		return []any{c.Keys.Secret}
	}
	var fitting []any
	for _, k := range p.published(c.Keys) {
		if (!named || k.KeyID == kid) && (k.Algorithm == "" || k.Algorithm == alg) && kindOf(k.Key) == kindFor(alg) {
			fitting = append(fitting, k.Key)
		}
	}
	return fitting
}

// published reads a set entry by entry with go-jose, as RFC 7517 section 5 asks: a key that cannot be read does not
// spoil the others.
func (p *panel) published(keys *vectors.Keys) []jose.JSONWebKey {
	if read, done := p.keys[keys]; done {
		return read
	}
	var set struct{ Keys []json.RawMessage }
	var read []jose.JSONWebKey
	if json.Unmarshal(keys.Set, &set) == nil {
		for _, raw := range set.Keys {
			var k jose.JSONWebKey
			if k.UnmarshalJSON(raw) == nil && k.Valid() && (k.Use == "" || k.Use == "sig") {
				read = append(read, k.Public())
			}
		}
	}
	p.keys[keys] = read
	return read
}

// kindOf returns the kind of a key, for comparison with kindFor: neither library selects keys by algorithm.
func kindOf(key any) string {
	switch k := key.(type) {
	case *rsa.PublicKey:
		return "RSA"
	case *ecdsa.PublicKey:
		return k.Params().Name
	case ed25519.PublicKey:
		return "Ed25519"
	}
	return ""
}

func kindFor(alg string) string {
	switch alg {
	case "ES256":
		return "P-256"
	case "ES384":
		return "P-384"
	case "ES512":
		return "P-521"
	case "EdDSA":
		return "Ed25519"
	}
	return "RSA"
}

// encodingJSON reads header and claims into maps with encoding/json, numbers as they are written, and nothing more.
func encodingJSON(_ *vectors.Case, token string) error {
	segments := strings.Split(token, ".")
	if len(segments) != 3 || segments[2] == "" {
		return errors.New("not three segments")
	}
	for i, segment := range segments {
		if strings.ContainsAny(segment, "\r\n") {
			return errors.New("a line break in base64url") // which encoding/base64 skips
		}
		text, err := base64.RawURLEncoding.Strict().DecodeString(segment)
		if err != nil {
			return err
		}
		if i == 2 {
			break
		}
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		var members map[string]any
		switch err := decoder.Decode(&members); {
		case err != nil:
			return err
		case members == nil || !json.Valid(text): // null, or data after the object
			return errors.New("not one object")
		}
	}
	return nil
}

// signature checks with golang-jwt that a signature is valid, for a payload that need not be a claims set.
func (p *panel) signature(c *vectors.Case) error {
	at := strings.LastIndexByte(c.Token, '.')
	sig, err := base64.RawURLEncoding.Strict().DecodeString(c.Token[at+1:])
	if err != nil {
		return err
	}
	alg := c.Contract.Algorithms[0]
	err = errNoKey
	for _, k := range p.keysFor(c, alg, "", false) {
		if err = jwt.GetSigningMethod(alg).Verify(c.Token[:at], sig, k); err == nil {
			return nil
		}
	}
	return err
}
