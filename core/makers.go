package core

import (
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"weak"
)

// makers are the authenticators of a chain by the engines of the sessions that they returned, so that each session is
// rechecked by the one that returned it: only a keyring knows that a key was revoked, and a resolver knows nothing of
// another authenticator's issuer. Verifiers are not among them, because they know their own engines.
type makers struct {
	mu sync.Mutex // guards replacing the map
	// known has the index of each authenticator. The map is never modified, only replaced. Its keys are weak, because
	// an authenticator may discard an engine long before the chain.
	known atomic.Pointer[map[weak.Pointer[engine]]int]
}

// unknownMaker is the index of no authenticator, and of several whose sessions share an engine.
const unknownMaker = -1

// of returns the index of the authenticator whose sessions have the engine.
func (m *makers) of(e weak.Pointer[engine]) (i int, known bool) {
	if all := m.known.Load(); all != nil {
		i, known = (*all)[e]
	}
	return i, known
}

// change replaces the map.
func (m *makers) change(edit func(all map[weak.Pointer[engine]]int)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	next := map[weak.Pointer[engine]]int{}
	if all := m.known.Load(); all != nil {
		maps.Copy(next, *all)
	}
	edit(next)
	m.known.Store(&next)
}

// noteMaker remembers that the authenticator at i returned s, which may be nil.
func (c *chain) noteMaker(i int, s *Session) {
	if i == unknownMaker || !s.valid() {
		return
	}
	if _, ok := c.all[i].(*Verifier); ok {
		return
	}
	e := weak.Make(s.engine)
	if before, known := c.makers.of(e); known && (before == i || before == unknownMaker) {
		return
	}
	c.makers.change(func(all map[weak.Pointer[engine]]int) {
		before, known := all[e]
		if known && before != i {
			all[e] = unknownMaker
			return
		}
		all[e] = i
		if !known {
			ref := weak.Make(c)
			runtime.AddCleanup(s.engine, func(e weak.Pointer[engine]) { ref.Value().forgetMaker(e) }, e)
		}
	})
}

// forgetMaker forgets an engine that was discarded. c is nil if the chain was, too.
func (c *chain) forgetMaker(e weak.Pointer[engine]) {
	if c != nil {
		c.makers.change(func(all map[weak.Pointer[engine]]int) { delete(all, e) })
	}
}

// makerOf returns the authenticator that returned s, nil if that is not known.
func (c *chain) makerOf(s *Session) Authenticator {
	if !s.valid() {
		return nil
	}
	i, known := c.makers.of(weak.Make(s.engine))
	if !known || i == unknownMaker || slices.ContainsFunc(c.all, func(a Authenticator) bool {
		v, ok := a.(*Verifier)
		return ok && v.fixed[s.engine]
	}) {
		return nil
	}
	return c.all[i]
}
