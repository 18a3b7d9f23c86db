package judge

import (
	"bytes"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"runtime"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/vectors"
)

// goodCases are the accepted vectors, and one of them with a secret.
func goodCases(f *testing.F) (good []*vectors.Case, secret *vectors.Case) {
	f.Helper()
	classes, err := vectors.Load()
	if err != nil {
		f.Fatal(err)
	}
	good = accepted(Tokens(classes))
	for _, c := range good {
		if c.Keys.Set == nil && c.Contract.Algorithms[0] == "HS256" && c.User == "user_1" {
			return good, c
		}
	}
	f.Fatal("no vector with a secret")
	return nil, nil
}

// FuzzFlippedBit: a good token of any algorithm with one flipped bit is refused, wherever the bit is, unless that makes
// the other signature of the same text which ECDSA has.
func FuzzFlippedBit(f *testing.F) {
	good, _ := goodCases(f)
	for i := range 4 {
		f.Add(uint16(i*37), uint32(i*1001))
	}
	e := NewEngine(core.TokenCache{})
	f.Fuzz(func(t *testing.T, which uint16, bit uint32) {
		c := good[int(which)%len(good)]
		if v := e.Judge(t.Context(), c); v.code != "" {
			t.Fatalf("%s: %v", c.Name, v.err)
		}
		token := []byte(c.Token)
		n := int(bit) % (8 * len(token))
		token[n/8] ^= 1 << (n % 8)
		if v := e.judgeToken(t.Context(), c, string(token)); v.code == "" {
			if isMirrored(c.Token, string(token)) {
				return
			}
			t.Fatalf("%s is accepted with bit %d flipped: %q", c.Name, n, token)
		}
	})
}

// isMirrored reports whether changed is the ES256 token with the signature (r, n − s) in place of (r, s), which anyone
// can compute and RFC 7518 §3.4 does not exclude.
func isMirrored(token, changed string) bool {
	input, signature := cutSignature(token)
	changedInput, changedSignature := cutSignature(changed)
	const half = 32
	if input != changedInput || len(signature) != 2*half || len(changedSignature) != 2*half ||
		!bytes.Equal(signature[:half], changedSignature[:half]) {
		return false
	}
	s, mirrored := new(big.Int).SetBytes(signature[half:]), new(big.Int).SetBytes(changedSignature[half:])
	return s.Add(s, mirrored).Cmp(elliptic.P256().Params().N) == 0
}

// cutSignature returns no signature if it is not base64url.
func cutSignature(token string) (input string, signature []byte) {
	dot := strings.LastIndexByte(token, '.')
	signature, err := base64.RawURLEncoding.Strict().DecodeString(token[dot+1:])
	if err != nil {
		return token, nil
	}
	return token[:dot+1], signature
}

// FuzzAccepted signs any header and claims. What is accepted, golang-jwt and go-jose accept too, encoding/json reads
// the same user in it, and claims that encoding/json writes again are those of the same user.
func FuzzAccepted(f *testing.F) {
	_, c := goodCases(f)
	const claims = `{"iss":"https://issuer.example","sub":"user_1","aud":"api","iat":1799999940,"exp":1800000600`
	headers := []string{`{"alg":"HS256"}`, `{"alg":"HS256","typ":"JWT","kid":"a"}`, `{"alg":"HS256","crit":["x"]}`}
	rests := []string{
		`}`, `,"x":[1,{"y":"\ud83d\ude00"}]}`, `,"sub":"admin"}`, `,"nbf":1e400}`, `,"Sub":"admin"}`, `,"cnf":{}}`,
	}
	for _, header := range headers {
		for _, rest := range rests {
			f.Add([]byte(header), []byte(claims+rest))
		}
	}
	e, p := NewEngine(core.TokenCache{Disabled: true}), newPanel()
	f.Fuzz(func(t *testing.T, header, claims []byte) {
		token := signed(c.Keys.Secret, header, claims)
		v := e.judgeToken(t.Context(), c, token)
		if v.code != "" {
			return
		}
		for _, peer := range p.peers {
			own := disagreement{input: "fuzz", peer: peer.name, stricter: peer.name}
			if err := peer.judge(c, token); err != nil {
				if own.group = reasonOf(Verdict{}, err); own.why() == "" && !fractional(claims) {
					t.Fatalf("%s refuses %s . %s: %v", peer.name, header, claims, err)
				}
			}
		}
		var read struct{ members map[string]json.RawMessage }
		if err := json.Unmarshal(claims, &read.members); err != nil {
			t.Fatal(err)
		}
		var sub string
		if err := json.Unmarshal(read.members["sub"], &sub); err != nil || sub != v.user {
			t.Fatalf("user %q, encoding/json reads %q (%v) in %s", v.user, sub, err, claims)
		}
		written, err := json.Marshal(read.members)
		if err != nil {
			t.Fatal(err)
		}
		again := e.judgeToken(t.Context(), c, signed(c.Keys.Secret, header, written))
		if again.user != v.user || again.code != "" && again.code != core.CodeTokenTooLarge {
			t.Fatalf("%s gives %q, written again as %s it gives %q (%v)", claims, v.user, written, again.user, again.err)
		}
	})
}

// fractional reports whether exp has a fraction, which golang-jwt cuts off.
func fractional(claims []byte) bool {
	var dates struct{ Exp json.Number }
	if json.Unmarshal(claims, &dates) != nil {
		return false
	}
	_, err := dates.Exp.Int64()
	return err != nil
}

// FuzzMemory: what a stranger sends costs memory in proportion to its length, also if it is no token at all.
func FuzzMemory(f *testing.F) {
	good, c := goodCases(f)
	f.Add(good[0].Token)
	dots, letters := strings.Repeat(".", 10000), strings.Repeat("A", 20000)
	for _, text := range []string{"", "..", "a.b.c", dots, letters} {
		f.Add(text)
	}
	deep := append(bytes.Repeat([]byte(`{"a":`), 3000), '1')
	f.Add(signed(c.Keys.Secret, []byte(`{"alg":"HS256"}`), deep))
	f.Add(signed(c.Keys.Secret, []byte(`{"alg":"HS256"}`), append(bytes.Repeat([]byte(`{"a":1,`), 1500), '}')))
	e := NewEngine(core.TokenCache{Disabled: true})
	e.Judge(f.Context(), c) // makes the verifier
	f.Fuzz(func(t *testing.T, token string) {
		// Other goroutines of the test program allocate now and then, so the least of three counts.
		spent := uint64(1 << 40)
		for range 3 {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			e.judgeToken(t.Context(), c, token)
			runtime.ReadMemStats(&after)
			spent = min(spent, after.TotalAlloc-before.TotalAlloc)
		}
		const base, each = 16 << 10, 24 // an index entry for a member of four bytes has twenty
		if limit := uint64(base + each*len(token)); spent > limit {
			t.Fatalf("%d bytes for a token of %d, want at most %d", spent, len(token), limit)
		}
	})
}

// FuzzRead: a file of vectors is read or refused with an error, and what is read can be judged.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"class":"a","about":"b","references":["c"],` +
		`"contracts":{"k":{"issuer":"i","audience":["a"],"algorithms":["HS256"]}},` +
		`"keySets":{"s":{"keys":[{"kty":"oct","k":"AAAA"}]}},"cases":[{"name":"n","contract":"k","keys":"s","time":1,"token":"t",` +
		`"verdict":"reject","code":"INVALID_CONTRACT","why":"w"}]}`))
	f.Add([]byte(`{"cases":[{"name":"n","time":1,"token":"t","request":{"method":"GET"},"verdict":"accept"}]}`))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		class, err := vectors.Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		e := NewEngine(core.TokenCache{Disabled: true})
		for i := range class.Cases {
			if c := &class.Cases[i]; c.Request == nil {
				_ = e.Judge(t.Context(), c)
			}
		}
	})
}
