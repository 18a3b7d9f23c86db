package main

import (
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/revstackhq/auth-go/core/authtest"
)

// pool is the number of credentials of each kind.
const pool = 32

func user(kind string, n int) string { return fmt.Sprintf("%s_%03d", kind, n) }

// credential is a token or key that was valid when it was made. If it was revoked, ends is when that began, and over
// when all replicas must know.
type credential struct {
	raw, user, id string
	by            *generation // whose key signed it, for a JWT
	signer        int         // the signer whose key the token is bound to, for a bound token

	mu         sync.Mutex
	ends, over time.Time // zero if not revoked
}

// end records that the revocation of the credential begins.
func (c *credential) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ends, c.over = time.Now(), forever
}

// ended records when all replicas must know that the credential was revoked.
func (c *credential) ended(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.over = at
}

// state reports whether a request that ran from begin to end may be accepted, and whether it may be refused.
func (c *credential) state(begin, end time.Time) (accept, refuse bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ends.IsZero() {
		return true, false
	}
	return begin.Before(c.over), end.After(c.ends)
}

// generation holds the tokens that one key has signed.
type generation struct {
	kid       string
	good      []*credential
	bound     []*credential // to the keys of the world's signers
	toRevoke  []*credential // whose session or token will be revoked
	toSignOut []*credential // whose user will be signed out everywhere
	bad       []authtest.BadToken
	foreign   string // of an issuer that is not trusted

	mu      sync.Mutex
	removed time.Time // when the key left the set, zero before
}

func (g *generation) remove() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.removed = time.Now()
}

// state is like credential.state, for the key.
func (g *generation) state(begin, end time.Time) (accept, refuse bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.removed.IsZero() {
		return true, false
	}
	return begin.Before(g.removed.Add(grace)), end.After(g.removed)
}

// mint makes tokens with the issuer's newest key.
func (w *world) mint() *generation {
	g := &generation{kid: w.issuer.KeyID(), foreign: w.foreign.Token(nil)}
	number := w.rotations.Load()
	for n := range pool {
		g.good = append(g.good, w.token(g, user("user", n), nil))
		signer := n % len(w.signers)
		jkt := w.signers[signer].Thumbprint()
		bound := w.token(g, user("bound", n), authtest.Claims{"cnf": map[string]string{"jkt": jkt}})
		bound.signer = signer
		g.bound = append(g.bound, bound)

		id := fmt.Sprintf("%d_%d", number, n)
		target := w.token(g, user("target", n), authtest.Claims{"jti": "j" + id, "sid": "s" + id})
		target.id = id
		g.toRevoke = append(g.toRevoke, target)
		g.toSignOut = append(g.toSignOut, w.token(g, "leaving_"+id, nil))
	}
	for _, b := range w.issuer.Bad(w.contract, g.good[0].raw) {
		if b.Sendable() && len(b.Token) < 4<<10 { // larger ones do not fit into every server's headers
			g.bad = append(g.bad, b)
		}
	}
	return g
}

// token mints a token for a user with the key of g, which must be the newest one.
func (w *world) token(g *generation, name string, more authtest.Claims) *credential {
	all := authtest.Claims{"sub": name}
	maps.Copy(all, more)
	return &credential{raw: w.issuer.Token(all, authtest.ExpiresIn(2*time.Hour)), user: name, by: g}
}
