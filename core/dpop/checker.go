package dpop

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core/internal/faults"
	"github.com/revstackhq/auth-go/core/internal/jws"
	"github.com/revstackhq/auth-go/core/internal/outage"
)

// FailureMode says what happens to a request if the replay store fails, so that a replay of its proof would not be
// noticed.
type FailureMode int

// The choices.
const (
	// FailClosed answers with 503: no request with a proof is accepted as long as the store fails.
	FailClosed FailureMode = iota + 1
	// FailOpen accepts a proof that is otherwise valid, even if it was used before. The first failure and the recovery
	// are logged.
	FailOpen
)

// Config says which proofs a [Checker] accepts. The zero value is usable: it accepts proofs of the last minute and
// remembers them in this process. It contains no secret.
type Config struct {
	// Algorithms are the accepted values of a proof's alg, asymmetric ones only. Default: ES256, ES384, ES512, EdDSA,
	// Ed25519, PS256 and RS256. EdDSA and Ed25519 are two names of one algorithm (RFC 9864 §2.2): naming one accepts both.
	Algorithms []string
	// MaxAge is how long after its iat a proof is accepted, 1 minute if 0, at least a second and at most an hour. If a
	// proof has a nonce from Nonces, its age is that of the nonce: iat is not compared with the server's clock, because
	// the clocks of many clients are off by minutes (RFC 9449 §11.1).
	MaxAge time.Duration
	// Leeway is the tolerated difference of clocks, 10 s if 0, none if negative, at most 5 minutes.
	Leeway time.Duration
	// Store remembers used proofs. Default: a [MemoryStore] of this process. Replicas of a service need a shared store:
	// otherwise a proof is accepted once by each of them.
	Store Store
	// OnFailure says what happens if Store fails. It must be set if Store is.
	OnFailure FailureMode
	// Nonces requires a nonce of this server in every proof (RFC 9449 §9), so that proofs cannot be made in advance. If
	// it is nil, no nonce is required.
	Nonces *Nonces
	// Logger gets a line when the store starts to fail and when it works again. Default: slog.Default().
	Logger *slog.Logger
}

const (
	defaultMaxAge = time.Minute
	longestMaxAge = time.Hour
	defaultLeeway = 10 * time.Second
	longestLeeway = 5 * time.Minute
)

func defaultAlgorithms() []string {
	return []string{"ES256", "ES384", "ES512", "EdDSA", "PS256", "RS256"}
}

// ed25519Name is the other name of EdDSA (RFC 9864 §2.2): Ed25519 is the only curve of the keys that are read.
const ed25519Name = "Ed25519"

// withBothNames adds the other name of EdDSA: clients use either.
func withBothNames(algorithms []string) []string {
	for i, alg := range algorithms {
		other := ed25519Name
		if alg == ed25519Name {
			other = "EdDSA"
		}
		if (alg == "EdDSA" || alg == ed25519Name) && !slices.Contains(algorithms, other) {
			return slices.Insert(algorithms, i+1, other)
		}
	}
	return algorithms
}

// Validate returns every mistake in c.
func (c Config) Validate() []*ConfigError {
	var errs []*ConfigError
	add := func(wrong bool, field, value, reason string) {
		if wrong {
			errs = append(errs, &ConfigError{field, value, reason})
		}
	}
	for i, alg := range c.Algorithms {
		a := jws.Find(alg)
		add(a == nil || a.Symmetric || a.External, "Algorithms["+strconv.Itoa(i)+"]", string(faults.Show(alg)),
			"is not an asymmetric algorithm that is supported: use ES256, EdDSA or PS256")
	}
	add(c.MaxAge != 0 && (c.MaxAge < time.Second || c.MaxAge > longestMaxAge), "MaxAge", c.MaxAge.String(),
		"must be between 1s and 1h; 0 means 1m")
	add(c.Leeway > longestLeeway || c.Leeway > 0 && c.Leeway < time.Millisecond, "Leeway", c.Leeway.String(),
		"must be between 1ms and 5m; 0 means 10s, a negative one none")
	add(c.Store != nil && faults.IsNil(c.Store), "Store", "", "is nil: leave it out to use a store of this process")
	chosen := c.OnFailure == FailClosed || c.OnFailure == FailOpen
	add(!chosen && (c.Store != nil || c.OnFailure != 0), "OnFailure", strconv.Itoa(int(c.OnFailure)),
		"choose dpop.FailClosed or dpop.FailOpen: what happens to requests while the store fails")
	return errs
}

// Checker checks DPoP proofs (RFC 9449 §4.3). It is safe for concurrent use, owns no goroutine and has nothing to
// close.
type Checker struct {
	config     Config
	accepted   map[string]*jws.Algorithm
	algorithms string
	known      *clients
	outage     *outage.Log
	again      bool // see Again
}

// New returns a checker, or every mistake in c, each a [*ConfigError], joined.
func New(c Config) (*Checker, error) {
	var errs []error
	for _, e := range c.Validate() {
		errs = append(errs, e)
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	c.Algorithms = slices.Clone(c.Algorithms)
	if len(c.Algorithms) == 0 {
		c.Algorithms = defaultAlgorithms()
	}
	c.Algorithms = withBothNames(c.Algorithms)
	if c.MaxAge == 0 {
		c.MaxAge = defaultMaxAge
	}
	switch {
	case c.Leeway == 0:
		c.Leeway = defaultLeeway
	case c.Leeway < 0:
		c.Leeway = 0
	}
	if c.Store == nil {
		c.Store, c.OnFailure = NewMemoryStore(0), max(c.OnFailure, FailClosed)
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	k := &Checker{config: c, accepted: map[string]*jws.Algorithm{}, known: newClients(), outage: &outage.Log{}}
	for _, alg := range c.Algorithms {
		k.accepted[alg] = jws.Find(alg)
	}
	k.algorithms = strings.Join(c.Algorithms, " ")
	return k, nil
}

// Algorithms returns the accepted algorithms, separated by spaces, as a challenge names them (RFC 9449 §7.1).
func (k *Checker) Algorithms() string { return k.algorithms }

// Nonce returns the nonce for the DPoP-Nonce header of an answer (RFC 9449 §8.2, §9), "" if nonces are not required.
func (k *Checker) Nonce(now time.Time) string {
	if k.config.Nonces == nil {
		return ""
	}
	return k.config.Nonces.Issue(now)
}

// Again returns a checker that does not look for replays and makes all other checks. It is for a second guard around
// the same request: the first guard has recorded the proof.
func (k *Checker) Again() *Checker {
	again := *k
	again.again = true
	return &again
}

// Presentation is a proof together with the request, token and key that it must match. It prints and logs without the
// token and the proof.
type Presentation struct {
	// Proof is the value of the DPoP header, "" if there is none.
	Proof string
	// Method and URL are those of the request as the client made it. A query and a fragment are ignored.
	Method, URL string
	// Token is the access token, and Thumbprint the key that it is bound to (cnf.jkt, RFC 9449 §6.1).
	Token, Thumbprint string
	// Now is the time of the check, by default that of the system clock.
	Now time.Time
}

// Check returns nil if the proof is for this request and this token, was signed with the key that the token is bound
// to, is current, and was not used before. Every error is an [*Error].
func (k *Checker) Check(ctx context.Context, p Presentation) error {
	if p.Now.IsZero() {
		p.Now = time.Now()
	}
	if err := k.check(ctx, &p); err != nil { // a nil *Error in an error would not be nil
		return err
	}
	return nil
}

func (k *Checker) check(ctx context.Context, p *Presentation) *Error {
	if k == nil || k.accepted == nil {
		return invalid("the checker is nil or zero: make it with New")
	}
	if p.Proof == "" {
		return invalid("the request has no DPoP header, or an empty one")
	}
	var got proof
	if err := got.read(p.Proof, k.accepted, k.known); err != nil {
		return err
	}
	// The cheap checks come first, but nothing is recorded for a proof that is not signed.
	if got.client.thumbprint != p.Thumbprint { // RFC 9449 §4.3, check 12
		return invalid("the proof is by the key " + got.client.thumbprint + ", the token is bound to " +
			string(faults.Show(p.Thumbprint)) + " (cnf.jkt)")
	}
	if err := got.verify(); err != nil {
		return err
	}
	if !got.isKnown {
		k.known.remember(headerOf(p.Proof), got.client)
	}
	if err := got.covers(p); err != nil {
		return err
	}
	expires, err := k.current(&got, p.Now)
	if err != nil || k.again {
		return err
	}
	return k.once(ctx, keyOf(got.client.thumbprint, got.id), p.Now, expires)
}

// covers returns nil if the proof is for the request and the token (RFC 9449 §4.3, checks 8, 9 and 12).
func (p *proof) covers(want *Presentation) *Error {
	if string(p.method) != want.Method {
		return invalid("htm is " + string(faults.Show(string(p.method))) + ", the request's method is " + want.Method)
	}
	expected, known := normalize(want.URL)
	if !known {
		return invalid("the URL under which the client reached the service is unknown: name it with guard.ExternalURL")
	}
	if string(p.url) != expected { // most clients write it in this form
		if htu, ok := normalize(string(p.url)); !ok || htu != expected {
			return invalid("htu is " + string(faults.Show(string(p.url))) + ", the request's URL is " + expected)
		}
	}
	var hash [hashSize]byte
	digest := jws.DigestOf(want.Token)
	base64.RawURLEncoding.Encode(hash[:], digest[:])
	if !bytes.Equal(p.tokenHash, hash[:]) {
		return invalid("ath is not the hash of the token")
	}
	return nil
}

// hashSize is the length of a SHA-256 digest in base64url.
const hashSize = 43

// current checks that the proof is not out of date (RFC 9449 §4.3, checks 10 and 11), and returns when it expires.
func (k *Checker) current(p *proof, now time.Time) (expires time.Time, err *Error) {
	if n := k.config.Nonces; n != nil {
		switch {
		case len(p.nonce) == 0:
			return expires, &Error{Kind: KindUseNonce, Detail: "the proof has no nonce, this server requires its own"}
		case !n.Valid(string(p.nonce), now):
			return expires, &Error{Kind: KindUseNonce, Detail: "the proof's nonce is not a current one of this server"}
		}
		return now.Add(n.longest()), nil
	}
	age := now.Sub(p.issued)
	if age > k.config.MaxAge+k.config.Leeway || age < -k.config.Leeway {
		return expires, invalid(fmt.Sprintf("iat is %s, it is %s: a proof is accepted for %v, with a leeway of %v",
			p.issued.Format(time.RFC3339), now.UTC().Format(time.RFC3339), k.config.MaxAge, k.config.Leeway))
	}
	return p.issued.Add(k.config.MaxAge + k.config.Leeway), nil
}

// once records the proof, so that it is accepted once (RFC 9449 §11.1).
func (k *Checker) once(ctx context.Context, key Key, now, expires time.Time) *Error {
	first, err := k.config.Store.Use(ctx, key, now, expires.Add(time.Nanosecond)) // valid at expires itself
	if err != nil && errors.Is(ctx.Err(), context.Canceled) {
		return &Error{Kind: KindUnavailable, Detail: "the request ended before its proof was checked", Err: ctx.Err()}
	}
	k.note(ctx, err)
	switch {
	case err != nil && k.config.OnFailure == FailOpen:
		return nil
	case err != nil:
		return &Error{Kind: KindUnavailable, Detail: "replays of proofs can't be noticed", Err: err}
	case !first:
		return invalid("the proof was used before: each request needs a proof with a new jti")
	default:
		return nil
	}
}

func (k *Checker) note(ctx context.Context, err error) {
	failed, report := k.outage.Note(err != nil, time.Now)
	switch {
	case !report:
	case err == nil:
		k.config.Logger.InfoContext(ctx, "auth: DPoP proofs can be checked for replays again",
			slog.Uint64("failed_checks", failed))
	case k.config.OnFailure == FailOpen:
		k.config.Logger.WarnContext(ctx, "auth: DPoP proofs can't be checked for replays: replayed ones pass until they can",
			slog.Any("error", err))
	default:
		k.config.Logger.ErrorContext(ctx, "auth: DPoP proofs can't be checked for replays: requests with one are answered "+
			"with 503 until they can", slog.Any("error", err))
	}
}
