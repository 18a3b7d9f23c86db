package core_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

const (
	kitIssuer   = "https://id.example.com"
	kitAudience = "api"
	kitSecret   = "the-secret-of-the-tests-is-64-bytes-long-so-that-HS512-takes-it!"
)

// epoch is when the tests take place.
func epoch() time.Time { return time.Unix(1_800_000_000, 0).UTC() }

// handClock is a clock that only moves when it is told to.
type handClock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *handClock { return &handClock{at: epoch()} }

func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *handClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// Keys are made once: RSA takes its time.
var (
	rsaKey   = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 2048)) })
	otherRSA = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 2048)) })
	p256Key  = sync.OnceValue(func() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)) })
	p384Key  = sync.OnceValue(func() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader)) })
	p521Key  = sync.OnceValue(func() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P521(), rand.Reader)) })
	edKey    = sync.OnceValue(func() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)) })
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// b64 is base64url without padding.
func b64[T ~string | ~[]byte](v T) string { return base64.RawURLEncoding.EncodeToString([]byte(v)) }

// mint signs a token. Header and claims are maps, or the JSON text itself.
func mint(tb testing.TB, alg string, key, header, claims any) string {
	tb.Helper()
	if h, ok := header.(map[string]any); ok {
		h = maps.Clone(h)
		if h == nil {
			h = map[string]any{}
		}
		if _, set := h["alg"]; !set {
			h["alg"] = alg
		}
		header = h
	}
	input := b64(asJSON(tb, header)) + "." + b64(asJSON(tb, claims))
	sig, err := jwt.GetSigningMethod(alg).Sign(input, key)
	if err != nil {
		tb.Fatal(err)
	}
	return input + "." + b64(sig)
}

func asJSON(tb testing.TB, v any) string {
	tb.Helper()
	if text, ok := v.(string); ok {
		return text
	}
	data, err := json.Marshal(v)
	if err != nil {
		tb.Fatal(err)
	}
	return string(data)
}

// claimsWith are good claims with changes: nil removes a claim.
func claimsWith(changes map[string]any) map[string]any {
	c := map[string]any{
		"iss": kitIssuer, "aud": kitAudience, "sub": "user_1", "iat": epoch().Unix(), "exp": epoch().Add(time.Hour).Unix(),
	}
	for name, v := range changes {
		if v == nil {
			delete(c, name)
		} else {
			c[name] = v
		}
	}
	return c
}

// hs256 signs claims with the tests' secret.
func hs256(tb testing.TB, changes map[string]any) string {
	tb.Helper()
	return mint(tb, "HS256", []byte(kitSecret), map[string]any{}, claimsWith(changes))
}

// secretRules need no network.
func secretRules() core.Rules {
	return core.Rules{Issuer: kitIssuer, Audiences: []string{kitAudience}, Secret: core.NewSecret(kitSecret)}
}

func newContract(tb testing.TB, rules core.Rules) *core.Contract {
	tb.Helper()
	contract, err := core.NewContract(rules)
	if err != nil {
		tb.Fatal(err)
	}
	return contract
}

// newVerifier tells the time by a clock that stands at epoch, if no option
// names another.
func newVerifier(tb testing.TB, rules core.Rules, opts ...core.Option) *core.Verifier {
	tb.Helper()
	v, err := core.NewVerifier(newContract(tb, rules), append([]core.Option{core.WithClock(newClock())}, opts...)...)
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

// wantCode checks the code that err carries, "" for none.
func wantCode(tb testing.TB, err error, want core.Code) {
	tb.Helper()
	if got := core.CodeOf(err); got != want {
		tb.Fatalf("got code %q, want %q: %v", got, want, err)
	}
}

func publicJWK(key any, kid, alg string) jose.JSONWebKey {
	return jose.JSONWebKey{Key: key, KeyID: kid, Algorithm: alg, Use: "sig"}
}

func jwksOf(tb testing.TB, keys ...jose.JSONWebKey) json.RawMessage {
	tb.Helper()
	return json.RawMessage(asJSON(tb, jose.JSONWebKeySet{Keys: keys}))
}

func publicPEM(tb testing.TB, key any) string {
	tb.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		tb.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// keyServer publishes a key set on loopback and counts who asks for it.
type keyServer struct {
	*httptest.Server

	fetches atomic.Int64
	down    atomic.Bool
	gate    atomic.Pointer[chan struct{}] // answers wait for it to close
	keys    atomic.Pointer[[]byte]
}

func newKeyServer(tb testing.TB, keys ...jose.JSONWebKey) *keyServer {
	tb.Helper()
	s := &keyServer{}
	s.publish(tb, keys...)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		s.fetches.Add(1)
		if gate := s.gate.Load(); gate != nil {
			<-*gate
		}
		if s.down.Load() {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/jwk-set+json")
		_, _ = w.Write(*s.keys.Load())
	}))
	tb.Cleanup(s.Close)
	return s
}

func (s *keyServer) publish(tb testing.TB, keys ...jose.JSONWebKey) {
	tb.Helper()
	set := []byte(jwksOf(tb, keys...))
	s.keys.Store(&set)
}

// rules are for tokens of rsaKey, kid "k1".
func (s *keyServer) rules() core.Rules {
	return core.Rules{Issuer: kitIssuer, Audiences: []string{kitAudience}, JWKSURL: s.URL + "/jwks"}
}

func rs256(tb testing.TB, kid string, changes map[string]any) string {
	tb.Helper()
	return mint(tb, "RS256", rsaKey(), map[string]any{"kid": kid}, claimsWith(changes))
}

// policyFunc is a function as a policy.
type policyFunc func(s *core.Session) error

func (f policyFunc) Check(s *core.Session) error { return f(s) }

// request makes a request with header fields, name by value.
func request(method, target string, fields ...string) *http.Request {
	r := httptest.NewRequest(method, target, http.NoBody)
	for i := 0; i+1 < len(fields); i += 2 {
		r.Header.Add(fields[i], fields[i+1])
	}
	return r
}

func get(fields ...string) guard.Request {
	return guard.HTTPRequest(request(http.MethodGet, "http://api.example.com/things", fields...))
}

// revoker makes a revoker of a function that answers with an error.
func revoker(check func(context.Context, *core.Session) error) guard.Revoker {
	return guard.RevokerFunc(func(ctx context.Context, s *core.Session) (bool, error) { return false, check(ctx, s) })
}
