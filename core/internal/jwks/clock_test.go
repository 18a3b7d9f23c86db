package jwks_test

import (
	"sync"
	"testing"
	"time"
	"unsafe"

	"github.com/revstackhq/auth-go/core/keys"
)

// twoClocks returns times with both readings, each of which is moved separately: the monotonic clock of a suspended
// machine stops, and an administrator may set the wall clock.
type twoClocks struct {
	mu  sync.Mutex
	now time.Time
}

func (c *twoClocks) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// advance moves both readings.
func (c *twoClocks) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// setWall moves only the wall reading, by whole seconds. Package time has no function for that: the seconds are stored
// above the 30 bits of nanoseconds in its first word, and the check below fails if that ever changes.
func (c *twoClocks) setWall(t *testing.T, seconds int64) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	before := c.now
	word := (*uint64)(unsafe.Pointer(&c.now))
	*word += uint64(seconds) << 30
	moved := c.now.Round(0).Sub(before.Round(0))
	if moved != time.Duration(seconds)*time.Second || c.now.Sub(before) != 0 {
		t.Fatalf("wall moved by %v, monotonic by %v", moved, c.now.Sub(before))
	}
}

// TestNeitherClockProlongsTrust: keys end when one of the two clocks says so.
func TestNeitherClockProlongsTrust(t *testing.T) {
	for name, pass := range map[string]func(t *testing.T, c *twoClocks){
		"a suspended machine": func(t *testing.T, c *twoClocks) { t.Helper(); c.setWall(t, 11*60) },
		"a wall clock set back": func(t *testing.T, c *twoClocks) {
			t.Helper()
			c.advance(11 * time.Minute)
			c.setWall(t, -3600)
		},
		"both, as they should be": func(_ *testing.T, c *twoClocks) { c.advance(11 * time.Minute) },
	} {
		t.Run(name, func(t *testing.T) {
			clk := &twoClocks{now: time.Now()}
			i := newIssuer(t, jwkSet(set(ec("a"))))
			s := i.source(clk)
			found(t, s, "a")
			i.serve(jwkSet(set(ec("b")))) // a is revoked
			pass(t, clk)
			_, err := look(s, "a")
			unknown(t, err, false)
		})
		t.Run(name+", in an outage", func(t *testing.T) {
			clk := &twoClocks{now: time.Now()}
			i := newIssuer(t, jwkSet(set(ec("a"))))
			s := i.source(clk, policy(keys.Policy{MaxStale: -1}))
			found(t, s, "a")
			i.down()
			pass(t, clk)
			_, err := look(s, "a")
			unavailable(t, err)
		})
	}
}
