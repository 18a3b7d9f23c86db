package keys

import (
	"cmp"
	"fmt"
	"reflect"
	"time"
)

const (
	defaultFetchTimeout = 5 * time.Second
	defaultMaxBytes     = 512 << 10
	defaultMaxKeys      = 1024
	defaultMinFresh     = time.Minute
	defaultMaxFresh     = 24 * time.Hour
	defaultFresh        = 10 * time.Minute
	defaultRefreshAhead = 0.8
	defaultMaxStale     = 24 * time.Hour
	defaultCooldown     = 5 * time.Second
	firstBackoff        = time.Second
	longestBackoff      = 30 * time.Second
	defaultMaxRefused   = 1024
)

// Policy has the timeouts and limits for fetching and caching keys. A zero field takes its default, and
// [Policy.Validate] reports values that cannot work. A verifier reads its policy once, when it is created.
type Policy struct {
	// FetchTimeout bounds one fetch from dial to last body byte, discovery and cache included. Default 5 s.
	FetchTimeout time.Duration
	// MaxBytes bounds a response body after decompression. Default 512 KiB.
	MaxBytes int64
	// MaxKeys bounds the entries of a set, usable or not. Default 1,024.
	MaxKeys int
	// MinFresh and MaxFresh clamp the time for which a response says that it is fresh. Defaults 1 min and 24 h.
	MinFresh, MaxFresh time.Duration
	// DefaultFresh is the freshness of a response that does not say. Default 10 min, clamped to MinFresh and MaxFresh.
	DefaultFresh time.Duration
	// RefreshAhead is the fraction of the freshness after which a request starts a refresh in the background. It varies
	// at random by up to 0.05, so that the processes of a fleet do not fetch at the same time. Default 0.8.
	RefreshAhead float64
	// MaxStale is how long a set that is no longer fresh is still used if it cannot be refreshed. Default 24 h; negative
	// means not at all.
	MaxStale time.Duration
	// Cooldown is the minimum time between two successful fetches caused by unknown key ids. Default 5 s.
	Cooldown time.Duration
	// BackoffMin and BackoffMax bound the wait after a failed fetch. The wait doubles with each failure in a row; at
	// random, it is shortened to no less than 80 %. Defaults 1 s and 30 s.
	BackoffMin, BackoffMax time.Duration
	// MaxRefusedKids bounds how many refused key ids are remembered. Default 1,024.
	MaxRefusedKids int
	// AKP reads keys of post-quantum algorithms. Default nil: such keys are skipped.
	AKP AKP
}

// PolicyError reports a field of a [Policy] whose value cannot work.
type PolicyError struct {
	Field  string // the Policy field
	Value  any    // its value
	Reason string // why that cannot work, and what to do instead
}

// Error returns the field, its value and the reason in one sentence.
func (e PolicyError) Error() string {
	return fmt.Sprintf("keys: policy %s = %v: %s", e.Field, e.Value, e.Reason)
}

// WithDefaults returns p with every zero field set. Defaults adapt to the fields that are set: a MaxFresh of 30 s, for
// example, lowers the default of MinFresh to 30 s.
func (p Policy) WithDefaults() Policy {
	p.FetchTimeout = cmp.Or(p.FetchTimeout, defaultFetchTimeout)
	p.MaxBytes = cmp.Or(p.MaxBytes, defaultMaxBytes)
	p.MaxKeys = cmp.Or(p.MaxKeys, defaultMaxKeys)
	if p.MinFresh == 0 {
		p.MinFresh = min(defaultMinFresh, cmp.Or(p.MaxFresh, defaultMaxFresh))
	}
	p.MaxFresh = cmp.Or(p.MaxFresh, max(defaultMaxFresh, p.MinFresh))
	p.DefaultFresh = cmp.Or(p.DefaultFresh, p.Clamp(defaultFresh))
	p.RefreshAhead = cmp.Or(p.RefreshAhead, defaultRefreshAhead)
	p.MaxStale = cmp.Or(p.MaxStale, defaultMaxStale)
	p.Cooldown = cmp.Or(p.Cooldown, defaultCooldown)
	if p.BackoffMin == 0 {
		p.BackoffMin = min(firstBackoff, cmp.Or(p.BackoffMax, longestBackoff))
	}
	p.BackoffMax = cmp.Or(p.BackoffMax, max(longestBackoff, p.BackoffMin))
	p.MaxRefusedKids = cmp.Or(p.MaxRefusedKids, defaultMaxRefused)
	return p
}

// Validate returns a PolicyError for each value that cannot work, nil if there is none. A zero field counts as its
// default.
func (p Policy) Validate() []PolicyError {
	p = p.WithDefaults()
	var errs []PolicyError
	bad := func(wrong bool, field string, value any, reason string) {
		if wrong {
			errs = append(errs, PolicyError{Field: field, Value: value, Reason: reason})
		}
	}
	for _, d := range []struct {
		field string
		value time.Duration
	}{
		{"FetchTimeout", p.FetchTimeout}, {"MaxFresh", p.MaxFresh}, {"MaxStale", p.MaxStale},
	} {
		bad(d.value > 0 && d.value < time.Microsecond, d.field, d.value,
			fmt.Sprintf("has no unit, and a time.Duration counts nanoseconds: write %d * time.Second", d.value))
	}
	bad(p.FetchTimeout < 0, "FetchTimeout", p.FetchTimeout, "must be positive; 5s suits most issuers")
	bad(p.MaxBytes < 0, "MaxBytes", p.MaxBytes, "must be positive; 512 KiB holds hundreds of keys")
	bad(p.MaxKeys < 0, "MaxKeys", p.MaxKeys, "must be positive; issuers publish 1 to 10 keys")
	bad(p.MinFresh < 0, "MinFresh", p.MinFresh, "must be positive; 1m spares the issuer")
	bad(p.MaxFresh < 0, "MaxFresh", p.MaxFresh, "must be positive; a revoked key stays accepted this long")
	bad(p.MinFresh > 0 && p.MaxFresh > 0 && p.MinFresh > p.MaxFresh, "MinFresh", p.MinFresh,
		fmt.Sprintf("must not exceed MaxFresh (%v); lower it or raise MaxFresh", p.MaxFresh))
	bad(p.DefaultFresh < p.MinFresh || p.DefaultFresh > p.MaxFresh, "DefaultFresh", p.DefaultFresh,
		fmt.Sprintf("must lie between MinFresh (%v) and MaxFresh (%v)", p.MinFresh, p.MaxFresh))
	// Written as a negation so that NaN fails too.
	bad(!(p.RefreshAhead > 0 && p.RefreshAhead <= 1), "RefreshAhead", p.RefreshAhead,
		"must be above 0 and at most 1; 0.8 renews a set in the last fifth of its freshness")
	bad(p.Cooldown < 0, "Cooldown", p.Cooldown, "must be positive; it bounds what a flood of made-up key ids can cost")
	bad(p.BackoffMin < 0, "BackoffMin", p.BackoffMin, "must be positive")
	bad(p.BackoffMax < 0, "BackoffMax", p.BackoffMax, "must be positive")
	bad(p.BackoffMin > 0 && p.BackoffMax > 0 && p.BackoffMin > p.BackoffMax, "BackoffMin", p.BackoffMin,
		fmt.Sprintf("must not exceed BackoffMax (%v)", p.BackoffMax))
	bad(p.MaxRefusedKids < 0, "MaxRefusedKids", p.MaxRefusedKids, "must be positive; it bounds memory, not safety")
	bad(p.AKP != nil && !reflect.ValueOf(p.AKP).Comparable(), "AKP", fmt.Sprintf("%T", p.AKP),
		"must be comparable: use a struct without slices and maps, or a pointer")
	return errs
}

// Clamp limits a freshness that an issuer asks for to MinFresh and MaxFresh.
func (p Policy) Clamp(fresh time.Duration) time.Duration {
	return max(p.MinFresh, min(fresh, p.MaxFresh))
}

// Backoff returns how long to wait after the nth failure in a row, before jitter.
func (p Policy) Backoff(n int) time.Duration {
	wait := p.BackoffMin
	for ; n > 1 && wait < p.BackoffMax; n-- {
		wait *= 2
	}
	return min(wait, p.BackoffMax)
}
