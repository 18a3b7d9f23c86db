package logout

import (
	"crypto/sha256"
	"sync"
	"time"
)

// memory remembers the ids of messages, so that each message is processed once.
// Its size is bounded. Only authentic messages get here, so an attacker cannot
// displace ids. It is safe for concurrent use.
type memory struct {
	mu    sync.Mutex
	ids   map[[16]byte]*remembered
	order []*remembered // by arrival
}

type remembered struct {
	key   [16]byte
	until time.Time
	done  bool
}

type state int

const (
	isNew state = iota
	isPending
	isDone
)

const maxRemembered = 1 << 16

func digestOf(parts ...string) [16]byte {
	h := sha256.New()
	for _, p := range parts {
		var size [8]byte
		for i, n := 0, uint64(len(p)); i < len(size); i, n = i+1, n>>8 {
			size[i] = byte(n)
		}
		h.Write(size[:]) // so that different lists of parts never give the same bytes
		h.Write([]byte(p))
	}
	return [16]byte(h.Sum(nil))
}

// begin reports whether the message is new, and if so reserves its id until the
// caller calls end.
func (m *memory) begin(key [16]byte, until, now time.Time) state {
	m.mu.Lock()
	defer m.mu.Unlock()
	if known := m.ids[key]; known != nil && (!known.done || now.Before(known.until)) {
		if known.done {
			return isDone
		}
		return isPending
	}
	if m.ids == nil {
		m.ids = map[[16]byte]*remembered{}
	}
	m.drop(now)
	entry := &remembered{key: key, until: until}
	m.ids[key], m.order = entry, append(m.order, entry)
	return isNew
}

// end keeps the id of a message that was processed, and forgets the id of a
// message that failed, so that it can be delivered again.
func (m *memory) end(key [16]byte, processed bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch entry := m.ids[key]; {
	case entry == nil:
	case processed:
		entry.done = true
	default:
		entry.until = time.Time{} // the next drop removes it from order
		delete(m.ids, key)
	}
}

// drop forgets expired ids at the front and, if the memory is full, the oldest id.
func (m *memory) drop(now time.Time) {
	for len(m.order) > 0 {
		oldest := m.order[0]
		current := m.ids[oldest.key] == oldest
		if current && len(m.order) < maxRemembered && now.Before(oldest.until) {
			return
		}
		if current {
			delete(m.ids, oldest.key)
		}
		m.order = m.order[1:]
	}
}
