package jwks_test

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/revstackhq/auth-go/core/internal/fakedns"
	"github.com/revstackhq/auth-go/core/internal/jwks"
	"github.com/revstackhq/auth-go/core/keys"
)

// TestDirectoryOutage: an outage is not "no such key", known keys remain usable, and the back-off limits the fetches.
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

// TestDirectoryRemovedKey: a key whose page is gone is refused once it is no longer fresh, and it may come back.
func TestDirectoryRemovedKey(t *testing.T) {
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

// TestDirectoryBadPages: a page without a usable public key counts as an outage.
func TestDirectoryBadPages(t *testing.T) {
	rsaKey := pem.EncodeToMemory(&pem.Block{
		Type:  "RSA PUBLIC KEY",
		Bytes: x509.MarshalPKCS1PublicKey(&sharedRSA().PublicKey),
	})
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

// TestDirectoryCallerLeaves: the fetch goes on if the caller stops waiting.
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

// TestDirectoryHangs: a host that hangs delays the first callers by the fetch timeout, and later callers not at all.
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
			t.Errorf("waited for %v", held)
		}
		time.Sleep(time.Second) // the back-off ends
		go func() { _, _ = at(d, uuid(1)) }()
		synctest.Wait()
		start = time.Now()
		unavailable(t, second(at(d, uuid(2))))
		if held := time.Since(start); held != 0 {
			t.Errorf("the retry of a fetch that hung delayed another request by %v", held)
		}
		time.Sleep(10 * time.Second)
	})
}

// TestDirectoryCache: a process that starts during an outage has the last good key. Made-up kids are not stored.
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
	p.put(uuid(1), nil) // the issuer removes the key; the cache learns that too
	clk.advance(time.Hour)
	unknown(t, second(at(restarted, uuid(1))), false)
	p.down()
	unknown(t, second(at(p.directory(clk, cached(files)), uuid(1))), false)
}

// TestDirectoryDialsPublicAddresses: a tenant's template must not lead into the program's own network.
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

// TestDirectoryRedirects: a redirect to another host is not followed.
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
