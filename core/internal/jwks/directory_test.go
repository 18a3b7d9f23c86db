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
	"net/http/httptest"
	"path"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/revstackhq/auth-go/core/internal/fakedns"
	"github.com/revstackhq/auth-go/core/internal/jwks"
	"github.com/revstackhq/auth-go/core/keys"
)

// pages serves one PEM for each kid, and 403 for what is not there, as S3 does.
type pages struct {
	*issuer
	mu    sync.Mutex
	byKid map[string][]byte
	asked map[string]int
}

func newPages(t *testing.T, kids ...string) *pages {
	t.Helper()
	p := &pages{byKid: map[string][]byte{}, asked: map[string]int{}}
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
	p.asked[kid]++
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
	if more, err := d.Relearn(context.Background(), "ES256", nil); more != nil || err != nil || d.Ready(context.Background()) != nil {
		t.Errorf("Relearn and Ready ask for what no token named: %v, %v", more, err)
	}
	if h := d.Health(); len(h.Keys) != 2 || h.Fetches != 3 {
		t.Errorf("health = %+v", h)
	}
}

// TestDirectoryRefusesOddKids: what is not a UUID never gets into a URL.
func TestDirectoryRefusesOddKids(t *testing.T) {
	p := newPages(t)
	d := p.directory(newClock())
	for _, kid := range []string{
		"", ".", "..", "../" + uuid(1), uuid(1) + "/", uuid(1) + "?x", "%2e%2e", uuid(1)[1:] + "g", "key-1",
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
}

// TestDirectoryCooldown: after a kid that is not there no unknown kid is asked for, and keys at hand serve on.
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
	if n := p.asked[uuid(9)]; n < 12 || n > 14 { // holds of 5, 10, 20, 40 and then 60 s
		t.Errorf("%d fetches for one dead kid in ten minutes", n)
	}
}

// TestDirectoryStorm: a minute of made-up kids costs at most 12 fetches, and good tokens are not refused.
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

// TestDirectoryKeepsSoManyKeys: whoever knows many real kids neither fills memory nor fetches them all at once.
func TestDirectoryKeepsSoManyKeys(t *testing.T) {
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

// TestDirectoryOneFlight: a thousand first requests cost one fetch for each kid.
func TestDirectoryOneFlight(t *testing.T) {
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

// TestDirectoryOutage: an outage is not "no such key", keys at hand serve on, and it is not asked again and again.
func TestDirectoryOutage(t *testing.T) {
	p, clk := newPages(t, uuid(1), uuid(2)), newClock()
	d := p.directory(clk)
	has(t, d, uuid(1))
	p.down()
	wait := unavailable(t, second(at(d, uuid(2))))
	unavailable(t, second(at(d, uuid(3))))
	hits(t, p.issuer, 2)
	if h := d.Health(); h.LastError == "" || h.NextTry.IsZero() || h.State != keys.StateFresh {
		t.Errorf("health = %+v", h)
	}
	clk.advance(12 * time.Minute)
	has(t, d, uuid(1)) // last-known-good
	p.serve(p.page)
	clk.advance(wait)
	has(t, d, uuid(2))
	p.down()
	clk.advance(49 * time.Hour)
	unavailable(t, second(at(d, uuid(1)))) // not for ever
}

func second(_ []*jwks.Key, err error) error { return err }

// TestDirectoryWithdrawnKey: a page that is gone ends its key within one freshness, and it may come back.
func TestDirectoryWithdrawnKey(t *testing.T) {
	for _, code := range []int{http.StatusForbidden, http.StatusNotFound, http.StatusGone} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			p, clk := newPages(t, uuid(1)), newClock()
			d := p.directory(clk)
			has(t, d, uuid(1))
			p.serve(status(code))
			clk.advance(10 * time.Minute)
			unknown(t, second(at(d, uuid(1))), false)
			if h := d.Health(); len(h.Keys) != 0 {
				t.Errorf("keys = %+v", h.Keys)
			}
			unknown(t, second(at(d, uuid(1))), true)
			p.serve(p.page)
			clk.advance(5 * time.Second)
			has(t, d, uuid(1))
		})
	}
}

// TestDirectoryBadPages: a page that is no public key for the contract is an outage of that key.
func TestDirectoryBadPages(t *testing.T) {
	rsaKey := pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(&sharedRSA().PublicKey)})
	private := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("secret bytes")})
	for name, c := range map[string]struct {
		page []byte
		want jwks.FetchKind
	}{
		"empty":                  {[]byte(""), jwks.KindMalformedSet},
		"a key set":              {set(ec("a")), jwks.KindMalformedSet},
		"two keys":               {append(ecPEM(t), ecPEM(t)...), jwks.KindMalformedSet},
		"a private key":          {private, jwks.KindMalformedSet},
		"for another algorithm":  {rsaKey, jwks.KindNoUsableKeys},
		"an HTML page":           {[]byte("<html>log in</html>"), jwks.KindMalformedSet},
		"larger than is fetched": {make([]byte, 600<<10), jwks.KindTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPages(t)
			p.serve(body("application/octet-stream", c.page))
			err := second(at(p.directory(newClock()), uuid(1)))
			unavailable(t, err)
			if kindOf(err) != c.want {
				t.Errorf("kind %q, want %q: %v", kindOf(err), c.want, err)
			}
		})
	}
}

// TestDirectoryAlgorithm: a key for another algorithm is not asked for again.
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

// TestDirectoryCallerLeaves: a caller's end is not the fetch's.
func TestDirectoryCallerLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		text := ecPEM(t)
		release := make(chan struct{})
		d := jwks.NewDirectory(jwks.Config{
			URL: "https://keys.example/{kid}",
			Client: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				<-release
				return respond(http.StatusOK, text), nil
			})},
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := d.Lookup(ctx, uuid(1), true, "ES256"); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("err = %v", err)
		}
		close(release)
		synctest.Wait()
		has(t, d, uuid(1))
	})
}

// TestDirectoryHangs: a host that hangs holds the first callers for the fetch's time, and later ones not at all.
func TestDirectoryHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := jwks.NewDirectory(jwks.Config{
			URL: "https://keys.example/{kid}",
			Client: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				<-r.Context().Done()
				return nil, r.Context().Err()
			})},
		})
		start := time.Now()
		unavailable(t, second(at(d, uuid(1))))
		if held := time.Since(start); held > 5*time.Second {
			t.Errorf("held for %v", held)
		}
		time.Sleep(time.Second) // the back-off ends
		go func() { _, _ = at(d, uuid(1)) }()
		synctest.Wait()
		start = time.Now()
		unavailable(t, second(at(d, uuid(2))))
		if held := time.Since(start); held != 0 {
			t.Errorf("the retry of a fetch that hung held a bystander for %v", held)
		}
		time.Sleep(10 * time.Second)
	})
}

// TestDirectoryCache: a restart in an outage comes up with the last good key, and made-up kids are not stored.
func TestDirectoryCache(t *testing.T) {
	files, _ := fileCache(t)
	p, clk := newPages(t, uuid(1)), newClock()
	has(t, p.directory(clk, cached(files)), uuid(1))
	unknown(t, second(at(p.directory(clk, cached(files)), uuid(2))), false)
	if stored, err := files.Load(t.Context(), p.URL+"/keys/"+uuid(2)); err != nil || stored != nil {
		t.Errorf("a made-up kid is in the cache: %q, %v", stored, err)
	}
	p.down()
	clk.advance(time.Hour)
	restarted := p.directory(clk, cached(files))
	has(t, restarted, uuid(1))
	p.serve(p.page)
	p.put(uuid(1), nil) // withdrawn, and so in the cache
	clk.advance(time.Hour)
	unknown(t, second(at(restarted, uuid(1))), false)
	p.down()
	unknown(t, second(at(p.directory(clk, cached(files)), uuid(1))), false)
}

// TestDirectoryDialsPublicAddresses: a tenant's template must not lead into our own network.
func TestDirectoryDialsPublicAddresses(t *testing.T) {
	port, dialed := connections(t)
	fakedns.Start(t, [4]byte{127, 0, 0, 1})
	for allowed, cfg := range map[bool]jwks.Config{
		false: {Tenant: true},
		true:  {Tenant: true, PrivateNetwork: true},
	} {
		before := dialed.Load()
		cfg.URL = "https://tenant.example:" + port + "/{kid}"
		err := second(at(jwks.NewDirectory(cfg), uuid(1)))
		unavailable(t, err)
		if got := dialed.Load() > before; got != allowed {
			t.Errorf("allowed %v: dialed %v", allowed, got)
		}
		if !allowed && kindOf(err) != jwks.KindPrivateAddress {
			t.Errorf("err = %v", err)
		}
	}
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

// TestDirectoryRedirects: a page does not send us to another host.
func TestDirectoryRedirects(t *testing.T) {
	elsewhere := httptest.NewServer(body("text/plain", ecPEM(t)))
	defer elsewhere.Close()
	p := newPages(t)
	p.serve(redirect(elsewhere.URL))
	err := second(at(p.directory(newClock()), uuid(1)))
	unavailable(t, err)
	if kindOf(err) != jwks.KindRedirect {
		t.Errorf("err = %v", err)
	}
}
