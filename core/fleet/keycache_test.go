package fleet_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/fleet"
	"github.com/revstackhq/auth-go/core/internal/test"
	"github.com/revstackhq/auth-go/core/keys"
)

// rotating is an issuer with one key at a time, which answers after a while. It is the transport of its clients.
type rotating struct {
	key     atomic.Int64 // the kid
	fetches atomic.Int64
}

func privateKey(kid int64) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{byte(kid)}, ed25519.SeedSize))
}

func (i *rotating) RoundTrip(*http.Request) (*http.Response, error) {
	i.fetches.Add(1)
	kid := i.key.Load()
	time.Sleep(30 * time.Millisecond)
	public, _ := privateKey(kid).Public().(ed25519.PublicKey)
	return &http.Response{
		StatusCode: http.StatusOK,
		Header:     http.Header{"Cache-Control": {"max-age=600"}},
		Body: io.NopCloser(strings.NewReader(fmt.Sprintf(`{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k%d","x":%q}]}`,
			kid, base64.RawURLEncoding.EncodeToString(public)))),
	}, nil
}

func (i *rotating) token(tb testing.TB, kid int64) string {
	tb.Helper()
	part := func(v any) string {
		text, err := json.Marshal(v)
		if err != nil {
			tb.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(text)
	}
	now := time.Now().Unix()
	signed := part(map[string]any{"alg": "EdDSA", "kid": fmt.Sprint("k", kid)}) + "." +
		part(map[string]any{"iss": issuer, "sub": "u", "aud": "api", "iat": now, "exp": now + 86_400})
	return signed + "." + base64.RawURLEncoding.EncodeToString(ed25519.Sign(privateKey(kid), []byte(signed)))
}

// turns is a cache that replicas share, and that lets one of them fetch.
type turns struct {
	mu      sync.Mutex
	data    map[string][]byte
	turn    map[string]bool
	changed chan struct{}
	loads   atomic.Int64
}

func newTurns() *turns {
	return &turns{data: map[string][]byte{}, turn: map[string]bool{}, changed: make(chan struct{})}
}

func (c *turns) Load(_ context.Context, id string) ([]byte, error) {
	c.loads.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.data[id], nil
}

func (c *turns) Store(_ context.Context, id string, data []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.data[id], c.turn[id] = bytes.Clone(data), false
	close(c.changed)
	c.changed = make(chan struct{})
	return nil
}

func (c *turns) LoadNext(ctx context.Context, id string, last []byte) ([]byte, error) {
	for {
		c.mu.Lock()
		data, taken, changed := c.data[id], c.turn[id], c.changed
		if !bytes.Equal(data, last) || !taken {
			c.turn[id] = bytes.Equal(data, last)
			c.mu.Unlock()
			return data, nil
		}
		c.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return last, nil
		}
	}
}

// keyFleet is replicas whose verifiers share fetched keys.
type keyFleet struct {
	t         *testing.T
	issuer    *rotating
	replicas  []*fleet.Revocations
	verifiers []*core.Verifier
}

func newKeyFleet(ctx context.Context, t *testing.T, n int, cache keys.Cache) *keyFleet {
	t.Helper()
	f := &keyFleet{t: t, issuer: &rotating{}}
	f.issuer.key.Store(1)
	contract, err := core.NewContract(core.Rules{
		Issuer: issuer, JWKSURL: issuer + "/keys", Audiences: []string{"api"}, Algorithms: []string{"EdDSA"},
	})
	if err != nil {
		t.Fatal(err)
	}
	log := fleet.NewMemoryLog(0)
	for range n {
		r := open(ctx, t, log, func(o *fleet.Options) { o.MaxLag = 5 * time.Minute }) // few heartbeats
		v, err := core.NewVerifier(contract, core.WithKeyCache(r.KeyCache(cache), secret),
			core.WithHTTPClient(&http.Client{Transport: f.issuer}), core.WithLogger(slog.New(slog.DiscardHandler)))
		if err != nil {
			t.Fatal(err)
		}
		f.replicas, f.verifiers = append(f.replicas, r), append(f.verifiers, v)
	}
	synctest.Wait()
	return f
}

// send sends a token to the replicas at once, and checks each answer.
func (f *keyFleet) send(what string, verifiers []*core.Verifier, token string, code core.Code) {
	f.t.Helper()
	var wg sync.WaitGroup
	var wrong atomic.Int64
	for _, v := range verifiers {
		wg.Go(func() {
			if _, err := v.Verify(f.t.Context(), token); core.CodeOf(err) != code {
				wrong.Add(1)
			}
		})
	}
	wg.Wait()
	if wrong.Load() > 0 {
		f.t.Errorf("%s: %d of %d replicas did not answer %q", what, wrong.Load(), len(verifiers), code)
	}
}

func (f *keyFleet) fetched(what string, want int64) {
	f.t.Helper()
	if got := f.issuer.fetches.Load(); got != want {
		f.t.Errorf("%s: %d fetches at the issuer, want %d", what, got, want)
	}
}

// everyone checks which key the replicas have.
func (f *keyFleet) everyone(what, kid string) {
	f.t.Helper()
	without := 0
	for _, v := range f.verifiers {
		if h := v.KeyHealth()[0]; len(h.Keys) != 1 || h.Keys[0].ID != kid {
			without++
		}
	}
	if without > 0 {
		f.t.Errorf("%s: %d of %d replicas do not have the key %s", what, without, len(f.verifiers), kid)
	}
}

func (f *keyFleet) wait(cancel func()) {
	cancel()
	for _, r := range f.replicas {
		r.Wait()
	}
}

func TestRotationReachesEveryReplica(t *testing.T) {
	n := 50
	if os.Getenv("FLEET_DAY") != "" && !test.Race {
		n = 1_000
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cache := newTurns()
		f := newKeyFleet(ctx, t, n, cache)
		defer f.wait(cancel)
		old := f.issuer.token(t, 1)
		f.send("cold start", f.verifiers, old, "")
		f.fetched("cold start", 1)

		time.Sleep(time.Minute)
		f.issuer.key.Store(2) // the old key is withdrawn, perhaps because it was stolen
		f.send("a new key at one replica", f.verifiers[:1], f.issuer.token(t, 2), "")
		time.Sleep(250 * time.Millisecond)
		f.everyone("250 ms after a rotation", "k2")
		f.send("a withdrawn key", f.verifiers, old, core.CodeUnknownKey)
		f.fetched("after a rotation", 3) // the last one looked for the withdrawn key, once for the fleet

		time.Sleep(time.Minute)
		f.issuer.key.Store(3)
		f.send("a new key at all replicas at once", f.verifiers, f.issuer.token(t, 3), "")
		f.fetched("after a rotation that all see", 4)

		time.Sleep(time.Minute)
		f.send("a made-up key", f.verifiers, f.issuer.token(t, 99), core.CodeUnknownKey)
		f.fetched("after a made-up key at all replicas", 5)

		loads := cache.loads.Load()
		for _, r := range f.replicas[:20] {
			if err := r.KeysChanged(ctx, issuer+"/keys"); err != nil {
				t.Error(err)
			}
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(5 * time.Second)
		if got := cache.loads.Load() - loads; got > 2*int64(n) {
			t.Errorf("20 announcements made %d replicas load %d times, want at most twice each", n, got)
		}
		f.fetched("after announcements", 5)

		for i := range 4 { // each key set is fresh for ten minutes
			time.Sleep(9*time.Minute + 50*time.Second)
			f.send("later", f.verifiers, f.issuer.token(t, 3), "")
			time.Sleep(10 * time.Second) // a refresh ahead of time runs in the background
			f.fetched("after another period", 6+int64(i))
		}
	})
}

// The replicas of one machine share files, which let nobody wait: each rotation is fetched once if one replica sees it.
func TestRotationWithoutTurns(t *testing.T) {
	files, err := keys.NewFileCache(t.TempDir() + "/keys")
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		f := newKeyFleet(ctx, t, 5, files)
		defer f.wait(cancel)
		for _, v := range f.verifiers { // one after the other
			f.send("cold start", []*core.Verifier{v}, f.issuer.token(t, 1), "")
		}
		f.fetched("cold start", 1)
		time.Sleep(time.Minute)
		f.issuer.key.Store(2)
		f.send("a new key at one replica", f.verifiers[:1], f.issuer.token(t, 2), "")
		time.Sleep(250 * time.Millisecond)
		f.everyone("250 ms after a rotation", "k2")
		f.fetched("after a rotation", 2)
	})
}

// A replica that is cut off from the log, and one whose keys were never asked for, find the keys when they need them.
func TestRotationThatIsNotHeard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		f := newKeyFleet(ctx, t, 3, newTurns())
		defer f.wait(cancel)
		f.send("cold start", f.verifiers[:2], f.issuer.token(t, 1), "")
		f.issuer.key.Store(2)
		time.Sleep(time.Minute)
		f.send("a new key at one replica", f.verifiers[:1], f.issuer.token(t, 2), "")
		time.Sleep(time.Second)
		if h := f.verifiers[2].KeyHealth()[0]; h.State != keys.StateEmpty {
			t.Errorf("a verifier without a request: %+v", h)
		}
		f.send("its first request", f.verifiers[2:], f.issuer.token(t, 2), "")
		f.fetched("altogether", 2)
	})
	if cache := (&fleet.Revocations{}).KeyCache(nil); cache != nil {
		t.Errorf("KeyCache(nil) = %v", cache)
	}
}
