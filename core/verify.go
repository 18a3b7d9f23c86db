package core

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core/internal/jose"
	"github.com/revstackhq/auth-go/core/internal/jwks"
	"github.com/revstackhq/auth-go/core/internal/jws"
)

// Verify checks a compact JWT (RFC 7519) and returns its session. Every error
// is an [*Error]; the code of a token that several steps would refuse is the
// first in the order of the [Code] constants. ctx bounds the wait for keys, but
// not their fetch, which other callers may wait for.
func (v *Verifier) Verify(ctx context.Context, token string) (*Session, error) {
	var o origin
	s, err := v.verify(ctx, token, nil, &o)
	if err != nil {
		v.rejected(ctx, err, &o)
		return nil, err
	}
	return s, nil
}

// verify looks for the session of a token that was verified before in the cache,
// and rechecks what may have changed since. Any other token goes through every
// step. c has the credentials that raw is part of, nil if there is only the
// token. verify fills o with what events and logs report about a refused token.
func (v *Verifier) verify(ctx context.Context, raw string, c *Credentials, o *origin) (*Session, *Error) {
	if !v.valid() {
		return nil, refuse(CodeUnknownError, "the verifier is nil or zero: make it with NewVerifier")
	}
	o.started = v.observer.started()
	var signature jws.Digest
	if len(raw) <= v.maxBytes { // a longer one is not even hashed
		var s *Session
		if s, signature = v.cache.get(raw); s != nil {
			now := v.clock.Now()
			if err, decided := v.recheck(ctx, s, now); decided {
				if err == nil {
					err = s.engine.confirms.check(ctx, s.bound, c, now)
				}
				if err != nil {
					o.engine, o.header = s.engine, s.header
					return nil, err
				}
				v.verified(ctx, s, true, o.started)
				return s, nil
			}
			v.cache.drop(signature)
		}
	}
	if len(raw) <= v.maxBytes && strings.IndexByte(raw, '.') < 0 {
		// This is the error of stepFormat, without an attempt: clearing its memory would take as long as all of this.
		return nil, formatError(jose.Opaque(raw))
	}
	a := attempt{verifier: v, raw: raw}
	if err := a.run(ctx, stepSize, c); err != nil {
		o.engine, o.header = a.engine, a.token.Header
		return nil, err
	}
	s := a.session()
	if !a.unsigned {
		s.identify(&a.token, signature)
		v.cache.put(&a.token, s)
	}
	v.verified(ctx, s, false, o.started)
	return s, nil
}

// attempt is the verification of one token. Its fields are the results of the
// steps, in the order of the steps. It stays on the stack.
type attempt struct {
	verifier *Verifier
	raw      string

	token       jose.Token
	unsigned    bool // accepted without a signature: see Rules.InsecureEmulator
	unconfirmed bool // the caller confirms the session of a bound token
	registered       // the claims that every contract reads alike
	now         time.Time
	engine      *engine
	algorithm   *jws.Algorithm
	keys        []*jwks.Key // those that may have signed the token
	key         *jwks.Key   // the one that did, nil for a secret
	bound       *binding    // nil for a token that anyone may send
	userID      string
}

// step is one check of a token.
type step int

// The steps, in their order, which is the specification. A token that several
// steps would refuse reports the first one, so no step may look at what an
// earlier one has not established: nothing is trusted before the signature, no
// key is fetched for a foreign issuer, and what a claim says is compared only
// once the claims are known to be the issuer's.
const (
	stepSize step = iota
	stepFormat
	stepAlgorithm
	stepIssuer
	stepContract
	stepKey
	stepSignature
	stepTime // the first step that looks only at claims
	stepAudience
	stepParty
	stepType
	stepBinding
	stepClaims
	stepUserID
	stepsEnd
)

// String names the step.
func (s step) String() string {
	return [...]string{
		stepSize:      "size",
		stepFormat:    "format",
		stepAlgorithm: "algorithm",
		stepIssuer:    "issuer",
		stepContract:  "contract",
		stepKey:       "key",
		stepSignature: "signature",
		stepTime:      "time",
		stepAudience:  "audience",
		stepParty:     "party",
		stepType:      "type",
		stepBinding:   "binding",
		stepClaims:    "claims",
		stepUserID:    "user id",
	}[s]
}

// take runs one step. It is a switch, because calls through a table would move
// the attempt to the heap, and c is not in the attempt, because that would move c.
func (a *attempt) take(ctx context.Context, s step, c *Credentials) *Error {
	switch s {
	case stepSize:
		return a.checkSize()
	case stepFormat:
		return a.readToken()
	case stepAlgorithm:
		return a.checkAlgorithm()
	case stepIssuer:
		return a.chooseContract(ctx)
	case stepContract:
		return a.checkContract()
	case stepKey:
		return a.findKeys(ctx)
	case stepSignature:
		return a.checkSignature(ctx)
	case stepTime:
		return a.checkTime()
	case stepAudience:
		return a.checkAudience()
	case stepParty:
		return a.checkParty()
	case stepType:
		return a.checkType()
	case stepBinding:
		return a.checkBinding(ctx, c)
	case stepClaims:
		return a.checkClaims()
	case stepUserID:
		return a.readUserID()
	default:
		return nil
	}
}

// run takes the steps from first on and stops at the first that refuses the token.
func (a *attempt) run(ctx context.Context, first step, c *Credentials) *Error {
	for s := first; s < stepsEnd; s++ {
		if err := a.take(ctx, s, c); err != nil {
			return err
		}
	}
	return nil
}

// session returns the session of a token that passed every step.
func (a *attempt) session() *Session {
	return &Session{
		engine:  a.engine,
		header:  a.token.Header,
		payload: a.token.Payload,
		claims:  a.token.Claims,
		times:   a.times,
		key:     a.key,
		bound:   a.bound,
		userID:  a.userID,
		issuer:  a.issuer,
		kind:    a.engine.mapping.kindOf(a.token.Header, a.token.Claims, a.now.Add(a.engine.leeway())),
	}
}

// checkSize bounds what is read at all: parsing costs memory and time, and
// anyone may send a token.
func (a *attempt) checkSize() *Error { return tooLarge(len(a.raw), a.verifier.maxBytes) }

func tooLarge(size, limit int) *Error {
	if size <= limit {
		return nil
	}
	return refuse(CodeTokenTooLarge, "the token has "+itoa(size)+" bytes, at most "+itoa(limit)+" are read")
}

// readToken parses the token, strictly: two readers that disagree about
// duplicate names, padding or types would disagree about who the user is.
func (a *attempt) readToken() *Error {
	if err := a.verifier.parse(&a.token, a.raw); err != nil {
		return err
	}
	a.unsigned = len(a.token.Signature) == 0 // only an emulator's contract gets here with such a token
	return a.read(a.token.Claims)
}

// parse reads a token, one with padded segments too where a contract may accept
// it; checkContract knows whether the chosen one does.
func (v *Verifier) parse(t *jose.Token, raw string) *Error {
	limits := jose.Limits{Unsecured: v.only != nil && v.only.rules.InsecureEmulator}
	err := jose.Parse(t, raw, v.cache.headers, limits)
	if err == nil || v.padded && jose.ParsePadded(t, raw, v.cache.headers, jose.Limits{}) == nil {
		return nil
	}
	return formatError(err)
}

func formatError(err error) *Error { return &Error{Code: CodeInvalidFormat, Err: err} }

// checkAlgorithm pins alg to what the contracts name (RFC 8725 §3.1): the token
// must not choose how it is verified.
func (a *attempt) checkAlgorithm() *Error {
	v, alg := a.verifier, a.token.Header.Alg
	switch {
	case a.unsigned && alg == "none":
		return nil
	case a.unsigned: // RFC 7519 §6
		return refuse(CodeAlgorithmNotAllowed, "alg "+quoted(alg)+" without a signature, expected none")
	case v.algs != nil && !v.algs[alg] || jws.Find(alg) == nil:
		return refuse(CodeAlgorithmNotAllowed, "alg "+quoted(alg)+" is not one that a contract accepts: "+v.algorithms())
	}
	return nil
}

// chooseContract takes the contract that names the token's exact issuer, before
// any key is touched: a foreign token never causes a fetch. It is the first step
// that needs the time, so tokens that cannot be read do not cost reading a clock.
func (a *attempt) chooseContract(ctx context.Context) (err *Error) {
	a.now = a.verifier.clock.Now()
	a.engine, err = a.verifier.engineFor(ctx, &a.registered, a.token.Claims, a.now)
	return err
}

// checkContract repeats the checks that were made with the widest bounds of all
// contracts, now with the bounds of the chosen one.
func (a *attempt) checkContract() *Error {
	if err := tooLarge(len(a.raw), a.engine.rules.MaxTokenBytes); err != nil {
		return err
	}
	if a.token.Padded && !a.engine.rules.PaddedSegments {
		return refuse(CodeInvalidFormat, "the segments are padded with =, which this contract does not accept")
	}
	if err := a.engine.checkSubject(&a.registered); err != nil {
		return err
	}
	if a.unsigned {
		return nil
	}
	alg := a.token.Header.Alg
	if a.algorithm = a.engine.algorithms[alg]; a.algorithm == nil {
		return refuse(CodeAlgorithmNotAllowed,
			"alg "+quoted(alg)+" is not among "+strings.Join(a.engine.rules.Algorithms, ", "))
	}
	return nil
}

// findKeys looks up the published keys that may have signed the token, and
// fetches them if need be. A secret needs none.
func (a *attempt) findKeys(ctx context.Context) (err *Error) {
	if a.unsigned || a.algorithm.Symmetric {
		return nil
	}
	a.keys, err = a.engine.lookup(ctx, a.token.Header)
	return err
}

// checkSignature finds the key that signed the token (RFC 7515 §5.2). A bad
// signature under a known kid never causes a fetch: otherwise
// forged tokens could overload the issuer.
func (a *attempt) checkSignature(ctx context.Context) *Error {
	if a.unsigned {
		return nil
	}
	e, alg, h := a.engine, a.algorithm, a.token.Header
	if alg.Symmetric {
		if !e.hmac[alg.Name].Verify(a.token.SigningInput(), a.token.Signature) {
			return refuse(CodeInvalidSignature, alg.Name+" signature does not fit the secret")
		}
		return nil
	}
	a.key = a.signedBy(a.keys)
	if a.key == nil && !h.HasKid {
		// Without a kid nothing distinguishes a new key from a bad signature, so
		// the cool-down of unknown keys lets one fetch look.
		if more, err := e.keys.Relearn(ctx, h.Alg, a.keys); err == nil {
			a.key = a.signedBy(more)
		}
	}
	if a.key == nil {
		return refuse(CodeInvalidSignature, alg.Name+" signature does not fit key "+quoted(h.Kid))
	}
	return nil
}

func (a *attempt) signedBy(keys []*jwks.Key) *jwks.Key {
	for _, k := range keys {
		if a.engine.maySignFor(k, a.token.Claims) &&
			a.algorithm.Verify(k, a.token.SigningInput(), a.token.Signature, a.engine.standardCrypto) {
			return k
		}
	}
	return nil
}

// checkTime refuses tokens outside their lifetime (RFC 7519 §4.1.4 to §4.1.6).
func (a *attempt) checkTime() *Error { return a.times.check(&a.engine.rules, a.engine.leeway(), a.now) }

// checkAudience refuses tokens that the issuer made for another service (RFC
// 7519 §4.1.3): that service could replay what it was sent.
func (a *attempt) checkAudience() *Error {
	accepted := a.engine.rules.Audiences
	if len(accepted) == 0 || slices.ContainsFunc(accepted, a.audience.HasText) {
		return nil
	}
	return refuseClaim(CodeAudienceMismatch, "aud",
		"aud is "+shown(a.audience)+", expected "+strings.Join(accepted, " or "))
}

// checkParty refuses tokens that another client obtained (azp, OpenID Connect
// Core §2), such as one that a foreign website got for its own visitors.
func (a *attempt) checkParty() *Error {
	accepted := a.engine.rules.AuthorizedParties
	if len(accepted) == 0 {
		return nil
	}
	azp, ok := a.token.Claims.Lookup("azp")
	if !ok && a.engine.rules.InsecureMissingParty || slices.ContainsFunc(accepted, azp.TextIs) {
		return nil
	}
	return refuseClaim(CodePartyMismatch, "azp", "azp is "+shown(azp)+", expected "+strings.Join(accepted, " or "))
}

// checkType refuses tokens of another type that the issuer signs with the same
// keys (RFC 8725 §3.11), such as a logout token.
func (a *attempt) checkType() *Error {
	if err := a.engine.checkType(a.token.Header.Typ); err != nil {
		return err
	}
	return a.engine.checkEvents(a.token.Claims)
}

// checkBinding refuses tokens that are bound to a client's key (cnf, RFC 7800)
// and come without a proof of that key: a stolen token would work.
func (a *attempt) checkBinding(ctx context.Context, c *Credentials) (err *Error) {
	if a.bound, err = a.engine.confirms.readBinding(a.token.Claims); err != nil {
		return err
	}
	if a.unconfirmed {
		return nil
	}
	return a.engine.confirms.check(ctx, a.bound, c, a.now)
}

// checkClaims applies the contract's own requirements.
func (a *attempt) checkClaims() *Error {
	for i, path := range a.engine.required {
		if v, ok := path.In(a.token.Claims); !ok || v.Kind() == jose.KindNull {
			name := a.engine.rules.RequiredClaims[i]
			return refuseClaim(CodeMissingClaim, name, name+" is missing, the contract requires it")
		}
	}
	return a.engine.checkRules(a.token.Header, a.token.Claims, a.now)
}

// readUserID finds who the session is for. It comes last: only a token that is
// accepted names a user.
func (a *attempt) readUserID() (err *Error) {
	a.userID, err = a.engine.userIDOf(a.token.Claims)
	return err
}
