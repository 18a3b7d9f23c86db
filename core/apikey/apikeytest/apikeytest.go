// Package apikeytest tests implementations of [apikey.Store]: one call in a test,
//
//	func TestStore(t *testing.T) {
//		apikeytest.TestStore(t, func(t *testing.T) apikey.Store { return newStore(t) })
//	}
//
// Later versions may add rules, so a store can fail after an upgrade.
package apikeytest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/apikey"
)

// TestStore tests a store. newStore returns an empty one each time.
func TestStore(t *testing.T, newStore func(t *testing.T) apikey.Store) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, apikey.Store){
		"find":         testFind,
		"changes":      testChanges,
		"list":         testList,
		"ownership":    testOwnership,
		"canceled":     testCanceled,
		"concurrently": testConcurrently,
		"keyring":      testKeyring,
	} {
		t.Run(name, func(t *testing.T) { test(t, newStore(t)) })
	}
}

func epoch() time.Time { return time.Unix(1_800_000_000, 123_456_000).UTC() }

// newKey returns a record with every field set.
func newKey(t *testing.T, owner string) apikey.Key {
	t.Helper()
	k, _, err := apikey.NewKey("northwind", apikey.Spec{
		Owner: owner, Organization: "org_1", Name: "CI – 'quoted' \"name\"; DROP TABLE api_keys",
		Scopes: []string{"orders:read", "orders:write"}, Lifetime: time.Hour,
	}, epoch())
	if err != nil {
		t.Fatal(err)
	}
	k.Replaces = "AAAAAAAAAAAAAAAA"
	return k
}

func insert(t *testing.T, s apikey.Store, k apikey.Key) {
	t.Helper()
	if err := s.Insert(t.Context(), k); err != nil {
		t.Fatalf("Insert: %v", err)
	}
}

func find(t *testing.T, s apikey.Store, id string) apikey.Key {
	t.Helper()
	k, err := s.Find(t.Context(), id)
	if err != nil {
		t.Fatalf("Find: %v", err)
	}
	return k
}

func testFind(t *testing.T, s apikey.Store) {
	t.Helper()
	full, plain := newKey(t, "user_1"), newKey(t, "user_2")
	plain = apikey.Key{ID: plain.ID, Prefix: plain.Prefix, Hash: plain.Hash, Owner: plain.Owner, Created: plain.Created}
	insert(t, s, full)
	insert(t, s, plain)
	for _, want := range []apikey.Key{full, plain} {
		if got := find(t, s, want.ID); !reflect.DeepEqual(got, want) {
			t.Errorf("found\n%+v\nwant\n%+v", got, want)
		}
	}
	for _, id := range []string{"", "BBBBBBBBBBBBBBBB", full.ID[1:], full.ID + "A", "%", "' OR '1'='1"} {
		if k, err := s.Find(t.Context(), id); !errors.Is(err, apikey.ErrNotFound) {
			t.Errorf("Find(%q): %+v, %v; want ErrNotFound", id, k, err)
		}
	}
	again := newKey(t, "user_3")
	again.ID = full.ID
	if err := s.Insert(t.Context(), again); !errors.Is(err, apikey.ErrExists) {
		t.Errorf("Insert of an id that is taken: %v, want ErrExists", err)
	}
	if got := find(t, s, full.ID); got.Owner != "user_1" {
		t.Error("a second Insert replaced the key")
	}
}

func testChanges(t *testing.T, s apikey.Store) {
	t.Helper()
	k := newKey(t, "user_1")
	other := newKey(t, "user_1")
	insert(t, s, k)
	insert(t, s, other)
	at := epoch()
	later, earlier := at.Add(time.Minute), at.Add(-time.Minute)
	for _, step := range []struct {
		what   string
		change func(context.Context, string, time.Time) error
		at     time.Time
		want   func(*apikey.Key)
	}{
		{"the first use", s.Touch, at, func(k *apikey.Key) { k.LastUsed = at }},
		{"an earlier use, noted late", s.Touch, earlier, func(*apikey.Key) {}},
		{"a later use", s.Touch, later, func(k *apikey.Key) { k.LastUsed = later }},
		{"an earlier end", s.Expire, later, func(k *apikey.Key) { k.Expires = later }},
		{"a later end, which must not prolong the key", s.Expire, at.Add(24 * time.Hour), func(*apikey.Key) {}},
		{"the same end", s.Expire, later, func(*apikey.Key) {}},
		{"revoked", s.Revoke, at, func(k *apikey.Key) { k.Revoked = at }},
		{"revoked again", s.Revoke, later, func(*apikey.Key) {}},
	} {
		if err := step.change(t.Context(), k.ID, step.at); err != nil {
			t.Fatalf("%s: %v", step.what, err)
		}
		step.want(&k)
		if got := find(t, s, k.ID); !reflect.DeepEqual(got, k) {
			t.Fatalf("%s: found\n%+v\nwant\n%+v", step.what, got, k)
		}
		if err := step.change(t.Context(), "BBBBBBBBBBBBBBBB", step.at); !errors.Is(err, apikey.ErrNotFound) {
			t.Errorf("%s, of an unknown key: %v, want ErrNotFound", step.what, err)
		}
	}
	if got := find(t, s, other.ID); !reflect.DeepEqual(got, other) {
		t.Errorf("another key was changed:\n%+v", got)
	}
	endless := newKey(t, "user_1")
	endless.Expires = time.Time{}
	insert(t, s, endless)
	if err := s.Expire(t.Context(), endless.ID, at); err != nil || !find(t, s, endless.ID).Expires.Equal(at) {
		t.Errorf("a key without an end does not get one: %v", err)
	}
}

func testList(t *testing.T, s apikey.Store) {
	t.Helper()
	owners := map[string]string{}
	for i := range 25 {
		k := newKey(t, fmt.Sprint("user_", i%2))
		insert(t, s, k)
		owners[k.ID] = k.Owner
	}
	for _, owner := range []string{"", "user_0", "user_1", "user_2"} {
		var all []string
		after := ""
		for {
			page, err := s.List(t.Context(), owner, after, 4)
			if err != nil || len(page) > 4 {
				t.Fatalf("List: %d keys, %v", len(page), err)
			}
			if len(page) == 0 {
				break
			}
			for _, k := range page {
				if k.ID <= after || owner != "" && k.Owner != owner {
					t.Fatalf("List(%q) has the key %s of %s after %s", owner, k.ID, k.Owner, after)
				}
				after = k.ID
				all = append(all, k.ID)
			}
		}
		want := 0
		for _, o := range owners {
			if owner == "" || o == owner {
				want++
			}
		}
		if len(all) != want {
			t.Errorf("List(%q) has %d keys, want %d", owner, len(all), want)
		}
	}
	for _, limit := range []int{0, -1} {
		if page, err := s.List(t.Context(), "", "", limit); err != nil || len(page) != 0 {
			t.Errorf("List with the limit %d: %d keys, %v", limit, len(page), err)
		}
	}
}

// testOwnership: a store and its callers share no memory.
func testOwnership(t *testing.T, s apikey.Store) {
	t.Helper()
	k := newKey(t, "user_1")
	hash, scope := k.Hash[0], k.Scopes[0]
	insert(t, s, k)
	k.Hash[0]++
	k.Scopes[0] = "admin"
	found := find(t, s, k.ID)
	if found.Hash[0] != hash || found.Scopes[0] != scope {
		t.Fatal("the store keeps the caller's slices")
	}
	found.Hash[0]++
	found.Scopes[0] = "admin"
	if again := find(t, s, k.ID); again.Hash[0] != hash || again.Scopes[0] != scope {
		t.Error("the store returns its own slices")
	}
}

func testCanceled(t *testing.T, s apikey.Store) {
	t.Helper()
	k := newKey(t, "user_1")
	insert(t, s, k)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Find(ctx, k.ID); err == nil || errors.Is(err, apikey.ErrNotFound) {
		t.Errorf("Find with a canceled context: %v", err)
	}
	if err := s.Revoke(ctx, k.ID, epoch()); err == nil {
		t.Error("Revoke with a canceled context: no error")
	}
}

func testConcurrently(t *testing.T, s apikey.Store) {
	t.Helper()
	k := newKey(t, "user_1")
	inserted := make(chan error, 8)
	var wg sync.WaitGroup
	for range cap(inserted) {
		wg.Go(func() { inserted <- s.Insert(t.Context(), k) })
	}
	wg.Wait()
	close(inserted)
	ok := 0
	for err := range inserted {
		if err == nil {
			ok++
		} else if !errors.Is(err, apikey.ErrExists) {
			t.Errorf("Insert: %v", err)
		}
	}
	if ok != 1 {
		t.Fatalf("%d of 8 racing Inserts of one id succeeded, want 1", ok)
	}
	var last time.Time
	for i := range 20 {
		at := epoch().Add(time.Duration(i*7%20) * time.Second)
		if at.After(last) {
			last = at
		}
		wg.Go(func() {
			if err := errors.Join(s.Touch(t.Context(), k.ID, at), s.Expire(t.Context(), k.ID, at)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := find(t, s, k.ID); !got.LastUsed.Equal(last) || !got.Expires.Equal(epoch()) {
		t.Errorf("last used %v, want %v; expires %v, want %v", got.LastUsed, last, got.Expires, epoch())
	}
}

// testKeyring walks through a key's life by a keyring on the store.
func testKeyring(t *testing.T, s apikey.Store) {
	t.Helper()
	ring, err := apikey.New(apikey.Config{Prefix: "northwind", Store: s, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	code := func(secret core.Secret) core.Code {
		_, err := ring.Authenticate(t.Context(), core.Credentials{Token: secret.Reveal(), Scheme: "Bearer"})
		return core.CodeOf(err)
	}
	k, secret, err := ring.Mint(t.Context(), apikey.Spec{Owner: "user_1", Scopes: []string{"orders:read"}})
	if err != nil || code(secret) != "" {
		t.Fatalf("a new key: %v, %s", err, code(secret))
	}
	next, nextSecret, err := ring.Rotate(t.Context(), k.ID, time.Hour)
	if err != nil || next.Replaces != k.ID || code(secret) != "" || code(nextSecret) != "" {
		t.Fatalf("rotated: %v; the old key %q, the new key %q", err, code(secret), code(nextSecret))
	}
	if err := ring.Revoke(t.Context(), next.ID); err != nil || code(nextSecret) != core.CodeTokenRevoked ||
		code(secret) != "" {
		t.Errorf("revoked: %v; the old key %q, the new key %q", err, code(secret), code(nextSecret))
	}
}
