package jwks_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/internal/jwks"
	"github.com/revstackhq/auth-go/core/keys"
)

// TestDirectoryHealth: the state is the worst of any key, and the dates are those of the key to refresh first.
func TestDirectoryHealth(t *testing.T) {
	p, clk := newPages(t, uuid(1), uuid(2)), newClock()
	d := p.directory(clk)
	start := clk.Now()
	has(t, d, uuid(2))
	clk.advance(time.Minute)
	has(t, d, uuid(1))
	if h := d.Health(); h.State != keys.StateFresh || !h.FetchedAt.Equal(start) {
		t.Errorf("health = %+v", h)
	}
	clk.advance(9*time.Minute + 30*time.Second) // only the first key is stale
	if h := d.Health(); h.State != keys.StateStale {
		t.Errorf("state = %q", h.State)
	}
	p.down()
	has(t, d, uuid(2))
	if h := d.Health(); h.LastErrorKind != "status" || h.LastError == "" || h.NextTry.IsZero() {
		t.Errorf("health = %+v", h)
	}
}

// TestDirectoryHealthCounts: fetches of keys that were dropped remain counted, and so do unknown and throttled kids.
func TestDirectoryHealthCounts(t *testing.T) {
	p, clk := newPages(t, uuid(1)), newClock()
	d := p.directory(clk)
	unknown(t, second(at(d, uuid(2))), false)
	unknown(t, second(at(d, uuid(2))), true)
	_, _ = at(d, "not a UUID")
	if h := d.Health(); h.Fetches != 1 || h.UnknownKeys != 3 || h.Throttled != 1 {
		t.Errorf("%d fetches, %d unknown, %d throttled; want 1, 3 and 1", h.Fetches, h.UnknownKeys, h.Throttled)
	}
	clk.advance(5 * time.Second)
	has(t, d, uuid(1))
	p.serve(status(http.StatusGone))
	clk.advance(10 * time.Minute)
	unknown(t, second(at(d, uuid(1))), false)
	if h := d.Health(); h.Fetches != 3 || h.State != keys.StateEmpty {
		t.Errorf("%d fetches, state %q after the key was removed; want 3 and empty", h.Fetches, h.State)
	}
}

// TestDirectoryHealthCacheError: a broken cache shows, and does not stop the keys.
func TestDirectoryHealthCacheError(t *testing.T) {
	p := newPages(t, uuid(1))
	d := p.directory(newClock(), cached(brokenCache{}))
	has(t, d, uuid(1))
	if h := d.Health(); !strings.Contains(h.CacheError, "out of order") {
		t.Errorf("cache error = %q", h.CacheError)
	}
}

type brokenCache struct{}

func (brokenCache) Load(context.Context, string) ([]byte, error) {
	return nil, errors.New("out of order")
}

func (brokenCache) Store(context.Context, string, []byte) error { return errors.New("out of order") }

// TestDirectoryReportsUnknownKids: an observer gets the kid in a form that cannot forge a log line, and its panic does
// not reach the request.
func TestDirectoryReportsUnknownKids(t *testing.T) {
	p := newPages(t)
	var got []event.UnknownKey
	d := p.directory(newClock(), func(c *jwks.Config) {
		c.Emit = func(_ context.Context, ev event.Event) {
			if unknown, ok := ev.(event.UnknownKey); ok {
				got = append(got, unknown)
				panic("an observer's mistake")
			}
		}
	})
	err := second(at(d, "a\nb"+strings.Repeat("c", 100)))
	want := "a?b" + strings.Repeat("c", 61) + "…"
	var refused *jwks.UnknownKeyError
	if !errors.As(err, &refused) || refused.KeyID != want {
		t.Errorf("err = %+v, want kid %q", err, want)
	}
	if len(got) != 1 || got[0].KeyID != want || got[0].Throttled || got[0].URL != p.URL+"/keys/{kid}" {
		t.Errorf("events = %+v", got)
	}
}

// TestDirectoryHidesCredentials: the URL in reports has no password.
func TestDirectoryHidesCredentials(t *testing.T) {
	d := jwks.NewDirectory(jwks.Config{URL: "https://user:secret@keys.example/{kid}"})
	if url := d.Health().URL; url != "https://keys.example/{kid}" {
		t.Errorf("URL = %q", url)
	}
}
