package dpop

import "strconv"

// What tests of the package see of its inside.
var (
	IsNormal        = isNormal
	NormalizeSlowly = normalizeSlowly
)

// MostClients is the bound of KnownClients.
const MostClients = 2 * clientShards * clientsPerShard

// KnownClients counts the clients that k remembers.
func KnownClients(k *Checker) int { return k.known.count() }

// FillClients returns how many of n clients are remembered.
func FillClients(n int) int {
	c := newClients()
	for i := range n {
		c.remember(strconv.Itoa(i), &client{})
	}
	return c.count()
}

// ForgetClients makes k forget what it remembers of clients.
func ForgetClients(k *Checker) {
	for i := range k.known.shards {
		clear(k.known.shards[i].recent)
		clear(k.known.shards[i].older)
	}
}

func (c *clients) count() int {
	n := 0
	for i := range c.shards {
		n += len(c.shards[i].recent) + len(c.shards[i].older)
	}
	return n
}
