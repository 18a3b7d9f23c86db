package jwks_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/revstackhq/auth-go/core/internal/jwks"
	"github.com/revstackhq/auth-go/core/internal/test"
)

func algorithms() []string {
	return []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
}

func TestParseSkipsOneEntryAndSaysWhy(t *testing.T) {
	offCurve := ec("bad")
	offCurve["y"] = offCurve["x"]
	good := ec("good")
	for name, c := range map[string]struct {
		entry  any
		algs   []string
		reason string
	}{
		"unknown kty": {
			entry:  jwk{"kty": "AKP", "kid": "bad", "alg": "ML-DSA-44", "pub": "AA"},
			reason: "unknown kty AKP",
		},
		"no kty":             {entry: jwk{"kid": "bad"}, reason: "kty is missing"},
		"symmetric":          {entry: jwk{"kty": "oct", "kid": "bad", "k": "c2VjcmV0"}, reason: "symmetric"},
		"symmetric part":     {entry: with(rsaKey("bad"), "k", "AA"), reason: "symmetric key"},
		"private EC":         {entry: with(ec("bad"), "d", b64(make([]byte, 32))), reason: "private key"},
		"private RSA by p":   {entry: with(rsaKey("bad"), "p", "AQ"), reason: "private key"},
		"use enc":            {entry: with(ec("bad"), "use", "enc"), reason: "use is enc, not sig"},
		"key_ops":            {entry: with(ec("bad"), "key_ops", []string{"sign"}), reason: "key_ops"},
		"key_ops empty":      {entry: with(ec("bad"), "key_ops", []string{}), reason: "key_ops"},
		"RSA 1024":           {entry: rsaOf("bad", 1024, "AQAB"), reason: "shorter than 2048"},
		"RSA 2047":           {entry: rsaOf("bad", 2047, "AQAB"), reason: "shorter than 2048"},
		"RSA 8193":           {entry: rsaOf("bad", 8193, "AQAB"), reason: "longer than 8192"},
		"RSA even modulus":   {entry: with(rsaKey("bad"), "n", b64(bytes.Repeat([]byte{0xfe}, 256))), reason: "even"},
		"RSA e=1":            {entry: rsaOf("bad", 2048, "AQ"), reason: "exponent"},
		"RSA e=2":            {entry: rsaOf("bad", 2048, "Ag"), reason: "exponent"},
		"RSA e=65536":        {entry: rsaOf("bad", 2048, "AQAA"), reason: "exponent"},
		"RSA e=2^31+1":       {entry: rsaOf("bad", 2048, "gAAAAQ"), reason: "exponent"},
		"RSA e of 40 bytes":  {entry: rsaOf("bad", 2048, b64([]byte(strings.Repeat("\xff", 40)))), reason: "exponent"},
		"RSA without n":      {entry: jwk{"kty": "RSA", "kid": "bad", "e": "AQAB"}, reason: "n or e"},
		"RSA n not base64":   {entry: jwk{"kty": "RSA", "kid": "bad", "n": "+/+/", "e": "AQAB"}, reason: "n or e"},
		"EC off curve":       {entry: offCurve, reason: "not on declared curve"},
		"EC secp256k1":       {entry: with(ec("bad"), "crv", "secp256k1"), reason: "secp256k1"},
		"EC P-224":           {entry: with(ec("bad"), "crv", "P-224"), reason: "P-224"},
		"EC short x":         {entry: with(ec("bad"), "x", "AA"), reason: "wrong length"},
		"OKP X25519":         {entry: with(ed("bad"), "crv", "X25519"), reason: "unsupported curve X25519"},
		"OKP low order":      {entry: with(ed("bad"), "x", b64(make([]byte, 32))), reason: "low-order"},
		"OKP short":          {entry: with(ed("bad"), "x", "AA"), reason: "wrong length"},
		"alg of other kty":   {entry: with(ec("bad"), "alg", "RS256"), reason: "not a signature algorithm for this key"},
		"alg of other curve": {entry: with(ec("bad"), "alg", "ES384"), reason: "not a signature algorithm for this key"},
		"alg encryption": {
			entry:  with(rsaKey("bad"), "alg", "RSA-OAEP"),
			reason: "not a signature algorithm for this key",
		},
		"alg HS256":       {entry: with(rsaKey("bad"), "alg", "HS256"), reason: "not a signature algorithm for this key"},
		"not in contract": {entry: rsaKey("bad"), algs: []string{"ES256"}, reason: "contract"},
		"bound elsewhere": {
			entry:  with(rsaKey("bad"), "alg", "RS512"),
			algs:   []string{"ES256", "RS256"},
			reason: "contract",
		},
		"kid too long":    {entry: ec(strings.Repeat("k", 257)), reason: "kid longer"},
		"kid control":     {entry: ec("a\nb"), reason: "control characters"},
		"kid with CR LF":  {entry: ec("a\r\nlevel=ERROR"), reason: "kid contains control"},
		"kid with NEL":    {entry: ec("a\u0085b"), reason: "kid contains control"},
		"kid with U+2028": {entry: ec("a\u2028b"), reason: "kid contains control"},
		"kid with bidi":   {entry: ec("a\u202eb"), reason: "kid contains control"},
		"alg with CR LF":  {entry: with(ec("bad"), "alg", "ES256\r\n"), reason: "alg contains control"},
		"kty with LF":     {entry: with(ec("bad"), "kty", "EC\n"), reason: "kty or crv contains control"},
		"crv with LF":     {entry: with(ec("bad"), "crv", "P-256\n"), reason: "kty or crv contains control"},
		"use with LF":     {entry: with(ec("bad"), "use", "sig\n"), reason: "use is sig?, not sig"},
		"key_ops with LF": {
			entry:  with(ec("bad"), "key_ops", []string{"verify", "a\nb"}),
			reason: "key_ops contains control",
		},
		"issuer with LF":     {entry: with(ec("bad"), "issuer", "https://a\nb"), reason: "issuer contains control"},
		"kid a number":       {entry: with(ec(""), "kid", 7), reason: "unreadable"},
		"duplicate kid":      {entry: ec("good"), reason: "duplicate kid"},
		"duplicate member":   {entry: raw(`{"kty":"EC","kty":"EC","kid":"bad"}`), reason: "duplicate"},
		"case-folded member": {entry: raw(`{"KTY":"EC","kid":"bad"}`), reason: "kty is missing"},
		"null":               {entry: nil, reason: "not a JSON object"},
		"string":             {entry: "key", reason: "not a JSON object"},
		"invalid UTF-8":      {entry: raw("{\"kty\":\"EC\",\"kid\":\"\xff\"}"), reason: "UTF-8"},
	} {
		t.Run(name, func(t *testing.T) {
			data := []byte(fmt.Sprintf(`{ "keys": [ %s, %s ] }`, text(good), text(c.entry)))
			s, err := jwks.Parse(data, jwks.Limits{Algorithms: c.algs})
			if err != nil {
				t.Fatal(err)
			}
			if len(s.Keys()) != 1 || s.Keys()[0].ID != "good" {
				t.Fatalf("keys = %+v, want the good one alone", s.Keys())
			}
			if len(s.Skipped()) != 1 || s.Skipped()[0].Index != 1 || !strings.Contains(s.Skipped()[0].Reason, c.reason) {
				t.Fatalf("skipped = %+v, want entry 1 for %q", s.Skipped(), c.reason)
			}
		})
	}
}

func TestParseRefusesASet(t *testing.T) {
	for name, c := range map[string]struct {
		data string
		kind jwks.FetchKind
		says string
	}{
		"empty":              {``, jwks.KindMalformedSet, ""},
		"array":              {`[]`, jwks.KindMalformedSet, ""},
		"no keys member":     {`{"Keys":[]}`, jwks.KindMalformedSet, "keys"},
		"keys an object":     {`{"keys":{}}`, jwks.KindMalformedSet, "array"},
		"keys null":          {`{"keys":null}`, jwks.KindMalformedSet, "array"},
		"keys twice":         {`{"keys":[],"keys":[]}`, jwks.KindMalformedSet, "twice"},
		"cut short":          {`{"keys":[{"kty":"EC"}`, jwks.KindMalformedSet, ""},
		"cut in an entry":    {`{"keys":[{"kty":`, jwks.KindMalformedSet, ""},
		"trailing":           {`{"keys":[]}{}`, jwks.KindMalformedSet, "after"},
		"too many":           {`{"keys":[1,2,3,4,5]}`, jwks.KindTooManyKeys, "4"},
		"empty set":          {`{"keys":[]}`, jwks.KindNoUsableKeys, "Supabase"},
		"nothing usable":     {`{"keys":[{"kty":"oct","k":"AA","kid":"hs"}]}`, jwks.KindNoUsableKeys, `"hs"`},
		"broken other value": {`{"x":tru,"keys":[]}`, jwks.KindMalformedSet, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := jwks.Parse([]byte(c.data), jwks.Limits{MaxKeys: 4})
			var fe *jwks.FetchError
			if !errors.As(err, &fe) || fe.Kind != c.kind || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("err = %v, want kind %s saying %q", err, c.kind, c.says)
			}
		})
	}
}

func TestPrivateMaterialIsNotKept(t *testing.T) {
	s, err := jwks.Parse(set(ec("a"), with(ec("b"), "d", "c2VjcmV0c2VjcmV0")), jwks.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if all := fmt.Sprintf("%+v %+v", s, s.Skipped()); strings.Contains(all, "c2VjcmV0") {
		t.Fatal("the private part survived parsing")
	}
}

func TestFits(t *testing.T) {
	rs := []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}
	for name, c := range map[string]struct {
		entry jwk
		want  []string
		kty   string
		crv   string
		bits  int
	}{
		"RSA":         {rsaKey("k"), rs, "RSA", "", 2048},
		"RSA 8192":    {rsaOf("k", 8192, "AQAB"), rs, "RSA", "", 8192},
		"RSA bound":   {with(rsaKey("k"), "alg", "PS384"), []string{"PS384"}, "RSA", "", 2048},
		"RSA e=3":     {rsaOf("k", 2048, "Aw"), rs, "RSA", "", 2048},
		"P-256":       {ec("k"), []string{"ES256"}, "EC", "P-256", 256},
		"P-384":       {ecOn("k", elliptic.P384(), "P-384"), []string{"ES384"}, "EC", "P-384", 384},
		"P-521":       {ecOn("k", elliptic.P521(), "P-521"), []string{"ES512"}, "EC", "P-521", 521},
		"Ed25519":     {ed("k"), []string{"EdDSA", "Ed25519"}, "OKP", "Ed25519", 256},
		"Ed by alg":   {with(ed("k"), "alg", "Ed25519"), []string{"EdDSA", "Ed25519"}, "OKP", "Ed25519", 256},
		"Ed by EdDSA": {with(ed("k"), "alg", "EdDSA"), []string{"EdDSA", "Ed25519"}, "OKP", "Ed25519", 256},
		"use sig":     {with(ec("k"), "use", "sig"), []string{"ES256"}, "EC", "P-256", 256},
		"verify":      {with(ec("k"), "key_ops", []string{"verify"}), []string{"ES256"}, "EC", "P-256", 256},
		"odd x5c":     {with(ec("k"), "x5c", []string{"!"}), []string{"ES256"}, "EC", "P-256", 256},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := jwks.Parse(set(c.entry), jwks.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			k := s.Keys()[0]
			if k.Kty != c.kty || k.Crv != c.crv || k.Bits != c.bits || k.Thumbprint == [32]byte{} {
				t.Fatalf("key = %+v", k)
			}
			for _, alg := range append(algorithms(), "HS256", "none", "None", "", "rs256") {
				want := slices.Contains(c.want, alg)
				if k.Fits(alg) != want {
					t.Errorf("Fits(%q) = %v", alg, !want)
				}
				if found := len(s.Lookup("k", true, alg)) == 1; found != want {
					t.Errorf("Lookup for %q = %v", alg, found)
				}
			}
		})
	}
}

func TestThumbprint(t *testing.T) { // the example of RFC 7638 §3.1
	s, err := jwks.Parse(set(jwk{
		"kty": "RSA",
		"alg": "RS256",
		"kid": "2011-04-29",
		"e":   "AQAB",
		"n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJE" +
			"CPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2Q" +
			"vzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6" +
			"WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
	}), jwks.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if got := b64(s.Keys()[0].Thumbprint[:]); got != "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs" {
		t.Fatalf("thumbprint = %s", got)
	}
}

func TestSetLookup(t *testing.T) {
	a, b := ec("a"), ec("b")
	bare := ec("")
	s, err := jwks.Parse(
		set(a, b, bare, bare, rsaKey("a"), ed("e")),
		jwks.Limits{Algorithms: []string{"ES256", "RS256", "Ed25519"}},
	)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		kid    string
		hasKid bool
		alg    string
		want   int
	}{
		"by kid":                         {"a", true, "ES256", 1},
		"same kid, other type":           {"a", true, "RS256", 1},
		"alg outside the contract":       {"a", true, "PS256", 0},
		"unknown kid":                    {"x", true, "ES256", 0},
		"empty kid names no key":         {"", true, "ES256", 0},
		"no kid: all that fit":           {"", false, "ES256", 3},
		"no kid, one":                    {"", false, "RS256", 1},
		"contract says Ed25519":          {"e", true, "EdDSA", 1},
		"kid of the wrong type of token": {"b", true, "RS256", 0},
	} {
		t.Run(name, func(t *testing.T) {
			if got := s.Lookup(c.kid, c.hasKid, c.alg); len(got) != c.want {
				t.Fatalf("%d keys, want %d", len(got), c.want)
			}
		})
	}
	if len(s.Skipped()) != 1 || s.Skipped()[0].Reason != "duplicate key" {
		t.Fatalf("skipped = %+v, want the doubled key without kid", s.Skipped())
	}
}

func TestNoKidIsBounded(t *testing.T) {
	for n, want := range map[int]int{1: 1, 4: 4, 5: 0} {
		var entries []any
		for i := range n {
			entries = append(entries, ec(fmt.Sprint("k", i)))
		}
		s, err := jwks.Parse(set(entries...), jwks.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if got := len(s.Lookup("", false, "ES256")); got != want {
			t.Errorf("%d keys: a token without kid is tried against %d, want %d", n, got, want)
		}
	}
}

// FuzzParseSet: every key of a set is strong and fits an algorithm, another library reads it too and writes it so that
// it reads back as the same, and the memory is bounded.
func FuzzParseSet(f *testing.F) {
	f.Add(set(ec("a"), rsaKey("b"), ed("c"), ecOn("d", elliptic.P521(), "P-521")))
	f.Add(set(rsaOf("r", 8192, "Aw"), with(ec("x"), "d", "AA"), jwk{"kty": "oct", "k": "AA"}))
	f.Add([]byte(`{"keys":[{"kty":"RSA","n":"AA","e":"AQAB"},null,1,"x",[[]],{}]}`))
	f.Add([]byte(`{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA","kid":"\ud800"}],"x":{"keys":[]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		limits := jwks.Limits{MaxKeys: 64}
		test.Bounded(t, len(data), 32<<10, 64, func() { _, _ = jwks.Parse(data, limits) })
		s, err := jwks.Parse(data, limits)
		if err != nil {
			var fe *jwks.FetchError
			if !errors.As(err, &fe) || s != nil {
				t.Fatalf("untyped error, or both an error and a set: %v", err)
			}
			return
		}
		others := otherThumbprints(t, data)
		for _, k := range s.Keys() {
			if !slices.ContainsFunc(algorithms(), k.Fits) {
				t.Fatalf("key %q fits nothing", k.ID)
			}
			if pub, ok := k.Public.(*rsa.PublicKey); !others[k.Thumbprint] &&
				(!ok || pub.N.BitLen() <= jose.MaxRSAModulusBits) { // go-jose reads no longer keys
				t.Fatalf("go-jose reads no key like %q", k.ID)
			}
			switch pub := k.Public.(type) {
			case *rsa.PublicKey:
				if pub.N.BitLen() < 2048 || pub.N.BitLen() > 8192 || pub.E < 3 || pub.E%2 == 0 {
					t.Fatalf("weak RSA key %q", k.ID)
				}
			case *ecdsa.PublicKey:
				if _, err := pub.ECDH(); err != nil {
					t.Fatalf("EC key %q off its curve", k.ID)
				}
			case ed25519.PublicKey:
				if len(pub) != ed25519.PublicKeySize {
					t.Fatalf("short key %q", k.ID)
				}
			default:
				t.Fatalf("a %T came out", pub)
			}
			writtenAgain(t, k)
		}
	})
}

// otherThumbprints returns those of the keys that go-jose reads in a set, by the members that are the key: it also
// reads others, such as x5c.
func otherThumbprints(t *testing.T, data []byte) map[[sha256.Size]byte]bool {
	t.Helper()
	var set map[string]json.RawMessage // a map, because encoding/json ignores the case of a struct's members
	if err := json.Unmarshal(data, &set); err != nil {
		t.Fatalf("encoding/json reads no set: %v", err)
	}
	var entries []json.RawMessage
	if err := json.Unmarshal(set["keys"], &entries); err != nil {
		t.Fatalf("encoding/json reads no keys: %v", err)
	}
	found := map[[sha256.Size]byte]bool{}
	for _, entry := range entries {
		var all map[string]json.RawMessage
		_ = json.Unmarshal(entry, &all)
		maps.DeleteFunc(all, func(name string, _ json.RawMessage) bool {
			return !slices.Contains([]string{"kty", "n", "e", "crv", "x", "y"}, name)
		})
		var k jose.JSONWebKey
		text, err := json.Marshal(all)
		if errors.Join(err, k.UnmarshalJSON(text)) != nil {
			continue
		}
		if sum, err := k.Thumbprint(crypto.SHA256); err == nil {
			found[[sha256.Size]byte(sum)] = true
		}
	}
	return found
}

// writtenAgain checks that another library writes a key so that it reads back as the same.
func writtenAgain(t *testing.T, k *jwks.Key) {
	t.Helper()
	written, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{
		{Key: k.Public, KeyID: k.ID, Algorithm: k.Algorithm, Use: "sig"},
	}})
	if err != nil {
		t.Fatalf("key %q: %v", k.ID, err)
	}
	s, err := jwks.Parse(written, jwks.Limits{})
	if err != nil {
		t.Fatalf("%s: %v", written, err)
	}
	again := s.Keys()
	if len(again) != 1 || again[0].ID != k.ID || again[0].Algorithm != k.Algorithm || again[0].Thumbprint != k.Thumbprint {
		t.Fatalf("key %q became %s", k.ID, written)
	}
}

type raw string

// text is an entry's JSON; a raw one may be broken in ways encoding/json would mend.
func text(entry any) string {
	if r, ok := entry.(raw); ok {
		return string(r)
	}
	whole := string(set(entry))
	return whole[len(`{"keys":[`) : len(whole)-len(`]}`)]
}
