package dpop

import (
	"hash/maphash"
	"strings"
	"sync"

	"github.com/revstackhq/auth-go/core/internal/jose"
	"github.com/revstackhq/auth-go/core/internal/jwks"
	"github.com/revstackhq/auth-go/core/internal/jws"
)

// client is the parsed header of a client's proofs, which is the same in all of them.
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

// clients remembers clients that have sent a valid proof, by their encoded header, so that a client's key is read
// once. It is bounded in number and size. Only clients with a valid token and its key are remembered, so no one else
// can fill it. It never changes a verdict: equal headers have equal contents.
type clients struct {
	seed   maphash.Seed
	shards [clientShards]clientShard
}

// clientShard has two generations of clients: when the recent one is full, it replaces the older one, whose clients
// are forgotten.
type clientShard struct {
	mu            sync.Mutex
	recent, older map[string]*client
}

func newClients() *clients { return &clients{seed: maphash.MakeSeed()} }

func (c *clients) shard(segment string) *clientShard {
	return &c.shards[maphash.String(c.seed, segment)%clientShards]
}

// find returns the client with this header, nil if it is not known.
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

// remember adds a client whose proof was valid.
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
