package jwks

import (
	"bytes"
	"cmp"
	"crypto"
	"crypto/rsa"
	"encoding/base64"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/json"

	"github.com/revstackhq/auth-go/core/keys"
)

// Parse reads a JWK Set (RFC 7517 §5). An entry that cannot be used is skipped with a reason and never fails the set;
// private and symmetric key material is never kept. The error is a *[FetchError] of kind KindMalformedSet,
// KindTooManyKeys or KindNoUsableKeys.
func Parse(data []byte, lim Limits) (*Set, error) {
	set := newSet(lim)
	n := 0
	err := eachEntry(data, cmp.Or(lim.MaxKeys, keys.Policy{}.WithDefaults().MaxKeys), func(raw []byte) {
		set.read(n, raw)
		n++
	})
	if err != nil {
		return nil, err
	}
	return set.usable()
}

// eachEntry decodes the "keys" array one entry at a time, so that a set with too many entries is not decoded as a
// whole.
func eachEntry(data []byte, maxKeys int, entry func(raw []byte)) error {
	malformed := func(detail string) error {
		return &FetchError{Kind: KindMalformedSet, Err: errors.New(detail)}
	}
	dec := stdjson.NewDecoder(bytes.NewReader(data))
	if tok, err := dec.Token(); err != nil || tok != stdjson.Delim('{') {
		return malformed("not a JSON object")
	}
	found, n := false, 0
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return malformed("broken JSON")
		}
		if name != "keys" { // exact case; RFC 7517 §5: unknown members are ignored
			var ignored stdjson.RawMessage
			if err := dec.Decode(&ignored); err != nil {
				return malformed("broken JSON")
			}
			continue
		}
		if found {
			return malformed(`"keys" appears twice`)
		}
		found = true
		if tok, err := dec.Token(); err != nil || tok != stdjson.Delim('[') {
			return malformed(`"keys" is not an array`)
		}
		for dec.More() {
			if n++; n > maxKeys {
				return &FetchError{Kind: KindTooManyKeys, Err: fmt.Errorf("more than %d entries", maxKeys)}
			}
			var raw stdjson.RawMessage
			if err := dec.Decode(&raw); err != nil {
				return malformed("broken JSON")
			}
			entry(raw)
		}
		if _, err := dec.Token(); err != nil {
			return malformed("broken JSON")
		}
	}
	if _, err := dec.Token(); err != nil {
		return malformed("broken JSON")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return malformed("data after the JSON object")
	}
	if !found {
		return malformed(`no "keys" array`) // RFC 7517 §5.1: the member is REQUIRED
	}
	return nil
}

// entry has the members of a JWK that decide whether and how it is used. go-jose's json reads names in their exact case
// and rejects duplicates. x5c is omitted on purpose: it is not trusted, so an invalid certificate does not matter.
type entry struct {
	Kty    string   `json:"kty"`
	Use    string   `json:"use"`
	KeyOps []string `json:"key_ops"`
	Alg    string   `json:"alg"`
	Kid    string   `json:"kid"`
	Crv    string   `json:"crv"`
	N      string   `json:"n"`
	E      string   `json:"e"`
	X      string   `json:"x"`
	Y      string   `json:"y"`
	Pub    string   `json:"pub"`

	// Issuer is Microsoft's extension: the issuer for which a key of a shared set may sign.
	Issuer json.RawMessage `json:"issuer"`

	D    json.RawMessage `json:"d"`
	P    json.RawMessage `json:"p"`
	Q    json.RawMessage `json:"q"`
	DP   json.RawMessage `json:"dp"`
	DQ   json.RawMessage `json:"dq"`
	QI   json.RawMessage `json:"qi"`
	Oth  json.RawMessage `json:"oth"`
	K    json.RawMessage `json:"k"`
	Priv json.RawMessage `json:"priv"`
}

// read adds one entry to the set, or records why it is skipped.
func (b *setBuilder) read(index int, raw []byte) {
	var e entry
	key, reason := e.key(raw, b)
	if reason == "" {
		reason = b.add(key)
	}
	if reason != "" {
		b.skip(keys.Skipped{
			Index:     index,
			ID:        printable(e.Kid, shownBytes),
			Type:      printable(e.Kty, shownBytes),
			Algorithm: printable(e.Alg, shownBytes),
			Reason:    reason,
		}, e.Kid)
	}
}

// key decodes raw into e and returns the key, or why it cannot be used. RFC 7517 §5 asks to ignore entries that are
// not understood, lack members or have values out of range.
func (e *entry) key(raw []byte, b *setBuilder) (key *Key, reason string) {
	if !utf8.Valid(raw) { // RFC 8259 §8.1; two kids must not fold into one U+FFFD
		return nil, "not UTF-8"
	}
	if len(raw) == 0 || raw[0] != '{' {
		return nil, "not a JSON object"
	}
	if err := json.Unmarshal(raw, e); err != nil {
		return nil, "unreadable: " + printable(err.Error(), shownBytes)
	}
	switch {
	case e.Kty == "oct" || e.K != nil:
		return nil, "symmetric key in a public set; anyone who can read it can sign with it"
	case e.D != nil || e.P != nil || e.Q != nil || e.DP != nil || e.DQ != nil || e.QI != nil || e.Oth != nil ||
		e.Priv != nil:
		return nil, "private key in a public set; treat it as compromised"
	case !slices.Contains(b.uses, e.Use): // RFC 7517 §4.2
		return nil, e.unfitUse(b.uses)
	case e.KeyOps != nil && !slices.Contains(e.KeyOps, "verify"): // RFC 7517 §4.3
		return nil, "key_ops lacks verify"
	case len(e.Kid) > maxKidSize:
		return nil, "kid longer than 256 bytes"
	}
	if name := e.unprintable(); name != "" {
		return nil, name + " contains control characters"
	}
	if e.Kty == ktyAKP && b.akp != nil {
		key, reason = e.akpKey(b.akp)
	} else {
		key, reason = e.usualKey()
	}
	if reason != "" || e.Issuer == nil {
		return key, reason
	}
	if err := json.Unmarshal(e.Issuer, &key.Issuer); err != nil || key.Issuer == "" {
		return nil, "issuer is not a string"
	}
	if strings.ContainsFunc(key.Issuer, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return nil, "issuer contains control characters"
	}
	return key, ""
}

// usualKey reads a key of the types RSA, EC and OKP.
func (e *entry) usualKey() (key *Key, reason string) {
	pub, reason := e.public()
	if reason != "" {
		return nil, reason
	}
	return newKey(pub, e.Kid, e.Alg)
}

// unprintable returns the name of a member whose text could forge a log line or be mistaken for other text.
func (e *entry) unprintable() string {
	bad := func(s string) bool { return strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) }
	switch {
	case bad(e.Kid):
		return "kid"
	case bad(e.Alg):
		return "alg"
	case bad(e.Kty), bad(e.Crv):
		return "kty or crv"
	case slices.ContainsFunc(e.KeyOps, bad):
		return "key_ops"
	}
	return ""
}

// unfitUse describes a "use" that is not accepted.
func (e *entry) unfitUse(uses []string) string {
	named := slices.DeleteFunc(slices.Clone(uses), func(u string) bool { return u == "" })
	want := printable(strings.Join(named, " or "), shownBytes)
	if e.Use == "" {
		return "use is missing, want " + want
	}
	return "use is " + printable(e.Use, shownBytes) + ", not " + want
}

// public returns the public key in e, or why it cannot be used.
func (e *entry) public() (pub crypto.PublicKey, reason string) {
	switch e.Kty {
	case "RSA":
		// go-jose is not used here: its limit of 4096 bits is a global variable.
		n, nerr := base64.RawURLEncoding.Strict().DecodeString(e.N)
		exp, eerr := base64.RawURLEncoding.Strict().DecodeString(e.E)
		if nerr != nil || eerr != nil || len(n) == 0 || len(exp) == 0 {
			return nil, "RSA n or e is missing or not base64url" // RFC 7518 §6.3.1
		}
		big31 := new(big.Int).SetBytes(exp)
		if !big31.IsInt64() || big31.Int64() > maxRSAExp {
			return nil, "RSA exponent is even, below 3 or above 2^31-1"
		}
		return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(big31.Int64())}, ""
	case "EC", "OKP":
		raw, err := json.Marshal(struct {
			Kty string `json:"kty"`
			Crv string `json:"crv"`
			X   string `json:"x"`
			Y   string `json:"y,omitempty"`
		}{e.Kty, e.Crv, e.X, e.Y})
		if err != nil {
			return nil, "unreadable: " + printable(err.Error(), shownBytes)
		}
		var jwk jose.JSONWebKey
		if err := jwk.UnmarshalJSON(raw); err != nil {
			if errors.Is(err, jose.ErrUnsupportedKeyType) {
				return nil, "unsupported curve " + printable(e.Crv, shownBytes)
			}
			return nil, "unreadable: " + printable(strings.TrimPrefix(err.Error(), "go-jose/go-jose: "), shownBytes)
		}
		return jwk.Key, ""
	case "":
		return nil, "kty is missing"
	}
	return nil, "unknown kty " + printable(e.Kty, shownBytes)
}

// noUsable explains why a set has no usable keys.
func noUsable(skipped []keys.Skipped) error {
	if len(skipped) == 0 {
		return errors.New("the set is empty (a Supabase project that still signs with HS256 publishes an empty set)")
	}
	first := skipped[0]
	return fmt.Errorf("all %d entries were skipped, the first (kid %q) because: %s", len(skipped), first.ID, first.Reason)
}
