package fleet_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/fleet"
)

// What somebody who owns the store does, while a replica is there that has read everything and one starts afterwards.
func TestAttacks(t *testing.T) {
	gone, good := session("gone", nil), session("good", nil)
	foreign := func(change func(*fleet.Options)) func(*testing.T, *store) {
		return func(t *testing.T, s *store) {
			t.Helper()
			ctx, cancel := context.WithCancel(t.Context())
			r := open(ctx, t, s.connect(), change)
			if err := r.Revoke(ctx, fleet.UserOf(good)); err != nil {
				t.Error(err)
			}
			cancel()
			r.Wait()
		}
	}
	all := func(f func(records []stored) []stored) func(*testing.T, *store) {
		return func(_ *testing.T, s *store) { s.change(func(r []stored) []stored { return f(slices.Clone(r)) }) }
	}
	for name, attack := range map[string]func(*testing.T, *store){
		"plants records with another secret": foreign(func(o *fleet.Options) {
			o.Secret = core.NewSecret("another secret of at least 32 bytes")
		}),
		"plants records of another fleet with the same secret": foreign(func(o *fleet.Options) { o.Fleet = "staging" }),
		"deletes everything": all(func([]stored) []stored { return nil }),
		"deletes the first record with entries": all(func(r []stored) []stored {
			i := slices.IndexFunc(r, func(s stored) bool { return s.raw[1] == 1 })
			return slices.Delete(r, i, i+1)
		}),
		"changes every bit of a byte in each record": all(func(r []stored) []stored {
			for i := range r {
				r[i].raw = slices.Clone(r[i].raw)
				r[i].raw[(i*7)%len(r[i].raw)] ^= 0xff
			}
			return r
		}),
		"cuts every record": all(func(r []stored) []stored {
			for i := range r {
				r[i].raw = r[i].raw[:len(r[i].raw)-1]
			}
			return r
		}),
		"reverses the order": all(func(r []stored) []stored {
			for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
				r[i].raw, r[j].raw = r[j].raw, r[i].raw
			}
			return r
		}),
		"repeats all records": func(_ *testing.T, s *store) {
			var records []stored
			s.change(func(r []stored) []stored { records = slices.Clone(r); return r })
			for _, r := range records {
				s.add(r.raw)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(gone.IssuedAt()))
				ctx, cancel := context.WithCancel(t.Context())
				s := newStore()
				a := open(ctx, t, s.connect())
				defer a.Wait()
				defer cancel()
				synctest.Wait()
				for _, target := range []fleet.Target{fleet.Client(issuer, "x"), fleet.SessionOf(gone), fleet.Client(issuer, "y")} {
					if err := a.Revoke(ctx, target); err != nil {
						t.Fatal(err)
					}
				}
				time.Sleep(3 * time.Second)
				attack(t, s)
				late := open(ctx, t, s.connect())
				defer late.Wait()
				defer cancel()
				time.Sleep(2*maxLag + time.Second)
				want(t, "the replica that has read it", a, gone, "revoked")
				want(t, "a replica that starts afterwards", late, gone, "revoked") // not "good": noticed and repaired
				time.Sleep(2 * maxLag)
				want(t, "a good session", a, good, "good")
				want(t, "a good session", late, good, "good")
			})
		})
	}
}
