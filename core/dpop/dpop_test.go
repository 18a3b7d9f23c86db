package dpop_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/dpop"
	"github.com/revstackhq/auth-go/core/dpop/dpoptest"
)

const (
	method = "GET"
	url    = "https://api.example.com/orders"
	token  = "eyJ.eyJ.c2ln"
)

var at = time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)

func newSigner(tb testing.TB) *dpop.Signer {
	tb.Helper()
	s, err := dpop.GenerateSigner()
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func newChecker(tb testing.TB, c dpop.Config) *dpop.Checker {
	tb.Helper()
	c.Logger = slog.New(slog.DiscardHandler)
	k, err := dpop.New(c)
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

// good are the claims of a proof that a checker accepts at at.
func good() dpop.Claims { return dpop.Claims{Method: method, URL: url, Token: token, IssuedAt: at} }

func proof(tb testing.TB, s *dpop.Signer, c dpop.Claims) string {
	tb.Helper()
	p, err := s.Proof(c)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

func present(s *dpop.Signer, proof string) dpop.Presentation {
	return dpop.Presentation{Proof: proof, Method: method, URL: url, Token: token, Thumbprint: s.Thumbprint(), Now: at}
}

func kindOf(err error) dpop.Kind {
	var e *dpop.Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ""
}

func TestGoodProofs(t *testing.T) {
	curve := func(c elliptic.Curve) *ecdsa.PrivateKey {
		key, err := ecdsa.GenerateKey(c, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	var signers []*dpop.Signer
	for i, newSigner := range []func() (*dpop.Signer, error){
		func() (*dpop.Signer, error) { return dpop.NewSigner(curve(elliptic.P256())) },
		func() (*dpop.Signer, error) { return dpop.NewSigner(curve(elliptic.P384())) },
		func() (*dpop.Signer, error) { return dpop.NewSigner(curve(elliptic.P521())) },
		func() (*dpop.Signer, error) { return dpop.NewSigner(edwards) },
		func() (*dpop.Signer, error) { return dpop.NewSigner(rsaKey) },
	} {
		s, err := newSigner()
		if err != nil {
			t.Fatalf("signer %d: %v", i, err)
		}
		signers = append(signers, s)
	}
	k := newChecker(t, dpop.Config{})
	for _, s := range signers {
		if err := k.Check(t.Context(), present(s, proof(t, s, good()))); err != nil {
			t.Errorf("%s: %v", s.Algorithm(), err)
		}
		other := present(signers[0], proof(t, s, good()))
		if err := k.Check(t.Context(), other); s != signers[0] && kindOf(err) != dpop.KindInvalidProof {
			t.Errorf("%s: a proof by another key than the token's: %v", s.Algorithm(), err)
		}
	}
}

// TestVector is the proof of RFC 9449 §7.1, with the thumbprint of §6.1.
func TestVector(t *testing.T) {
	const (
		vector = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa" +
			"0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19." +
			"eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNv" +
			"dXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrt" +
			"NP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA"
		vectorToken = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"
	)
	k := newChecker(t, dpop.Config{})
	err := k.Check(t.Context(), dpop.Presentation{
		Proof:      vector,
		Method:     "GET",
		URL:        "https://resource.example.org/protectedresource",
		Token:      vectorToken,
		Thumbprint: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I",
		Now:        time.Unix(1562262618, 0),
	})
	if err != nil {
		t.Error(err)
	}
}

func TestBadProofs(t *testing.T) {
	s := newSigner(t)
	bad, err := dpoptest.BadProofs(s, good())
	if err != nil || len(bad) < 60 {
		t.Fatalf("%d bad proofs, error %v", len(bad), err)
	}
	seen := map[string]bool{}
	for _, b := range bad {
		if seen[b.Name] {
			t.Errorf("%s: the name is not unique", b.Name)
		}
		seen[b.Name] = true
		store := &countingStore{Store: dpop.NewMemoryStore(0)}
		k := newChecker(t, dpop.Config{Store: store, OnFailure: dpop.FailClosed})
		err := k.Check(t.Context(), present(s, b.Proof))
		if kindOf(err) != dpop.KindInvalidProof {
			t.Errorf("%s: got %v, want %s", b.Name, err, dpop.KindInvalidProof)
		}
		if store.calls > 0 {
			t.Errorf("%s: a proof that is refused took room in the store", b.Name)
		}
		if err != nil && (strings.Contains(err.Error(), b.Proof) || strings.Contains(err.Error(), token)) {
			t.Errorf("%s: the error shows the proof or the token: %v", b.Name, err)
		}
	}
	none := present(s, "")
	if err := newChecker(t, dpop.Config{}).Check(t.Context(), none); kindOf(err) != dpop.KindInvalidProof {
		t.Errorf("no proof: %v", err)
	}
}

type countingStore struct {
	dpop.Store
	calls int
}

func (c *countingStore) Use(ctx context.Context, key dpop.Key, now, expires time.Time) (bool, error) {
	c.calls++
	return c.Store.Use(ctx, key, now, expires)
}

// TestRequestURL compares URLs as RFC 9449 §4.3 asks: normalized by RFC 3986 §6.2.2 and §6.2.3.
func TestRequestURL(t *testing.T) {
	s := newSigner(t)
	for _, c := range []struct {
		htu, request string
		same         bool
	}{
		{"https://api.example.com/a", "https://api.example.com/a", true},
		{"https://api.example.com/a?page=2#top", "https://api.example.com/a", true},
		{"https://api.example.com/a", "https://api.example.com/a?page=2", true},
		{"HTTPS://API.Example.COM/a", "https://api.example.com/a", true},
		{"https://api.example.com:443/a", "https://api.example.com/a", true},
		{"https://api.example.com/a", "https://api.example.com:443/a", true},
		{"http://localhost:80/a", "http://localhost/a", true},
		{"https://api.example.com", "https://api.example.com/", true},
		{"https://api.example.com/%7Euser/%41", "https://api.example.com/~user/A", true},
		{"https://api.example.com/a%2fb", "https://api.example.com/a%2Fb", true},
		{"https://api.example.com/x/../a/./b", "https://api.example.com/a/b", true},
		{"https://api.example.com/a/%2e%2E/b", "https://api.example.com/b", true},
		{"https://[2001:DB8::1]/a", "https://[2001:db8::1]:443/a", true},

		{"https://api.example.com/a%2Fb", "https://api.example.com/a/b", false},
		{"https://api.example.com/A", "https://api.example.com/a", false},
		{"https://api.example.com/a/", "https://api.example.com/a", false},
		{"https://api.example.com//a", "https://api.example.com/a", false},
		{"http://api.example.com/a", "https://api.example.com/a", false},
		{"https://api.example.com:444/a", "https://api.example.com/a", false},
		{"https://api.example.com:80/a", "https://api.example.com/a", false},
		{"https://api.example.com./a", "https://api.example.com/a", false},
		{"https://user@api.example.com/a", "https://api.example.com/a", false},
		{"https://api.example.com@evil.example/a", "https://api.example.com/a", false},
		{"https://evil.example/?https://api.example.com/a", "https://api.example.com/a", false},
		{"https://api.example.com\\@evil.example/a", "https://api.example.com/a", false},
		{"https://api.example.com/%zz", "https://api.example.com/%zz", false},
		{"https://api。example。com/a", "https://api.example.com/a", false},
		{"/a", "https://api.example.com/a", false},
		{"//api.example.com/a", "https://api.example.com/a", false},
		{"https:/a", "https://api.example.com/a", false},
		{"https://api.example.com/a", "", false},
	} {
		claims := map[string]string{"jti": "1", "htm": method, "htu": c.htu}
		p := handmade(t, s, claims)
		presented := present(s, p)
		presented.URL = c.request
		err := newChecker(t, dpop.Config{}).Check(t.Context(), presented)
		if (err == nil) != c.same {
			t.Errorf("htu %q, request %q: got %v, want same %t", c.htu, c.request, err, c.same)
		}
	}
}

// handmade signs claims that Signer.Proof would change.
func handmade(t *testing.T, s *dpop.Signer, claims map[string]string) string {
	t.Helper()
	whole := proof(t, s, good())
	header, rest, _ := strings.Cut(whole, ".")
	payload, _, _ := strings.Cut(rest, ".")
	text, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		t.Fatal(err)
	}
	htu := strings.ReplaceAll(claims["htu"], `\`, `\\`)
	edited := strings.Replace(string(text), `"htu":"`+url+`"`, `"htu":"`+htu+`"`, 1)
	signed, err := s.Sign(header, base64.RawURLEncoding.EncodeToString([]byte(edited)))
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func TestAge(t *testing.T) {
	s := newSigner(t)
	config := dpop.Config{MaxAge: 30 * time.Second, Leeway: 5 * time.Second}
	for age, ok := range map[time.Duration]bool{
		0: true, 35 * time.Second: true, 36 * time.Second: false, -5 * time.Second: true, -6 * time.Second: false,
	} {
		c := good()
		c.IssuedAt = at.Add(-age)
		if err := newChecker(t, config).Check(t.Context(), present(s, proof(t, s, c))); (err == nil) != ok {
			t.Errorf("age %v: %v, want accepted %t", age, err, ok)
		}
	}
}

// TestReplay: a proof is accepted once, for as long as it would be accepted at all.
func TestReplay(t *testing.T) {
	s := newSigner(t)
	k := newChecker(t, dpop.Config{MaxAge: 30 * time.Second, Leeway: 5 * time.Second})
	for _, ahead := range []time.Duration{0, 5 * time.Second} { // the client's clock
		c := good()
		c.IssuedAt = at.Add(ahead)
		p := present(s, proof(t, s, c))
		if err := k.Check(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		for later := time.Duration(0); later <= 50*time.Second; later += time.Second {
			p.Now = at.Add(later)
			if err := k.Check(t.Context(), p); kindOf(err) != dpop.KindInvalidProof {
				t.Errorf("clock %v ahead, replayed after %v: %v", ahead, later, err)
			}
		}
	}
	c := good()
	c.ID = "of two clients"
	for range 2 { // a jti belongs to one client: another may have the same
		client := newSigner(t)
		if err := k.Check(t.Context(), present(client, proof(t, client, c))); err != nil {
			t.Error(err)
		}
	}
	again := present(s, proof(t, s, good()))
	if err := errors.Join(k.Check(t.Context(), again), k.Again().Check(t.Context(), again)); err != nil {
		t.Errorf("a second guard around one request: %v", err)
	}
}

func TestFailureMode(t *testing.T) {
	s := newSigner(t)
	down := storeFunc(func() (bool, error) { return true, errors.New("no route to the store") })
	closed := newChecker(t, dpop.Config{Store: down, OnFailure: dpop.FailClosed})
	if err := closed.Check(t.Context(), present(s, proof(t, s, good()))); kindOf(err) != dpop.KindUnavailable {
		t.Errorf("fail closed: %v", err)
	}
	open := newChecker(t, dpop.Config{Store: down, OnFailure: dpop.FailOpen})
	if err := open.Check(t.Context(), present(s, proof(t, s, good()))); err != nil {
		t.Errorf("fail open: %v", err)
	}
	forged := present(newSigner(t), proof(t, s, good()))
	if err := open.Check(t.Context(), forged); kindOf(err) != dpop.KindInvalidProof {
		t.Errorf("fail open accepts any proof: %v", err)
	}
}

type storeFunc func() (bool, error)

func (f storeFunc) Use(context.Context, dpop.Key, time.Time, time.Time) (bool, error) { return f() }

func TestConfigErrors(t *testing.T) {
	_, err := dpop.New(dpop.Config{
		Algorithms: []string{"HS256", "none", "ES256"}, MaxAge: 60, Leeway: time.Hour, Store: dpop.NewMemoryStore(0),
	})
	for _, field := range []string{"Algorithms[0]", "Algorithms[1]", "MaxAge", "Leeway", "OnFailure"} {
		if err == nil || !strings.Contains(err.Error(), "dpop: "+field+" ") {
			t.Errorf("no error names %s: %v", field, err)
		}
	}
	var one *dpop.ConfigError
	if !errors.As(err, &one) || one.Field != "Algorithms[0]" {
		t.Errorf("the first error is %v", one)
	}
	var nothing *dpop.Checker
	if err := nothing.Check(t.Context(), dpop.Presentation{}); kindOf(err) != dpop.KindInvalidProof {
		t.Errorf("a nil checker: %v", err)
	}
}
