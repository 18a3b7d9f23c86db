package authtest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Claims are a token's claims by name. A nil value removes a default claim; use
// json.RawMessage("null") for a null.
type Claims map[string]any

// TokenOption changes how a token is minted.
type TokenOption func(*mint)

// mint has the settings for one token.
type mint struct {
	ttl      time.Duration
	from     time.Duration // nbf, after the issuer's clock
	alg      string
	header   []member // in order
	secret   []byte
	attacker bool // sign with a key that is not the issuer's
	padded   bool
}

type member struct {
	name  string
	value any
}

const defaultTTL = time.Hour

// ExpiresIn sets exp to the issuer's time plus d, which may be negative. The
// default is an hour.
func ExpiresIn(d time.Duration) TokenOption { return func(m *mint) { m.ttl = d } }

// ValidFrom sets nbf to the issuer's time plus d, which may be negative. The
// default is 0.
func ValidFrom(d time.Duration) TokenOption { return func(m *mint) { m.from = d } }

// WithAlgorithm signs with the issuer's newest key for alg. Without one, if
// there is a key of the same type, it signs with that.
func WithAlgorithm(alg string) TokenOption { return func(m *mint) { m.alg = alg } }

// WithKeyID sets kid in the header, regardless of the key that signs. "" leaves it
// out.
func WithKeyID(kid string) TokenOption {
	if kid == "" {
		return WithHeader("kid", nil)
	}
	return WithHeader("kid", kid)
}

// WithHeader sets a header parameter; nil removes it.
func WithHeader(name string, value any) TokenOption {
	return func(m *mint) { m.header = append(m.header, member{name, value}) }
}

// WithSecret signs with secret, with HS256 unless WithAlgorithm names HS384 or
// HS512.
func WithSecret(secret []byte) TokenOption { return func(m *mint) { m.secret = bytes.Clone(secret) } }

// WithForeignKey signs with a key that the issuer never published, with the kid
// of a published key.
func WithForeignKey() TokenOption { return func(m *mint) { m.attacker = true } }

// WithPadding pads the three segments with = and signs the padded text, as AWS
// load balancers do. Only contracts with PaddedSegments accept such a token.
func WithPadding() TokenOption { return func(m *mint) { m.padded = true } }

// encode encodes a segment.
func (m *mint) encode(data []byte) string {
	if m.padded {
		return base64.URLEncoding.EncodeToString(data)
	}
	return b64(data)
}

// Token returns a signed token that [Issuer.Contract] accepts. The default claims
// are iss, sub ("user_1"), aud, iat and nbf (now) and exp (in an hour).
func (i *Issuer) Token(claims Claims, opts ...TokenOption) string {
	i.t.Helper()
	m := newMint(opts)
	now := i.cfg.Clock.Now()
	all := Claims{
		"iss": i.URL(),
		"sub": "user_1",
		"aud": i.cfg.Audience,
		"iat": now.Unix(),
		"nbf": now.Add(m.from).Unix(),
		"exp": now.Add(m.ttl).Unix(),
	}
	for name, value := range claims {
		if all[name] = value; value == nil {
			delete(all, name)
		}
	}
	payload, err := json.Marshal(all)
	if err != nil {
		i.fail("authtest: the claims cannot be encoded as JSON: %v", err)
	}
	signer, header := i.signer(m)
	return i.sign(signer, m, header, string(payload))
}

// TokenRaw signs header and payload exactly as given, even if they are
// malformed. It uses the key for the algorithm of WithAlgorithm, or else the
// issuer's first algorithm, regardless of the header.
func (i *Issuer) TokenRaw(header, payload string, opts ...TokenOption) string {
	i.t.Helper()
	m := newMint(opts)
	signer, _ := i.signer(m)
	return i.sign(signer, m, header, payload)
}

func newMint(opts []TokenOption) *mint {
	m := &mint{ttl: defaultTTL}
	for _, o := range opts {
		o(m)
	}
	return m
}

// signer returns the key for m, and the header that names it.
func (i *Issuer) signer(m *mint) (signWith any, header string) {
	i.t.Helper()
	kid := ""
	switch {
	case m.secret != nil:
		if m.alg == "" {
			m.alg = "HS256"
		}
		signWith = m.secret
	default:
		if m.alg == "" {
			m.alg = i.cfg.Algorithms[0]
		}
		k, ok := i.signingKey(m.alg)
		signWith, kid = k.private, k.id
		if !ok || m.attacker {
			private, err := privateKeys.attackerKey(family(m.alg))
			if err != nil {
				i.fail("authtest: no key for %q: %v", m.alg, err)
			}
			signWith = private
		}
	}
	members := Claims{"alg": m.alg, "typ": "JWT"}
	if kid != "" {
		members["kid"] = kid
	}
	for _, h := range m.header {
		if members[h.name] = h.value; h.value == nil {
			delete(members, h.name)
		}
	}
	data, err := json.Marshal(members)
	if err != nil {
		i.fail("authtest: the header cannot be encoded as JSON: %v", err)
	}
	return signWith, string(data)
}

func (i *Issuer) sign(signWith any, m *mint, header, payload string) string {
	i.t.Helper()
	input := m.encode([]byte(header)) + "." + m.encode([]byte(payload))
	method := jwt.GetSigningMethod(m.alg)
	if method == nil {
		i.fail("authtest: unknown algorithm %q", m.alg)
		return ""
	}
	signature, err := method.Sign(input, signWith)
	if err != nil {
		i.fail("authtest: signing with %s: %v", m.alg, err)
	}
	return input + "." + m.encode(signature)
}

// Authorize sets the request's Authorization header to the token (RFC 6750 §2.1).
func Authorize(r *http.Request, token string) { r.Header.Set("Authorization", "Bearer "+token) }

// segments splits a compact token; ok is false if it does not have three segments.
func segments(token string) (header, payload, signature string, ok bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return "", "", "", false
	}
	return parts[0], parts[1], parts[2], true
}
