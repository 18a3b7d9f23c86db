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
// is an [*Error]; the code of a token with several faults is the first in the
// order of the [Code] constants. ctx bounds the wait for keys, but not their
// fetch, which other callers may wait for.
func (v *Verifier) Verify(ctx context.Context, token string) (*Session, error) {
	s, err := v.verify(ctx, token)
	if err != nil {
		v.rejected(ctx, err)
		return nil, err
	}
	return s, nil
}

// verify takes a token that was verified before from the cache and rechecks what
// may have changed since. Any other token goes through every step.
func (v *Verifier) verify(ctx context.Context, raw string) (*Session, *Error) {
	if !v.valid() {
		return nil, refuse(CodeUnknownError, "the verifier is nil or zero: make it with NewVerifier")
	}
	started := v.observer.started()
	if len(raw) <= v.maxBytes { // a longer one is not even hashed
		if s, key := v.cache.get(raw); s != nil {
			if err, decided := v.recheck(ctx, s, v.clock.Now()); decided {
				if err != nil {
					return nil, err.of(s.engine, s.header, started)
				}
				v.verified(ctx, s, true, started)
				return s, nil
			}
			v.cache.drop(key)
		}
	}
	a := attempt{verifier: v, raw: raw, now: v.clock.Now()}
	if err := a.run(ctx); err != nil {
		return nil, err.of(a.engine, a.token.Header, started)
	}
	s := a.session()
	if !a.unsigned {
		s.token = jws.DigestOf(raw)
		v.cache.put(&a.token, s)
	}
	v.verified(ctx, s, false, started)
	return s, nil
}

// attempt is the verification of one token: what the steps find out, in the
// order of the steps. It stays on the stack.
type attempt struct {
	verifier *Verifier
	raw      string
	now      time.Time

	token      jose.Token
	unsigned   bool // accepted without a signature: see Rules.InsecureEmulator
	registered      // the claims that every contract reads alike
	engine     *engine
	algorithm  *jws.Algorithm
	keys       []*jwks.Key // those that may have signed the token
	key        *jwks.Key   // the one that did, nil for a secret
	userID     string
}

// step runs step n and returns its name, "" after the last.
//
// The order is the specification. A token with several faults reports the first
// one, so no step may look at what an earlier one has not established: nothing
// is trusted before the signature, no key is fetched for a foreign issuer, and
// what a claim says is compared only once the claims are known to be the
// issuer's. It is a switch, because calls through a table would move the attempt
// to the heap.
func (a *attempt) step(ctx context.Context, n int) (name string, refused *Error) {
	switch n {
	case 0:
		return "size", a.checkSize()
	case 1:
		return "format", a.readToken()
	case 2:
		return "algorithm", a.checkAlgorithm()
	case 3:
		return "issuer", a.chooseContract(ctx)
	case 4:
		return "contract", a.checkContract()
	case 5:
		return "key", a.findKeys(ctx)
	case 6:
		return "signature", a.checkSignature(ctx)
	case afterSignature:
		return "time", a.checkTime()
	case 8:
		return "audience", a.checkAudience()
	case 9:
		return "party", a.checkParty()
	case 10:
		return "type", a.checkType()
	case 11:
		return "binding", a.checkBinding()
	case 12:
		return "claims", a.checkClaims()
	case 13:
		return "user id", a.readUserID()
	default:
		return "", nil
	}
}

// afterSignature is the first step that looks at nothing but the claims.
const afterSignature = 7

// run stops at the first step that refuses the token.
func (a *attempt) run(ctx context.Context) *Error { return a.runFrom(ctx, 0) }

func (a *attempt) runFrom(ctx context.Context, first int) *Error {
	for n := first; ; n++ {
		if name, refused := a.step(ctx, n); refused != nil || name == "" {
			return refused
		}
	}
}

// session is what a token that passed every step is worth.
func (a *attempt) session() *Session {
	return &Session{
		engine:  a.engine,
		header:  a.token.Header,
		payload: a.token.Payload,
		claims:  a.token.Claims,
		times:   a.times,
		key:     a.key,
		userID:  a.userID,
		issuer:  a.issuer,
		kind:    a.engine.mapping.kindOf(a.token.Header, a.token.Claims, a.now.Add(a.engine.leeway())),
	}
}

// checkSize bounds what is read at all: parsing costs memory and time, and
// anybody may send a token.
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
	only := a.verifier.only
	limits := jose.Limits{Unsecured: only != nil && only.rules.InsecureEmulator}
	if err := parse(&a.token, a.raw, a.verifier.cache.headers, limits); err != nil && !a.readPadded() {
		return err
	}
	a.unsigned = len(a.token.Signature) == 0 // only an emulator's contract gets here with such a token
	var err *Error
	a.registered, err = readRegistered(a.token.Claims)
	return err
}

// readPadded reads a token whose segments are padded, where a contract may accept
// one; checkContract knows whether the chosen one does.
func (a *attempt) readPadded() bool {
	return a.verifier.padded && jose.ParsePadded(&a.token, a.raw, a.verifier.cache.headers, jose.Limits{}) == nil
}

func parse(t *jose.Token, raw string, headers *jose.HeaderCache, limits jose.Limits) *Error {
	if err := jose.Parse(t, raw, headers, limits); err != nil {
		return &Error{Code: CodeInvalidFormat, Err: err}
	}
	return nil
}

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
// any key is touched: a foreign token never causes a fetch.
func (a *attempt) chooseContract(ctx context.Context) (err *Error) {
	a.engine, err = a.verifier.engineFor(ctx, &a.registered, a.token.Claims, a.now)
	return err
}

// checkContract repeats what was checked by the widest bounds of all contracts,
// now by those of the chosen one.
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

// checkBinding refuses tokens that are bound to a client's key (cnf, RFC 7800):
// accepted without a proof of that key, a stolen one would work.
func (a *attempt) checkBinding() *Error {
	if _, bound := a.token.Claims.Lookup("cnf"); !bound || a.engine.rules.InsecureIgnoreConfirmation {
		return nil
	}
	return refuseClaim(CodeClaimMismatch, "cnf",
		"the token is bound to a client's key (RFC 7800), which is not checked here")
}

// checkClaims applies the contract's own demands.
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
