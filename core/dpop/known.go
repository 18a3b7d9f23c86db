package dpop

import (
	"hash/maphash"
	"strings"
	"sync"

	"github.com/revstackhq/auth-go/core/internal/jose"
	"github.com/revstackhq/auth-go/core/internal/jwks"
	"github.com/revstackhq/auth-go/core/internal/jws"
)

// client is the header of a client's proofs: all of them have the same one.
type client struct {
	header     *jose.Header
	algorithm  *jws.Algorithm
	key        *jwks.Key
	thumbprint string // RFC 7638, SHA-256, base64url
}

const (
	clientShards     = 16
	clientsPerShard  = 128  // of a generation, and there are two: 4,096 clients, which take about 5 MB
	maxClientSegment = 1024 // an RSA key of 3072 bits fits
)

// clients remembers the clients that have sent a good proof, by their encoded header, so that a key is read once. It is
// bounded in number and size, and only those who hold a valid token and its key can fill it: nothing is remembered for
// others. It never changes a verdict, because equal headers are read equally.
type clients struct {
	seed   maphash.Seed
	shards [clientShards]clientShard
}

// clientShard forgets by generations: when the recent one is full, it replaces the older one.
type clientShard struct {
	mu            sync.Mutex
	recent, older map[string]*client
}

func newClients() *clients { return &clients{seed: maphash.MakeSeed()} }

func (c *clients) shard(segment string) *clientShard {
	return &c.shards[maphash.String(c.seed, segment)%clientShards]
}

// find returns the client with that header, nil if it is not known.
func (c *clients) find(segment string) *client {
	if len(segment) > maxClientSegment {
		return nil
	}
	s := c.shard(segment)
	s.mu.Lock()
	defer s.mu.Unlock()
	if found := s.recent[segment]; found != nil {
		return found
	}
	found := s.older[segment]
	if found != nil {
		s.add(strings.Clone(segment), found)
	}
	return found
}

// remember adds a client whose proof was good.
func (c *clients) remember(segment string, of *client) {
	if len(segment) > maxClientSegment {
		return
	}
	s := c.shard(segment)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.add(strings.Clone(segment), of) // a clone: the key must not keep the whole proof in memory
}

func (s *clientShard) add(segment string, of *client) {
	if s.recent == nil || len(s.recent) >= clientsPerShard {
		s.recent, s.older = make(map[string]*client, clientsPerShard), s.recent
	}
	s.recent[segment] = of
}
