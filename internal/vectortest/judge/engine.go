// Package judge judges the test vectors of the module vectors with auth-go, without any HTTP, and asks other libraries
// for their opinion.
package judge

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/dpop"
	"github.com/revstackhq/auth-go/vectors"
)

// invalidContract is the code of a contract or a key set that is refused before any token is read.
//
//nolint:errname // a code, as those of core
const invalidContract core.Code = "INVALID_CONTRACT"

// Verdict is the verdict of an implementation on a case.
type Verdict struct {
	code core.Code // "" for an accepted token
	user string
	err  error
}

func refused(err error) Verdict { return Verdict{code: core.CodeOf(err), err: err} }

// Fits reports whether the verdict is the one that the case expects.
func (v Verdict) Fits(c *vectors.Case) bool { return string(v.code) == c.Code && v.user == c.User }

// clock is the settable clock of a verifier.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

// rules converts the contract of a case to rules of package core.
func rules(c *vectors.Contract, k *vectors.Keys) core.Rules {
	r := core.Rules{
		Issuer:              c.Issuer,
		Audiences:           c.Audience,
		InsecureAnyAudience: c.AnyAudience,
		Algorithms:          c.Algorithms,
		AuthorizedParties:   c.AuthorizedParties,
		TokenTypes:          c.TokenTypes,
		RequiredClaims:      c.RequiredClaims,
		UserIDClaim:         c.UserIDClaim,
		Leeway:              c.Leeway,
		MaxAge:              c.MaxAge,
		MaxTokenBytes:       c.MaxTokenBytes,
		JWKS:                k.Set,
	}
	if c.Leeway == 0 {
		r.Leeway = -1 // 0 is the default, and a negative one means none
	}
	if k.Secret != nil {
		r.Secret = core.NewSecret(string(k.Secret))
	}
	return r
}

// silent turns off logging: thousands of tokens are refused on purpose.
func silent() core.Option { return core.WithLogger(slog.New(slog.DiscardHandler)) }

// newVerifier makes the verifier of a case.
func newVerifier(c *vectors.Case, at *clock, options ...core.Option) (*core.Verifier, error) {
	contract, err := core.NewContract(rules(c.Contract, c.Keys))
	if err != nil {
		return nil, err
	}
	return core.NewVerifier(contract, append([]core.Option{core.WithClock(at), silent()}, options...)...)
}

// Engine judges cases with auth-go. It keeps a verifier for each pair of contract and keys.
type Engine struct {
	options   []core.Option
	verifiers map[pair]*subject
	stopped   bool // keep a verifier for each moment too, with a clock that never moves
}

type pair struct {
	contract *vectors.Contract
	keys     *vectors.Keys
	at       time.Time // the moment if Engine.stopped is set, otherwise zero
}

// subject is a verifier with its clock, or the error of making it.
type subject struct {
	verifier *core.Verifier
	clock    *clock
	err      error
}

// NewEngine returns an engine whose verifiers have these options. It is not safe for concurrent use.
func NewEngine(options ...core.Option) *Engine {
	return &Engine{options: options, verifiers: map[pair]*subject{}}
}

// Verifier returns a verifier for all cases with the contract, keys and moment of c. Its clock never moves, so it is
// safe for concurrent use.
func (e *Engine) Verifier(c *vectors.Case) (*core.Verifier, error) {
	e.stopped = true
	s := e.subject(c)
	return s.verifier, s.err
}

func (e *Engine) subject(c *vectors.Case) *subject {
	key := pair{contract: c.Contract, keys: c.Keys}
	if e.stopped {
		key.at = c.Time
	}
	s := e.verifiers[key]
	if s == nil {
		s = &subject{clock: &clock{now: c.Time}}
		s.verifier, s.err = newVerifier(c, s.clock, e.options...)
		e.verifiers[key] = s
	}
	return s
}

// Judge returns the verdict of auth-go.
func (e *Engine) Judge(ctx context.Context, c *vectors.Case) Verdict {
	if c.Request != nil {
		return judgeProof(ctx, c)
	}
	return e.judgeToken(ctx, c, c.Token)
}

// judgeToken returns the verdict of auth-go on another token under the contract of a case.
func (e *Engine) judgeToken(ctx context.Context, c *vectors.Case, token string) Verdict {
	s := e.subject(c)
	if s.err != nil {
		return Verdict{code: invalidContract, err: s.err}
	}
	s.clock.now = c.Time
	return s.judge(ctx, token)
}

func (s *subject) judge(ctx context.Context, token string) Verdict {
	session, err := s.verifier.Verify(ctx, token)
	if err != nil {
		return refused(err)
	}
	return Verdict{user: session.UserID()}
}

// judgeProof returns the verdict on a DPoP proof.
func judgeProof(ctx context.Context, c *vectors.Case) Verdict {
	checker, err := dpop.New(dpop.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return refused(err)
	}
	err = checker.Check(ctx, dpop.Presentation{
		Proof:      c.Token,
		Method:     c.Request.Method,
		URL:        c.Request.URL,
		Token:      c.Request.AccessToken,
		Thumbprint: c.Request.Thumbprint,
		Now:        c.Time,
	})
	var e *dpop.Error
	if errors.As(err, &e) && e.Kind == dpop.KindInvalidProof {
		return Verdict{code: core.CodeInvalidProof, err: err}
	}
	if err != nil {
		return refused(err)
	}
	return Verdict{}
}

// Tokens returns the cases whose token is not a DPoP proof.
func Tokens(classes []vectors.Class) []*vectors.Case {
	var all []*vectors.Case
	for i := range classes {
		for j := range classes[i].Cases {
			if c := &classes[i].Cases[j]; c.Request == nil {
				all = append(all, c)
			}
		}
	}
	return slices.Clip(all)
}
