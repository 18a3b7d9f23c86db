package jwks_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/internal/jwks"
	"github.com/revstackhq/auth-go/core/keys"
)

// clock is advanced by tests only.
type clock struct{ ns atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.ns.Store(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) Now() time.Time          { return time.Unix(0, c.ns.Load()).UTC() }
func (c *clock) advance(d time.Duration) { c.ns.Add(int64(d)) }

// issuer is a real server whose answer can be switched.
type issuer struct {
	*httptest.Server
	hits   atomic.Int64
	answer atomic.Pointer[http.HandlerFunc]
	quit   chan struct{} // closed when the test ends; hanging handlers wait for it
}

func newIssuer(t *testing.T, h http.HandlerFunc) *issuer {
	t.Helper()
	i := &issuer{quit: make(chan struct{})}
	i.serve(h)
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.hits.Add(1)
		(*i.answer.Load())(w, r)
	}))
	t.Cleanup(func() { close(i.quit); i.Close() })
	return i
}

func (i *issuer) serve(h http.HandlerFunc) { i.answer.Store(&h) }

func (i *issuer) down() { i.serve(status(http.StatusServiceUnavailable)) }

func (i *issuer) hang() {
	i.serve(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-i.quit:
		case <-r.Context().Done():
		}
	})
}

// source returns a Source on i with the given clock.
func (i *issuer) source(c keys.Clock, change ...func(*jwks.Config)) *jwks.Source {
	cfg := jwks.Config{URL: i.URL + "/keys", Clock: c}
	for _, f := range change {
		f(&cfg)
	}
	return jwks.New(cfg)
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func body(contentType string, raw []byte, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		for n := 0; n+1 < len(header); n += 2 {
			w.Header().Set(header[n], header[n+1])
		}
		_, _ = w.Write(raw)
	}
}

func jwkSet(raw []byte, header ...string) http.HandlerFunc {
	return body("application/json", raw, header...)
}

type jwk = map[string]any

func set(entries ...any) []byte {
	if entries == nil {
		entries = []any{}
	}
	raw, err := json.Marshal(jwk{"keys": entries})
	if err != nil {
		panic(err)
	}
	return raw
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// ec returns a new P-256 key's entry.
func ec(kid string) jwk { return ecOn(kid, elliptic.P256(), "P-256") }

func ecOn(kid string, curve elliptic.Curve, crv string) jwk {
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		panic(err)
	}
	point, err := key.PublicKey.Bytes()
	if err != nil {
		panic(err)
	}
	half := (len(point) - 1) / 2
	return withKid(jwk{"kty": "EC", "crv": crv, "x": b64(point[1 : 1+half]), "y": b64(point[1+half:])}, kid)
}

func ed(kid string) jwk {
	pub, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	return withKid(jwk{"kty": "OKP", "crv": "Ed25519", "x": b64(pub)}, kid)
}

// sharedRSA is made once: RSA keys are slow to make under -race.
var sharedRSA = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func rsaKey(kid string) jwk {
	pub := sharedRSA().PublicKey
	return withKid(jwk{"kty": "RSA", "n": b64(pub.N.Bytes()), "e": "AQAB"}, kid)
}

// rsaOf returns an entry with an odd modulus of that many bits, which is all a parser can see.
func rsaOf(kid string, bits int, e string) jwk {
	n := new(big.Int).Lsh(big.NewInt(1), uint(bits-1))
	n.SetBit(n, 0, 1)
	return withKid(jwk{"kty": "RSA", "n": b64(n.Bytes()), "e": e}, kid)
}

func withKid(e jwk, kid string) jwk {
	if kid != "" {
		e["kid"] = kid
	}
	return e
}

func with(e jwk, name string, value any) jwk {
	c := jwk{name: value}
	for k, v := range e {
		if k != name {
			c[k] = v
		}
	}
	return c
}

// events collects what a Source emits.
type events struct {
	mu  sync.Mutex
	all []event.Event
}

func (e *events) emit(_ context.Context, ev event.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = append(e.all, ev)
}

// take returns the events that s has emitted since the last call.
func (e *events) take(s *jwks.Source) []event.Event {
	s.Await()
	e.mu.Lock()
	defer e.mu.Unlock()
	all := e.all
	e.all = nil
	return all
}

// settled fails the test unless the number of goroutines comes back to before.
func settled(t *testing.T, before int) {
	t.Helper()
	for range 5_000_000 {
		if runtime.NumGoroutine() <= before {
			return
		}
		runtime.Gosched()
	}
	buf := make([]byte, 1<<16)
	t.Errorf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, buf[:runtime.Stack(buf, true)])
}
