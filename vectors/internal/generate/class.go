package main

import (
	"crypto"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// The moment at which cases are judged, 2027-01-15T08:00:00Z, and the claims of good tokens.
const (
	now      = 1800000000
	issuer   = "https://issuer.example"
	audience = "api"
	user     = "user_1"
)

// class is one file of cases.
type class struct {
	Class      string                     `json:"class"`
	About      string                     `json:"about"`
	References []string                   `json:"references"`
	Contracts  map[string]json.RawMessage `json:"contracts,omitempty"`
	KeySets    map[string]json.RawMessage `json:"keySets,omitempty"`
	Cases      []*vector                  `json:"cases"`

	world *world
	names map[string]bool
}

// vector is one case as it is written.
type vector struct {
	Name      string   `json:"name"`
	Contract  string   `json:"contract,omitempty"`
	Keys      string   `json:"keys,omitempty"`
	Time      int64    `json:"time"`
	Token     string   `json:"token"`
	Request   *request `json:"request,omitempty"`
	Verdict   string   `json:"verdict"`
	Code      string   `json:"code,omitempty"`
	User      string   `json:"user,omitempty"`
	Signature string   `json:"signature,omitempty"`
	Basis     string   `json:"basis,omitempty"`
	Why       string   `json:"why"`
}

// request is what a DPoP proof is for.
type request struct {
	Method     string `json:"method"`
	URL        string `json:"url"`
	Token      string `json:"accessToken,omitempty"`
	Thumbprint string `json:"thumbprint"`
}

// The codes of cases, see the README.
const (
	tooLarge    = "TOKEN_TOO_LARGE"
	badFormat   = "INVALID_FORMAT"
	badAlg      = "ALGORITHM_NOT_ALLOWED"
	badIssuer   = "ISSUER_MISMATCH"
	unknownKey  = "UNKNOWN_KEY"
	badSig      = "INVALID_SIGNATURE"
	expired     = "TOKEN_EXPIRED"
	notActive   = "TOKEN_NOT_ACTIVE"
	badAudience = "AUDIENCE_MISMATCH"
	badParty    = "PARTY_MISMATCH"
	badProof    = "INVALID_PROOF"
	noClaim     = "MISSING_CLAIM"
	badClaim    = "CLAIM_MISMATCH"
	badContract = "INVALID_CONTRACT"
	accepted    = ""
)

// world has the keys that classes share.
type world struct {
	rsa, attackerRSA, rsa3       *rsaKey
	rsa1024                      *rsaKey
	e256, e384, e521, attackerEC *ecKey
	ed, attackerEd               ed25519.PrivateKey
	secret, attackerSecret       []byte
}

func newWorld() *world {
	return &world{
		rsa:            newRSA("rsa", 2048, 65537),
		attackerRSA:    newRSA("attacker rsa", 2048, 65537),
		rsa3:           newRSA("rsa, exponent 3", 2048, 3),
		rsa1024:        newRSA("rsa of 1024 bits", 1024, 65537),
		e256:           newEC("P-256", p256()),
		e384:           newEC("P-384", p384()),
		e521:           newEC("P-521", p521()),
		attackerEC:     newEC("attacker P-256", p256()),
		ed:             newEd("ed"),
		attackerEd:     newEd("attacker ed"),
		secret:         stream("secret", 64),
		attackerSecret: stream("attacker secret", 64),
	}
}

// class returns a new class without cases.
func (w *world) class(name, about string, references ...string) *class {
	return &class{
		Class:      name,
		About:      about,
		References: references,
		Contracts:  map[string]json.RawMessage{},
		KeySets:    map[string]json.RawMessage{},
		world:      w,
		names:      map[string]bool{},
	}
}

// algorithms are those of RFC 7518 §3.1 and RFC 8037.
func algorithms() []string {
	return []string{
		"HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
	}
}

// signer returns the good signer of an algorithm and the kid of its key, "" for the secret.
func (w *world) signer(alg string) (sign signer, kid string) {
	if alg == "EdDSA" {
		return edSigner(w.ed), "ed"
	}
	h := hashOf(alg)
	switch alg[:2] {
	case "HS":
		return hmacSigner(h, w.secret), ""
	case "RS":
		return rsSigner(h, w.rsa), "rsa"
	case "PS":
		return psSigner(h, w.rsa, pss{}), "rsa"
	}
	k := map[string]*ecKey{"ES256": w.e256, "ES384": w.e384, "ES512": w.e521}[alg]
	return esSigner(h, k), k.curve.name
}

func hashOf(alg string) crypto.Hash {
	switch alg[2:] {
	case "384":
		return crypto.SHA384
	case "512":
		return crypto.SHA512
	}
	return crypto.SHA256
}

// header returns the usual header of an algorithm.
func (w *world) header(alg string) string {
	if _, kid := w.signer(alg); kid != "" {
		return fmt.Sprintf(`{"alg":%q,"kid":%q}`, alg, kid)
	}
	return fmt.Sprintf(`{"alg":%q}`, alg)
}

// token signs claims under the usual header of an algorithm.
func (w *world) token(alg, claims string) string {
	sign, _ := w.signer(alg)
	return join(w.header(alg), claims, sign)
}

// claims returns the claims of a good token with changes: pairs of a name and its JSON, where "" removes the claim.
func claims(changes ...string) string {
	names := []string{"iss", "sub", "aud", "iat", "exp"}
	values := map[string]string{
		"iss": quote(issuer),
		"sub": quote(user),
		"aud": quote(audience),
		"iat": num(now - 60),
		"exp": num(now + 600),
	}
	for i := 0; i < len(changes); i += 2 {
		if _, known := values[changes[i]]; !known {
			names = append(names, changes[i])
		}
		values[changes[i]] = changes[i+1]
	}
	var members []string
	for _, name := range names {
		if values[name] != "" {
			members = append(members, quote(name)+":"+values[name])
		}
	}
	return "{" + strings.Join(members, ",") + "}"
}

// quote writes text as a JSON string.
func quote(text string) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(text); err != nil {
		panic(err) // strings always encode
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// contract returns the name of the contract with these algorithms and extra members, and adds it if it is new.
func (c *class) contract(name string, algs []string, extra ...string) string {
	if _, made := c.Contracts[name]; !made {
		members := []string{
			`"issuer":` + quote(issuer), `"audience":[` + quote(audience) + `]`, `"algorithms":["` +
				strings.Join(algs, `","`) + `"]`,
		}
		c.Contracts[name] = json.RawMessage("{" + strings.Join(append(members, extra...), ",") + "}")
	}
	return name
}

// keys names a key set.
func (c *class) keys(name string, entries ...string) string {
	if _, made := c.KeySets[name]; !made {
		c.KeySets[name] = json.RawMessage(`{"keys":[` + strings.Join(entries, ",") + `]}`)
	}
	return name
}

// mainKeys returns the name of the key set with the issuer's public keys: one of each kind, none bound to an
// algorithm.
func (c *class) mainKeys() string {
	w := c.world
	return c.keys("public", w.rsa.jwk("rsa"), w.e256.jwk("P-256"), w.e384.jwk("P-384"), w.e521.jwk("P-521"),
		edJWK("ed", publicEd(w.ed)))
}

// usual returns the contract and the keys for one algorithm.
func (c *class) usual(alg string) (contract, keys string) {
	if strings.HasPrefix(alg, "HS") {
		return c.contract(alg, []string{alg}), c.keys("secret", octJWK(c.world.secret))
	}
	return c.contract(alg, []string{alg}), c.mainKeys()
}

// add adds a case for the usual contract of an algorithm.
func (c *class) add(alg, name, token, code, why string) *vector {
	contract, keys := c.usual(alg)
	return c.put(vector{
		Name:     alg + ": " + name,
		Contract: contract,
		Keys:     keys,
		Token:    token,
		Code:     code,
		Why:      why,
	})
}

// put completes a case and adds it. Its name must be unique, because reports identify cases by name.
func (c *class) put(v vector) *vector {
	if c.names[v.Name] {
		panic("two cases of " + c.Class + " are called " + v.Name)
	}
	c.names[v.Name] = true
	if v.Time == 0 {
		v.Time = now
	}
	v.Verdict = "reject"
	switch {
	case v.Code != accepted:
		v.User = ""
	case v.User == "" && v.Request == nil:
		v.User = user
	}
	if v.Code == accepted {
		v.Verdict = "accept"
	}
	c.Cases = append(c.Cases, &v)
	return &v
}

// choice marks a verdict that the specifications leave open, see vectors.Case.Basis.
func (v *vector) choice() { v.Basis = "choice" }

// one returns one algorithm of each family.
func one() []string { return []string{"HS256", "RS256", "PS256", "ES256", "EdDSA"} }

// unquote reads a JSON string.
func unquote(text string) (s string) {
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		panic(err) // a mistake in this program
	}
	return s
}

// sorted returns a map's names in order, so that the output does not depend on chance.
func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// num writes a number.
func num(n int) string { return strconv.Itoa(n) }
