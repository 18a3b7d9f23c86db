package apikey_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/apikey"
	"github.com/revstackhq/auth-go/core/event"
)

// A remembered key is refused once it has expired, although its record is not looked up again.
func TestRememberedKeyExpires(t *testing.T) {
	r := newRig(t, func(c *apikey.Config) { c.MaxAge = time.Hour })
	_, token := r.mint(t, apikey.Spec{Owner: "user_1", Lifetime: time.Minute})
	r.want(t, "a new key", token, "")
	finds := r.store.finds.Load()
	r.clock.Advance(2 * time.Minute)
	r.want(t, "after its lifetime", token, core.CodeTokenExpired)
	if got := r.store.finds.Load(); got != finds {
		t.Errorf("%d look-ups more", got-finds)
	}
}

// lateStore answers with what it has read a while before.
type lateStore struct {
	store

	read, answer chan struct{} // nil for one that answers at once
}

func (s *lateStore) Find(ctx context.Context, id string) (apikey.Key, error) {
	k, err := s.store.Find(ctx, id)
	if s.read != nil {
		close(s.read)
		<-s.answer
		s.read = nil
	}
	return k, err
}

// A key that is forgotten while the store is asked is asked for again: the answer under way may be older.
func TestForgottenMeanwhile(t *testing.T) {
	late := &lateStore{}
	r := newRig(t, func(c *apikey.Config) { c.Store = late })
	k, token := r.mint(t, apikey.Spec{Owner: "user_1"})
	r.Forget(k.ID)
	read, answer, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	late.read, late.answer = read, answer
	go func() {
		defer close(done)
		_, _ = r.Authenticate(context.Background(), core.Credentials{Token: token, Scheme: "Bearer"})
	}()
	<-read
	if err := late.Revoke(t.Context(), k.ID, r.clock.Now()); err != nil { // by another process
		t.Fatal(err)
	}
	r.Forget(k.ID)
	close(answer)
	<-done
	r.want(t, "forgotten meanwhile", token, core.CodeTokenRevoked)
}

// Anyone can make the checksum of a key with characters that no key has, on which a database may fail: three failures
// would refuse every key.
func TestOtherCharactersCostNoLookUp(t *testing.T) {
	r := newRig(t)
	_, token := r.mint(t, apikey.Spec{Owner: "user_1"})
	r.store.fail(errors.New("invalid byte sequence for encoding UTF8"))
	const id, secret = 10, 27 // where they begin
	for _, bad := range []string{"\x00", "\xff", "'", " ", "a", "1", "é"} {
		for _, at := range []int{id, secret} {
			forged := withChecksum(token[:at] + bad + token[at+len(bad):len(token)-8])
			r.want(t, fmt.Sprintf("%q at %d", bad, at), forged, core.CodeInvalidFormat)
		}
	}
	if n := r.store.finds.Load(); n != 0 {
		t.Errorf("%d look-ups", n)
	}
}

// Replicas share the store, and their clocks differ.
func TestClocksOfReplicasDiffer(t *testing.T) {
	r := newRig(t)
	behind := newRig(t, func(c *apikey.Config) { c.Store = r.store })
	r.clock.Advance(30 * time.Second)
	k, token := r.mint(t, apikey.Spec{Owner: "user_1"})
	behind.want(t, "a key that was made later by this clock", token, "")
	if err := r.Revoke(t.Context(), k.ID); err != nil {
		t.Fatal(err)
	}
	behind.clock.Advance(10 * time.Second) // MaxAge
	behind.want(t, "a key that was revoked later by this clock", token, core.CodeTokenRevoked)
}

func TestObserverThatPanics(t *testing.T) {
	r := newRig(t, func(c *apikey.Config) { c.Observe = func(context.Context, event.Event) { panic("of the program") } })
	_, token := r.mint(t, apikey.Spec{Owner: "user_1"})
	r.want(t, "a key", token, "")
}
