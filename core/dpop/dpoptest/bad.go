package dpoptest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core/dpop"
)

// BadProof is a proof that a service must not accept for the request that it was made for.
type BadProof struct {
	// Name says what is wrong with it. It is unique in its list.
	Name  string
	Proof string
}

// members maps the names of a JSON object's members to their values.
type members map[string]any

func raw(text string) json.RawMessage { return json.RawMessage(text) }

// BadProofs returns proofs that a service must refuse for the request and the token in good, if the server's time is
// good.IssuedAt. Each is made with signer and differs from a good proof only as its name says. All can be sent in a
// header field.
func BadProofs(signer *dpop.Signer, good dpop.Claims) ([]BadProof, error) {
	good.ID = "bad-proof"
	proof, err := signer.Proof(good)
	if err != nil {
		return nil, err
	}
	f := &forge{signer: signer, good: good, at: good.IssuedAt.Unix()}
	f.segments = strings.Split(proof, ".")
	if f.header, err = decode(f.segments[0]); err != nil {
		return nil, err
	}
	if f.claims, err = decode(f.segments[1]); err != nil {
		return nil, err
	}
	f.shapes()
	f.headers()
	f.requests()
	f.dates()
	return f.list, f.err
}

type forge struct {
	signer         *dpop.Signer
	good           dpop.Claims
	at             int64
	segments       []string
	header, claims members
	list           []BadProof
	err            error
}

func decode(segment string) (members, error) {
	data, err := base64.RawURLEncoding.Strict().DecodeString(segment)
	if err != nil {
		return nil, err
	}
	var text map[string]json.RawMessage
	if err := json.Unmarshal(data, &text); err != nil {
		return nil, err
	}
	m := members{}
	for name, value := range text {
		m[name] = value
	}
	return m, nil
}

func encode(data string) string { return base64.RawURLEncoding.EncodeToString([]byte(data)) }

// with returns the object as JSON with changes applied; nil removes a member.
func (m members) with(changes members) string {
	all := maps.Clone(m)
	for name, value := range changes {
		if all[name] = value; value == nil {
			delete(all, name)
		}
	}
	data, err := json.Marshal(all)
	if err != nil {
		return err.Error() // the values are this package's own
	}
	return string(data)
}

func (f *forge) add(name, proof string) { f.list = append(f.list, BadProof{name, proof}) }

// sign adds a proof with exactly these objects.
func (f *forge) sign(name, header, claims string) {
	proof, err := f.signer.Sign(encode(header), encode(claims))
	if err != nil && f.err == nil {
		f.err = fmt.Errorf("dpoptest: %s: %w", name, err)
	}
	f.add(name, proof)
}

func (f *forge) claim(name string, changes members) {
	f.sign(name, f.header.with(nil), f.claims.with(changes))
}

func (f *forge) parameter(name string, changes members) {
	f.sign(name, f.header.with(changes), f.claims.with(nil))
}

func (f *forge) shapes() {
	s := f.segments
	f.add("not a JWS", "x1-opaque")
	f.add("two segments", s[0]+"."+s[1])
	f.add("four segments", strings.Join(s, ".")+".AAAA")
	f.add("no signature", s[0]+"."+s[1]+".")
	f.add("padded", strings.Join(s, ".")+"=")
	f.add("signature of zeros", s[0]+"."+s[1]+"."+encode(strings.Repeat("\x00", 64)))
	f.add("signature of another proof", s[0]+"."+encode(f.claims.with(members{"jti": "another"}))+"."+s[2])
	f.sign("oversized", f.header.with(nil), f.claims.with(members{"x": strings.Repeat("x", 9000)}))
	f.sign("claims are an array", f.header.with(nil), "["+f.claims.with(nil)+"]")
	f.sign("claims twice", f.header.with(nil), f.claims.with(nil)+"{}")
	f.sign("htu twice", f.header.with(nil), strings.TrimSuffix(f.claims.with(nil), "}")+`,"htu":"https://evil.example/"}`)
	f.sign("jwk twice", strings.TrimSuffix(f.header.with(nil), "}")+`,"jwk":{}}`, f.claims.with(nil))
}

func (f *forge) headers() {
	f.parameter("typ missing", members{"typ": nil})
	f.parameter("typ of a token", members{"typ": "at+jwt"})
	f.parameter("typ a number", members{"typ": 1})
	f.parameter("typ null", members{"typ": raw("null")})
	f.parameter("alg none", members{"alg": "none"})
	f.parameter("alg symmetric", members{"alg": "HS256"})
	f.parameter("alg unknown", members{"alg": "XS256"})
	f.parameter("alg a number", members{"alg": 256})
	f.parameter("alg missing", members{"alg": nil})
	f.parameter("alg of another key", members{"alg": "ES512"})
	f.parameter("crit", members{"crit": []string{"exp"}})
	f.parameter("b64 false", members{"b64": false})
	f.parameter("jwk missing", members{"jwk": nil})
	f.parameter("jwk a string", members{"jwk": "key"})
	f.parameter("jwk null", members{"jwk": raw("null")})
	f.parameter("jwk empty", members{"jwk": members{}})
	f.parameter("jwk symmetric", members{"jwk": members{"kty": "oct", "k": "AAAA"}})
	f.parameter("jwk a URL", members{"jwk": nil, "jku": "https://evil.example/jwks"})
	jwk := members{}
	if text, ok := f.header["jwk"].(json.RawMessage); ok {
		f.err = json.Unmarshal(text, &jwk)
	}
	for _, c := range []struct {
		name    string
		changes members
	}{
		{"jwk private", members{"d": "AAAA"}},
		{"jwk private and null", members{"d": raw("null")}},
		{"jwk of unknown type", members{"kty": "XX"}},
		{"jwk for encryption", members{"use": "enc"}},
		{"jwk that may only sign", members{"key_ops": []string{"sign"}}},
		{"jwk without x", members{"x": nil}},
		{"jwk with x a number", members{"x": 1}},
		{"jwk with a padded x", members{"x": "AAAA="}},
		{"jwk off the curve", members{"x": encode(strings.Repeat("\x01", 32)), "y": encode(strings.Repeat("\x02", 32))}},
		{"jwk of another key", members{"crv": "P-256", "kty": "EC", "x": otherX, "y": otherY}},
	} {
		f.parameter(c.name, members{"jwk": raw(jwk.with(c.changes))})
	}
}

// A point on P-256 (RFC 7517 appendix A.1) whose private key no test has.
const (
	otherX = "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4"
	otherY = "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"
)

func (f *forge) requests() {
	f.claim("htm missing", members{"htm": nil})
	f.claim("htm of another method", members{"htm": f.good.Method + "X"})
	f.claim("htm in lower case", members{"htm": strings.ToLower(f.good.Method)})
	f.claim("htm a number", members{"htm": 1})
	f.claim("HTM in place of htm", members{"htm": nil, "HTM": f.good.Method})
	f.claim("htu missing", members{"htu": nil})
	f.claim("htu empty", members{"htu": ""})
	f.claim("htu an array", members{"htu": []string{f.good.URL}})
	f.claim("htu of another path", members{"htu": strings.TrimRight(f.good.URL, "/") + "/x"})
	f.claim("htu of another host", members{"htu": strings.Replace(f.good.URL, "://", "://evil.", 1)})
	f.claim("htu with credentials", members{"htu": strings.Replace(f.good.URL, "://", "://api@", 1)})
	f.claim("htu without scheme", members{"htu": strings.TrimPrefix(f.good.URL, "https:")})
	f.claim("htu of another scheme", members{"htu": "ftp" + strings.TrimLeft(f.good.URL, "htps")})
	if u, err := url.Parse(f.good.URL); err == nil {
		u.Host = u.Hostname() + ":1"
		f.claim("htu of another port", members{"htu": u.String()})
	}
	f.claim("htu with a backslash", members{"htu": f.good.URL + `\..`})
	f.claim("ath missing", members{"ath": nil})
	f.claim("ath of another token", members{"ath": encode(strings.Repeat("\x01", 32))})
	f.claim("ath a number", members{"ath": 1})
	f.claim("jti missing", members{"jti": nil})
	f.claim("jti empty", members{"jti": ""})
	f.claim("jti a number", members{"jti": 1})
	f.claim("jti too long", members{"jti": strings.Repeat("x", 513)})
	f.claim("nonce a number", members{"nonce": 1})
}

func (f *forge) dates() {
	day := int64(24 * time.Hour / time.Second)
	f.claim("iat missing", members{"iat": nil})
	f.claim("iat a string", members{"iat": strconv.FormatInt(f.at, 10)})
	f.claim("iat null", members{"iat": raw("null")})
	f.claim("iat out of range", members{"iat": raw("1e300")})
	if f.good.Nonce == "" { // a nonce makes a proof current
		f.claim("iat a day ago", members{"iat": f.at - day})
		f.claim("iat in a day", members{"iat": f.at + day})
	}
}
