package jwks_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"path"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/internal/jwks"
	"github.com/revstackhq/auth-go/core/keys"
)

// pages serves one PEM for each kid, and 403 for an unknown kid, as S3 does.
type pages struct {
	*issuer
	mu    sync.Mutex
	byKid map[string][]byte
	gets  map[string]int
}

func newPages(t *testing.T, kids ...string) *pages {
	t.Helper()
	p := &pages{byKid: map[string][]byte{}, gets: map[string]int{}}
	for _, kid := range kids {
		p.put(kid, ecPEM(t))
	}
	p.issuer = newIssuer(t, p.page)
	return p
}

func (p *pages) page(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	kid := path.Base(r.URL.Path)
	p.gets[kid]++
	text := p.byKid[kid]
	if text == nil {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	_, _ = w.Write(text)
}

func (p *pages) put(kid string, text []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.byKid[kid] = text
}

func (p *pages) directory(c keys.Clock, change ...func(*jwks.Config)) *jwks.Directory {
	cfg := jwks.Config{URL: p.URL + "/keys/{kid}", Clock: c, Algorithms: []string{"ES256"}}
	for _, f := range change {
		f(&cfg)
	}
	return jwks.NewDirectory(cfg)
}

func ecPEM(t *testing.T) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// uuid returns the nth kid of a test.
func uuid(n int) string { return fmt.Sprintf("00000000-90ab-4cde-8f12-%012x", n) }

func at(d *jwks.Directory, kid string) ([]*jwks.Key, error) {
	return d.Lookup(context.Background(), kid, true, "ES256")
}

func has(t *testing.T, d *jwks.Directory, kid string) *jwks.Key {
	t.Helper()
	got, err := at(d, kid)
	if err != nil || len(got) != 1 || got[0].ID != kid {
		t.Fatalf("key %q: %v, %v", kid, got, err)
	}
	return got[0]
}

func TestDirectoryLearnsKeysByKid(t *testing.T) {
	p, clk := newPages(t, uuid(1), uuid(2)), newClock()
	d := p.directory(clk)
	if h := d.Health(); h.State != keys.StateEmpty || h.URL != p.URL+"/keys/{kid}" {
		t.Fatalf("health = %+v", h)
	}
	first := has(t, d, uuid(1))
	has(t, d, uuid(2)) // no cool-down after a success
	if has(t, d, uuid(1)) != first {
		t.Error("the key changed")
	}
	hits(t, p.issuer, 2)
	clk.advance(11 * time.Minute) // past its freshness: fetched again, same pointer
	if has(t, d, uuid(1)) != first {
		t.Error("a refresh changed the key")
	}
	hits(t, p.issuer, 3)
	more, err := d.Relearn(context.Background(), "ES256", nil)
	if more != nil || err != nil || d.Ready(context.Background()) != nil {
		t.Errorf("Relearn or Ready fetched a key that no token named: %v, %v", more, err)
	}
	if h := d.Health(); len(h.Keys) != 2 || h.Fetches != 3 {
		t.Errorf("health = %+v", h)
	}
}

// TestDirectoryRefusesOddKids: only a UUID gets into a URL.
func TestDirectoryRefusesOddKids(t *testing.T) {
	p := newPages(t)
	d := p.directory(newClock())
	for _, kid := range []string{
		"", ".", "..", "../" + uuid(1), uuid(1) + "/", uuid(1) + "?x", "%2e%2e", uuid(1)[1:] + "g", "key-1",
		uuid(1) + "0", uuid(1)[:35] + "g", uuid(1)[:35] + "G",
		"00000000_90ab_4cde_8f12_000000000001", uuid(1) + "\n",
	} {
		_, err := at(d, kid)
		var uk *jwks.UnknownKeyError
		if !errors.As(err, &uk) || !uk.Malformed {
			t.Errorf("%q: %v", kid, err)
		}
	}
	_, err := d.Lookup(context.Background(), "", false, "ES256")
	unknown(t, err, false)
	hits(t, p.issuer, 0)
	upper := strings.ToUpper(uuid(0xabcdef))
	p.put(upper, ecPEM(t))
	has(t, d, upper)
}

// TestDirectoryCooldown: after a kid without a page, no unknown kid is fetched for a while. Known keys remain usable.
func TestDirectoryCooldown(t *testing.T) {
	p, clk, seen := newPages(t, uuid(1)), newClock(), &events{}
	d := p.directory(clk, func(c *jwks.Config) { c.Emit = seen.emit })
	has(t, d, uuid(1))
	_, err := at(d, uuid(7))
	unknown(t, err, false)
	p.put(uuid(2), ecPEM(t))
	_, err = at(d, uuid(2))
	unknown(t, err, true)
	has(t, d, uuid(1))
	hits(t, p.issuer, 2)
	clk.advance(5 * time.Second)
	has(t, d, uuid(2))
	for range 600 { // ten minutes, once a second
		_, err := at(d, uuid(9))
		if err == nil {
			t.Fatal("found")
		}
		clk.advance(time.Second)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := p.gets[uuid(9)]; n < 12 || n > 14 { // refused for 5, 10, 20, 40 and then 60 s
		t.Errorf("%d fetches for one dead kid in ten minutes", n)
	}
}

// TestDirectoryStorm: a minute of made-up kids causes at most 12 fetches, and valid tokens are not refused.
func TestDirectoryStorm(t *testing.T) {
	const total, workers = 20_000, 16
	p, clk := newPages(t, uuid(1)), newClock()
	d := p.directory(clk, policy(keys.Policy{MaxRefusedKids: 128}))
	has(t, d, uuid(1))
	var sent atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for n := sent.Add(1); n <= total; n = sent.Add(1) {
				if _, err := at(d, uuid(1000+int(n))); err == nil {
					t.Error("a made-up kid was served")
				}
				clk.advance(time.Minute / total)
				if n%100 == 0 {
					if _, err := at(d, uuid(1)); err != nil {
						t.Errorf("a good token was refused: %v", err)
					}
				}
			}
		})
	}
	wg.Wait()
	if n := p.hits.Load() - 1; n > 12 || n < 2 {
		t.Errorf("%d fetches, want at most 12", n)
	}
}

// TestDirectoryBoundsKnownKeys: a client that knows many real kids can neither fill the memory nor fetch them all at
// once.
func TestDirectoryBoundsKnownKeys(t *testing.T) {
	var kids []string
	for n := range 60 {
		kids = append(kids, uuid(n))
	}
	p, clk := newPages(t, kids...), newClock()
	d := p.directory(clk)
	for _, kid := range kids {
		_, _ = at(d, kid)
	}
	hits(t, p.issuer, 5) // four of a cold start, and the one that begins the cool-down
	for _, kid := range kids {
		clk.advance(5 * time.Second)
		has(t, d, kid)
		has(t, d, uuid(0)) // in use all the time, so it stays
	}
	if h := d.Health(); len(h.Keys) != 32 || h.Fetches < 60 {
		t.Errorf("%d keys after %d fetches", len(h.Keys), h.Fetches)
	}
	before := p.hits.Load()
	has(t, d, uuid(0))
	hits(t, p.issuer, before)
}

// TestDirectoryOneFetch: 200 concurrent first requests cause one fetch for each kid.
func TestDirectoryOneFetch(t *testing.T) {
	p := newPages(t, uuid(1), uuid(2))
	d := p.directory(newClock())
	var wg sync.WaitGroup
	for n := range 200 {
		wg.Go(func() {
			if _, err := at(d, uuid(1+n%2)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	hits(t, p.issuer, 2)
}

// TestDirectoryAlgorithm: a key for another algorithm is not fetched again.
func TestDirectoryAlgorithm(t *testing.T) {
	p := newPages(t, uuid(1))
	d := p.directory(newClock(), func(c *jwks.Config) { c.Algorithms = []string{"ES256", "RS256"} })
	has(t, d, uuid(1))
	for range 3 {
		_, err := d.Lookup(context.Background(), uuid(1), true, "RS256")
		unknown(t, err, true)
	}
	hits(t, p.issuer, 1)
	has(t, d, uuid(1))
}

func TestDirectoryKnownKeyCostsNothing(t *testing.T) {
	p := newPages(t, uuid(1))
	d := p.directory(newClock())
	has(t, d, uuid(1))
	ctx, kid := context.Background(), uuid(1)
	if n := testing.AllocsPerRun(1000, func() {
		if _, err := d.Lookup(ctx, kid, true, "ES256"); err != nil {
			t.Error(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
