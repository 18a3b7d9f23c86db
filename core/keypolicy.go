package core

import (
	"context"
	"time"

	"github.com/revstackhq/auth-go/core/internal/jwks"
)

// KeyPolicy holds the figures by which keys are fetched and kept. A zero field
// takes its default.
type KeyPolicy struct {
	// FetchTimeout bounds one fetch, body included. Default 5 s.
	FetchTimeout time.Duration
	// MaxBytes bounds a key set after decompression. Default 512 KiB.
	MaxBytes int64
	// MaxKeys bounds the entries of a key set. Default 1,024.
	MaxKeys int
	// MinFresh and MaxFresh clamp the Cache-Control: max-age of the issuer.
	// Default 1 min and 24 h.
	MinFresh, MaxFresh time.Duration
	// DefaultFresh is how long keys are fresh if the issuer does not say.
	// Default 10 min.
	DefaultFresh time.Duration
	// RefreshAhead is the part of the freshness after which keys are fetched
	// again behind the requests. Default 0.8.
	RefreshAhead float64
	// MaxStale is how long past their freshness the last-known-good keys serve
	// through an outage. Default 24 h; negative means not at all.
	MaxStale time.Duration
	// Cooldown is the least time between two fetches caused by unknown key
	// ids. Default 5 s.
	Cooldown time.Duration
	// BackoffMin doubles up to BackoffMax between failed fetches. Default 1 s
	// and 30 s.
	BackoffMin, BackoffMax time.Duration
	// MaxRefusedKids bounds the memory of key ids that no fetch brought.
	// Default 1,024.
	MaxRefusedKids int
}

func (p KeyPolicy) internal() jwks.Policy { return jwks.Policy(p) }

// KeyCache lets a fleet share fetched key sets, or a restart find the last one
// during an outage. Implementations must be safe for concurrent use and should
// honor ctx. Whoever can write to a cache chooses the keys, and so forges
// tokens, unless [WithKeyCache] is given a secret.
type KeyCache interface {
	// Load returns what Store was last given for id, or nil and no error.
	Load(ctx context.Context, id string) ([]byte, error)
	// Store keeps data for id, replacing what was there.
	Store(ctx context.Context, id string, data []byte) error
}

// NewFileKeyCache returns a [KeyCache] of one file a key set in dir, which is
// created with mode 0700 if it does not exist. Files are replaced atomically;
// several processes of one user may share dir. The directory and its files must
// belong to the process's user or to root and must not be writable by others:
// else NewFileKeyCache fails, and later a file is not used. On Windows owners
// and access lists are not checked: give [WithKeyCache] a secret there.
func NewFileKeyCache(dir string) (KeyCache, error) {
	cache, err := jwks.NewFileCache(dir)
	if err != nil {
		return nil, err
	}
	return cache, nil
}

// Clock tells the time. Tests inject one.
type Clock interface{ Now() time.Time }

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }
