package apikey

import (
	"context"
	"log/slog"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/internal/faults"
	"github.com/revstackhq/auth-go/core/keys"
)

// Config configures a [Keyring].
type Config struct {
	// Prefix is the text that keys begin with: lower-case letters, digits and single underscores, such as "northwind" or
	// "northwind_test". Use a different prefix for each environment.
	Prefix string
	// Store keeps the records.
	Store Store
	// Issuer is the issuer of the sessions: "apikey:" and the prefix if empty.
	Issuer string

	// MaxAge is how long a record is remembered: 10 s if 0. A key that another process revokes is still accepted for
	// that time.
	MaxAge time.Duration
	// KeepInOutage is how long after MaxAge a record is still used if the store is unavailable: not at all if 0.
	KeepInOutage time.Duration
	// TouchEvery is the precision of the time of a key's last use: a minute if 0. If it is negative, the time is not
	// recorded.
	TouchEvery time.Duration
	// Timeout bounds each call of the store: 2 s if 0.
	Timeout time.Duration
	// MaxEntries bounds the remembered records: 16,384 if 0.
	MaxEntries int
	// MaxConcurrent bounds the calls of the store that run at once: 32 if 0.
	MaxConcurrent int
	// MaxUnknownPerSecond bounds the look-ups of unknown keys: 50 a second on average if 0. If more arrive, requests
	// with keys that were not seen before are answered with 503. Keys that exist do not count.
	MaxUnknownPerSecond int

	// Logger replaces slog.Default().
	Logger *slog.Logger
	// Clock replaces the system's clock, for tests.
	Clock keys.Clock
	// Observe is called with event.TokenVerified and event.TokenRejected for every request.
	Observe func(context.Context, event.Event)
}

type configErrors = faults.List[core.ConfigError, *core.ConfigError]

const (
	defaultMaxAge        = 10 * time.Second
	defaultTouchEvery    = time.Minute
	defaultTimeout       = 2 * time.Second
	defaultMaxEntries    = 16 << 10
	defaultMaxConcurrent = 32
	defaultMaxUnknown    = 50

	minDuration = time.Millisecond // less is a number without a unit
	longest     = 24 * time.Hour
)

func (c *Config) fillDefaults(f *configErrors) {
	if !validPrefix.MatchString(c.Prefix) || len(c.Prefix) > maxPrefixBytes {
		f.Invalid("Prefix", faults.Show(c.Prefix),
			"must be lower-case letters, digits and single underscores, at most %d, beginning with a letter", maxPrefixBytes)
	}
	if faults.IsNil(c.Store) {
		f.Missing("Store", "is nil: use NewSQLStore, or Memory for tests")
	}
	if c.Issuer == "" {
		c.Issuer = "apikey:" + c.Prefix
	}
	duration := func(field string, value *time.Duration, standard time.Duration) {
		switch {
		case *value == 0:
			*value = standard
		case *value < 0 || *value > longest:
			f.Invalid(field, faults.Plain(*value), "must be between 0 and %v; 0 means %v", longest, standard)
		case *value < minDuration:
			f.Invalid(field, faults.Plain(*value), "has no unit, and a time.Duration counts nanoseconds: write %d * time.Second",
				*value)
		}
	}
	duration("MaxAge", &c.MaxAge, defaultMaxAge)
	duration("KeepInOutage", &c.KeepInOutage, 0)
	duration("Timeout", &c.Timeout, defaultTimeout)
	if c.TouchEvery >= 0 {
		duration("TouchEvery", &c.TouchEvery, defaultTouchEvery)
	}
	number := func(field string, value *int, standard int) {
		const most = 1 << 24
		switch {
		case *value == 0:
			*value = standard
		case *value < 0 || *value > most:
			f.Invalid(field, faults.Plain(*value), "must be between 0 and %d; 0 means %d", most, standard)
		}
	}
	number("MaxEntries", &c.MaxEntries, defaultMaxEntries)
	number("MaxConcurrent", &c.MaxConcurrent, defaultMaxConcurrent)
	number("MaxUnknownPerSecond", &c.MaxUnknownPerSecond, defaultMaxUnknown)
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if faults.IsNil(c.Clock) {
		c.Clock = keys.SystemClock{}
	}
}

// contract returns the contract that makes sessions from records. It has no cryptographic keys.
func (c *Config) contract(f *configErrors) *core.Contract {
	contract, err := core.NewContract(core.Rules{
		Provider:            "apikey",
		Issuer:              c.Issuer,
		ExternalKeys:        true,
		InsecureAnyAudience: true, // the store is this service's own
		InsecureNoExpiry:    true, // a key may live until it is revoked
		Leeway:              -1,   // both times are this service's own
		Session: core.Mapping{
			Kind:           Kind,
			SessionID:      []core.ClaimRef{},
			ClientID:       []core.ClaimRef{},
			Scopes:         []core.ClaimRef{{Path: "scopes"}},
			OrganizationID: []core.ClaimRef{{Path: "org_id"}},
		},
	})
	f.AppendAs(err, nil)
	return contract
}
