package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/revstackhq/auth-go/core/fleet"
)

// failures are functions that disturb the world; all of them run at the same time.
var failures = []func(ctx context.Context, w *world, random *rand.Rand){
	rotateKeys,
	storms,
	revoke,
	signOut,
	endOpaque,
	revokeAPIKeys,
	func(ctx context.Context, w *world, random *rand.Rand) {
		outages(ctx, random, w.introspection, time.Second)
	},
	func(ctx context.Context, w *world, random *rand.Rand) { outages(ctx, random, w.apiKeys, time.Second) },
	func(ctx context.Context, w *world, random *rand.Rand) {
		outages(ctx, random, w.proofCheck, time.Second)
	},
	func(ctx context.Context, w *world, random *rand.Rand) { outages(ctx, random, w.revocation, maxLag) },
}

// pause returns a random time around d.
func pause(random *rand.Rand, d time.Duration) time.Duration {
	return d/2 + time.Duration(random.Int64N(int64(d)))
}

// outages makes a dependency fail again and again, in each of its ways for about the time each. If the dependency has
// a circuit breaker, each must be short: the pauses between the breaker's tries grow, and must not exceed grace.
func outages(ctx context.Context, random *rand.Rand, o *outage, each time.Duration) {
	for rest(ctx, pause(random, 5*time.Second)) && o.play(ctx, pause(random, each)) {
		if !rest(ctx, grace) { // for a while, no failure excuses a 503
			return
		}
	}
}

// rotateKeys replaces the issuer's key as careful issuers do: tokens of the new key are used once all verifiers can
// know the key, and the old key is withdrawn later. After that, the issuer fails for longer than keys are used
// without it.
func rotateKeys(ctx context.Context, w *world, random *rand.Rand) {
	for rest(ctx, pause(random, time.Second)) {
		old := w.current.Load()
		w.rotations.Add(1)
		w.issuer.RotateKeys(true)
		next := w.mint()
		if !rest(ctx, grace) {
			return
		}
		w.current.Store(next)
		old.remove()
		w.issuer.RemoveKey(old.kid)
		if !rest(ctx, grace) {
			return
		}
		w.withdrawn.Store(old)
		if !w.keys.play(ctx, (fresh+maxStale)/2) || !rest(ctx, grace) {
			return
		}
	}
}

// storms sets the world's storm for a while, again and again.
func storms(ctx context.Context, w *world, random *rand.Rand) {
	for rest(ctx, pause(random, 4*time.Second)) {
		w.storm.Store(true)
		rest(ctx, pause(random, 2*time.Second))
		w.storm.Store(false)
	}
}

// revoke revokes tokens and sessions, on either replica.
func revoke(ctx context.Context, w *world, random *rand.Rand) {
	for n := 0; rest(ctx, pause(random, 200*time.Millisecond)); n++ {
		c := w.current.Load().toRevoke[n%pool]
		target := fleet.Token(w.issuer.URL(), "j"+c.id)
		if n%2 == 1 {
			target = fleet.Session(w.issuer.URL(), "s"+c.id)
		}
		w.end(ctx, random, c, target)
	}
}

// signOut revokes all tokens of a user. A token that the user gets later is good.
func signOut(ctx context.Context, w *world, random *rand.Rand) {
	for n := 0; rest(ctx, pause(random, 500*time.Millisecond)); n++ {
		g := w.current.Load()
		c := g.toSignOut[n%pool]
		if !w.end(ctx, random, c, fleet.User(w.issuer.URL(), c.user)) || !rest(ctx, 2*time.Second) {
			return // the watermark is rounded up to the second
		}
		w.users.Add(1)
		if w.issuer.KeyID() == g.kid {
			w.returned.Store(w.token(g, c.user, nil))
		}
	}
}

// end revokes a credential on one of the replicas, which may take several tries while the log fails.
func (w *world) end(ctx context.Context, random *rand.Rand, c *credential, target fleet.Target) bool {
	c.end()
	replica := w.replicas[random.IntN(len(w.replicas))]
	for {
		err := replica.Revoke(ctx, target)
		if err == nil {
			break
		}
		if !rest(ctx, 100*time.Millisecond) {
			return false
		}
	}
	w.revoked.Add(1)
	c.ended(time.Now().Add(maxLag + skew + time.Second))
	return true
}

// endOpaque revokes opaque tokens at their issuer, and gives their users new ones.
func endOpaque(ctx context.Context, w *world, random *rand.Rand) {
	for n := 0; rest(ctx, pause(random, time.Second)); n++ {
		old := w.opaque[n%pool].Load()
		next := &credential{raw: fmt.Sprintf("opaque_%032d", pool+n), user: old.user}
		w.authority.begin(next)
		w.opaque[n%pool].Store(next)
		old.end()
		w.authority.end(old.raw)
		old.ended(time.Now().Add(grace))
		w.ended.Store(old)
	}
}

// revokeAPIKeys replaces API keys.
func revokeAPIKeys(ctx context.Context, w *world, random *rand.Rand) {
	for n := 0; rest(ctx, pause(random, time.Second)); n++ {
		old := w.apikeys[n%pool].Load()
		next, err := w.mintAPIKey(ctx, old.user)
		if err != nil {
			continue // the store fails
		}
		w.apikeys[n%pool].Store(next)
		old.end()
		for w.keyring.Revoke(ctx, old.id) != nil {
			if !rest(ctx, 100*time.Millisecond) {
				return
			}
		}
		old.ended(time.Now()) // the keyring that revokes a key refuses it at once
		w.endedKey.Store(old)
	}
}
