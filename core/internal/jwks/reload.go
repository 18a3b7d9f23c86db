package jwks

import (
	"context"
	"runtime"
	"time"
	"weak"

	"github.com/revstackhq/auth-go/core/event"
)

// Notifier is a keys.Cache that notifies the processes that share it when a set has changed.
type Notifier interface {
	// Announce is called after a set with other keys was stored.
	Announce(ctx context.Context, id string) error
	// Watch calls changed after an announcement, until stop is called. changed does not block.
	Watch(id string, changed func()) (stop func())
}

// reloadEvery is the shortest time between two reloads, so that many announcements cost little.
const reloadEvery = time.Second

func (s *Source) notifier() Notifier {
	if !s.caches() {
		return nil
	}
	cache := s.cfg.Cache
	if a, ok := cache.(authenticated); ok {
		cache = a.cache
	}
	n, _ := cache.(Notifier)
	return n
}

// watch subscribes to announcements for as long as s is in use.
func (s *Source) watch() {
	n := s.notifier()
	if n == nil {
		return
	}
	ref := weak.Make(s) // the cache outlives the sources of tenants
	stop := n.Watch(s.cfg.ID, func() {
		if s := ref.Value(); s != nil {
			s.announced()
		}
	})
	runtime.AddCleanup(s, func(stop func()) { stop() }, stop)
}

// announce tells the other processes that the keys have changed. Call it after the keys were stored.
func (s *Source) announce(ctx context.Context, f *refresh) {
	n := s.notifier()
	if n == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Policy.FetchTimeout/5)
	defer cancel()
	_, err := call(ctx, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, n.Announce(ctx, s.cfg.ID)
	})
	if err != nil {
		s.cacheProblem(f, "announce", err)
	}
}

// cacheProblem reports a failure of the cache outside of a refresh.
func (s *Source) cacheProblem(f *refresh, op string, err error) {
	f.events = nil
	s.cacheFailed(f, op, err)
	s.enqueue(f.ctx, f.events)
	s.deliver()
}

// announced schedules a reload from the cache: at once or, if the last one was less than reloadEvery ago, soon.
func (s *Source) announced() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.reloading || s.snap.Load() == nil && s.refresh == nil { // without a set, the first token loads it
		return
	}
	s.reloading = true
	if wait := reloadEvery - time.Since(s.reloadedAt); wait > 0 {
		time.AfterFunc(wait, s.reload)
		return
	}
	go s.reload()
}

// reload serves the cache's set if it is newer than the current one. It never fetches from the issuer.
func (s *Source) reload() {
	f := &refresh{ctx: context.Background(), started: time.Now()}
	s.mu.Lock()
	s.reloading, s.reloadedAt = false, f.started // an announcement from here on plans another one
	s.mu.Unlock()
	now := s.cfg.Clock.Now()
	got, err := s.load(f.ctx, now, s.cfg.Policy.FetchTimeout/5, s.cfg.Cache.Load)
	if err != nil {
		s.cacheProblem(f, "load", err)
		return
	}
	s.mu.Lock()
	current := s.snap.Load()
	if f.snap = got.snap.newerThan(current); f.snap != nil && f.snap.phase(now) != stale {
		if current != nil {
			f.snap.set.inherit(current.set)
		}
		s.snap.Store(f.snap)
		s.cacheLoads.Add(1)
		if ev := s.outcome(f, now, event.KeysRefreshed{FromCache: true}); ev != nil {
			s.enqueue(f.ctx, []event.Event{ev})
		}
	}
	s.mu.Unlock()
	s.deliver()
}
