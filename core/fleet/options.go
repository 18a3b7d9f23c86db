package fleet

import (
	"errors"
	"log/slog"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/faults"
)

// Options says how a replica takes part in a fleet. Secret and OnFailure are required.
type Options struct {
	// Secret is shared by all replicas, at least 32 random bytes. Anyone who has it can forge revocations.
	Secret core.Secret
	// Fleet separates fleets that have the same secret, such as staging and production. Default: "".
	Fleet string
	// OnFailure decides what happens as long as this replica may not know all revocations: [FailClosed], [FailOpen] or
	// [FailShort]. There is no default.
	OnFailure Failure
	// MaxLag is how long a replica may go without news from the log, or with records missing, before it follows
	// OnFailure. Default 5 s, at least 50 ms. The fleet writes a heartbeat every MaxLag/5.
	MaxLag time.Duration
	// ClockSkew is how far the clocks of two replicas may differ. Default 2 s. A log that delays every record can
	// make a replica late by this much more than MaxLag.
	ClockSkew time.Duration
	// MaxTokenLife is the longest life of an accepted token, from iat to exp: revocations are forgotten after that time.
	// Default 24 h. All replicas must have the same value, and the log must keep records for Retention(MaxTokenLife).
	MaxTokenLife time.Duration
	// OnEntry is called for each new entry, including those of this replica, one call at a time: for example to clear a
	// cache of introspected tokens, or to fetch keys after [KindKeys]. It is not called for revocations that were made
	// before this replica started. It must return quickly.
	OnEntry func(Entry)
	// Logger gets one line for each change of readiness and for attacks. Default: slog.Default().
	Logger *slog.Logger
}

// Failure says what happens to sessions as long as the replica may not know all revocations. A session that is known
// to be revoked is always refused. Use [FailClosed], [FailOpen] or [FailShort].
type Failure time.Duration

const (
	// FailClosed refuses every session: Revoked returns an error, and a guard answers with 503.
	FailClosed Failure = -1
	// FailOpen accepts every session that is not known to be revoked.
	FailOpen Failure = -2
)

// FailShort accepts sessions whose token was issued less than limit ago, and refuses others as [FailClosed] does. If
// tokens live for a minute, a service stays up during an outage, and a stolen token is not accepted for longer than
// limit.
func FailShort(limit time.Duration) Failure {
	if limit <= 0 {
		return failInvalid
	}
	return Failure(limit)
}

const failInvalid Failure = -3

const (
	minSecret           = 32
	minMaxLag           = 50 * time.Millisecond
	defaultMaxLag       = 5 * time.Second
	defaultClockSkew    = 2 * time.Second
	defaultMaxTokenLife = 24 * time.Hour
)

// Retention returns how long a log must keep records if tokens live at most maxTokenLife.
func Retention(maxTokenLife time.Duration) time.Duration {
	life := recordLife(maxTokenLife)
	return life + life/16 // floors advance in steps of 1/64
}

// recordLife returns how long a record is needed: a watermark may lie maxLeeway in the future, and a contract accepts
// a token for up to maxLeeway after its exp.
func recordLife(maxTokenLife time.Duration) time.Duration { return maxTokenLife + 2*maxLeeway }

// withDefaults checks o and returns all mistakes at once, as [*core.ConfigError].
func (o Options) withDefaults(log Log) (Options, error) {
	var errs faults.List[core.ConfigError, *core.ConfigError]
	if faults.IsNil(log) {
		errs.Missing("Log", "is nil: give a log that all replicas share")
	}
	switch n := len(o.Secret.Reveal()); {
	case n == 0:
		errs.Missing("Options.Secret", "is empty: give all replicas the same 32 random bytes")
	case n < minSecret:
		errs.Invalid("Options.Secret", "", "has %d bytes, needs at least %d: make it with a random generator", n, minSecret)
	}
	switch {
	case o.OnFailure == 0:
		errs.Missing("Options.OnFailure", "is not set: choose fleet.FailClosed, fleet.FailOpen or fleet.FailShort(d)")
	case o.OnFailure <= failInvalid:
		errs.Invalid("Options.OnFailure", "", "FailShort needs a positive duration")
	}
	duration := func(field string, d *time.Duration, standard, least time.Duration) {
		if *d == 0 {
			*d = standard
		}
		if *d < least {
			errs.Invalid("Options."+field, faults.Plain(*d), "is less than %s: write it with a unit", least)
		}
	}
	duration("MaxLag", &o.MaxLag, defaultMaxLag, minMaxLag)
	duration("ClockSkew", &o.ClockSkew, defaultClockSkew, time.Millisecond)
	duration("MaxTokenLife", &o.MaxTokenLife, defaultMaxTokenLife, time.Second)
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return o, errs.Err()
}

// NotReadyError says why a replica may not know all revocations. [Revocations.Ready] returns it, and so does
// [Revocations.Revoked] for a session that is refused for this reason.
type NotReadyError struct {
	Reason Reason
	// Lag is how old the newest heartbeat was when the problem was noticed, for Behind.
	Lag time.Duration
	// Missing is the number of records that other replicas have read and this one has not, for Incomplete.
	Missing uint64
	// Err is the last error of the log, nil if it has reported none.
	Err error
}

// Reason is the reason of a [NotReadyError].
type Reason string

// The reasons.
const (
	// Starting: the log has not been read to its end yet.
	Starting Reason = "starting"
	// Behind: no heartbeat has arrived for MaxLag. The log is unreachable or slow, or the clocks of the replicas
	// differ.
	Behind Reason = "behind"
	// Incomplete: records are missing for longer than MaxLag. The log has lost them, or someone has deleted or
	// changed them.
	Incomplete Reason = "incomplete"
)

// Error says what is wrong, and what the log reported.
func (p *NotReadyError) Error() string {
	var text string
	switch p.Reason {
	case Starting:
		text = "fleet: the revocation log has not been read yet"
	case Behind:
		text = "fleet: the last heartbeat in the revocation log is " + p.Lag.Round(time.Millisecond).String() + " old"
	default:
		text = "fleet: the revocation log lacks records: " + itoa(p.Missing)
	}
	if p.Err != nil {
		text += ": " + p.Err.Error()
	}
	return text
}

// Unwrap returns the log's error.
func (p *NotReadyError) Unwrap() error { return p.Err }

// ErrNotPublished is wrapped by the error of [Revocations.Revoke] if the log did not confirm the revocation. This
// replica applies it, and keeps trying to publish it until its context ends.
var ErrNotPublished = errors.New("fleet: revoked on this replica, but the log did not confirm it; it is tried again")
