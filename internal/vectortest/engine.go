package main

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

// verdict is what an implementation says of a case.
type verdict struct {
	code core.Code // "" for an accepted token
	user string
	err  error
}

func refused(err error) verdict { return verdict{code: core.CodeOf(err), err: err} }

// fits reports whether the verdict is the one that the case demands.
func (v verdict) fits(c *vectors.Case) bool { return string(v.code) == c.Code && v.user == c.User }

// clock is the one clock of a verifier.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

// rules translates the contract of a case.
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

// silent is a logger for programs that refuse thousands of tokens on purpose.
func silent() core.Option { return core.WithLogger(slog.New(slog.DiscardHandler)) }

// newVerifier makes the verifier of a case.
func newVerifier(c *vectors.Case, at *clock, options ...core.Option) (*core.Verifier, error) {
	contract, err := core.NewContract(rules(c.Contract, c.Keys))
	if err != nil {
		return nil, err
	}
	return core.NewVerifier(contract, append([]core.Option{core.WithClock(at), silent()}, options...)...)
}

// engine remembers the verifiers of one way to verify, one for each contract with its keys.
type engine struct {
	options   []core.Option
	verifiers map[pair]*subject
	stopped   bool // every moment has a verifier of its own, whose clock never moves
}

type pair struct {
	contract *vectors.Contract
	keys     *vectors.Keys
	at       time.Time // zero if one verifier serves all moments
}

// subject is a verifier with its clock, or the error of its contract.
type subject struct {
	verifier *core.Verifier
	clock    *clock
	err      error
}

func newEngine(options ...core.Option) *engine {
	return &engine{options: options, verifiers: map[pair]*subject{}}
}

func (e *engine) subject(c *vectors.Case) *subject {
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

// judge returns the verdict of auth-go.
func (e *engine) judge(ctx context.Context, c *vectors.Case) verdict {
	if c.Request != nil {
		return judgeProof(ctx, c)
	}
	return e.judgeToken(ctx, c, c.Token)
}

// judgeToken returns the verdict of auth-go on another token, by the contract of a case.
func (e *engine) judgeToken(ctx context.Context, c *vectors.Case, token string) verdict {
	s := e.subject(c)
	if s.err != nil {
		return verdict{code: invalidContract, err: s.err}
	}
	s.clock.now = c.Time
	return s.judge(ctx, token)
}

func (s *subject) judge(ctx context.Context, token string) verdict {
	session, err := s.verifier.Verify(ctx, token)
	if err != nil {
		return refused(err)
	}
	return verdict{user: session.UserID()}
}

// judgeProof returns the verdict on a DPoP proof.
func judgeProof(ctx context.Context, c *vectors.Case) verdict {
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
		return verdict{code: core.CodeInvalidProof, err: err}
	}
	if err != nil {
		return refused(err)
	}
	return verdict{}
}

// tokens returns the cases whose token is no proof.
func tokens(classes []vectors.Class) []*vectors.Case {
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
