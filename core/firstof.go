package core

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core/internal/faults"
	"github.com/revstackhq/auth-go/core/internal/refusal"
	"github.com/revstackhq/auth-go/core/keys"
)

// FirstOf returns an authenticator that delegates to the first one in all that
// recognizes the credentials. It chooses by the form of the credentials, before
// anything is verified, and the chosen authenticator decides: a token that it
// rejects is never tried with another.
//
// An authenticator may have a method Recognizes(Credentials) bool. One without it
// recognizes everything, so it belongs at the end. A [*Contract] and a
// [*Verifier] recognize a JWT by its issuer. A token that no authenticator
// recognizes is rejected; if it has the three parts of a JWT, the first verifier
// rejects it, so that the error says why.
// A session is rechecked by the authenticator that returned it.
//
// FirstOf panics if it is given no authenticator, or a nil or zero one.
func FirstOf(all ...Authenticator) Authenticator {
	if len(all) == 0 {
		panic("auth: FirstOf: has no authenticators: name at least one")
	}
	c := &chain{}
	for i, a := range all {
		if faults.IsNil(a) {
			panic("auth: FirstOf: authenticator " + itoa(i+1) + " is nil: remove it")
		}
		if k, ok := a.(*Contract); ok {
			v, err := k.verifier()
			if err != nil {
				panic("auth: FirstOf: authenticator " + itoa(i+1) + ": " + err.Error())
			}
			a = v
		}
		if v, ok := a.(*Verifier); ok {
			if !v.valid() {
				panic("auth: FirstOf: authenticator " + itoa(i+1) + " is a zero verifier: make it with NewVerifier")
			}
			if c.verifier == nil {
				c.verifier = v
			}
		}
		c.all = append(c.all, a)
	}
	return c
}

type chain struct {
	all      []Authenticator
	verifier *Verifier // the first one, nil if there is none
	makers   makers
}

// choose returns the authenticator that decides about the credentials, and its index; nil if there is none.
func (c *chain) choose(credentials Credentials) (int, Authenticator) {
	for i, a := range c.all {
		if r, ok := a.(interface{ Recognizes(c Credentials) bool }); !ok || r.Recognizes(credentials) {
			return i, a
		}
	}
	if c.verifier != nil && strings.Count(credentials.Token, ".") == 2 {
		return unknownMaker, c.verifier
	}
	return unknownMaker, nil
}

func (c *chain) Authenticate(ctx context.Context, credentials Credentials) (*Session, error) {
	return c.reauthenticate(ctx, nil, credentials)
}

func (c *chain) Reauthenticate(ctx context.Context, s *Session, credentials Credentials) (*Session, error) {
	return c.reauthenticate(ctx, s, credentials)
}

func (c *chain) reauthenticate(ctx context.Context, s *Session, credentials Credentials) (*Session, error) {
	i, a := c.choose(credentials)
	if a == nil {
		err := refuse(CodeInvalidFormat, "no authenticator recognizes the token")
		if credentials.Token == "" {
			err = refuse(CodeTokenMissing, "the credentials hold no token")
		}
		c.ReportRejection(refusal.With(ctx, refusal.Info{Request: credentials.Request}), err)
		return nil, err
	}
	again, ok := a.(interface {
		Reauthenticate(ctx context.Context, s *Session, c Credentials) (*Session, error)
	})
	if s != nil && ok {
		session, err := again.Reauthenticate(ctx, s, credentials)
		c.noteMaker(i, session)
		return session, err
	}
	session, err := a.Authenticate(ctx, credentials)
	c.noteMaker(i, session)
	if _, reports := a.(reporter); err != nil && !reports {
		c.ReportRejection(refusal.With(ctx, refusal.Info{Request: credentials.Request}), errorOf(err))
	}
	return session, err
}

// reporter is an authenticator that reports its rejections itself.
type reporter interface {
	ReportRejection(ctx context.Context, err *Error)
}

// Recognizes reports whether any of the authenticators recognizes c.
func (c *chain) Recognizes(credentials Credentials) bool {
	for _, a := range c.all {
		if r, ok := a.(interface{ Recognizes(c Credentials) bool }); !ok || r.Recognizes(credentials) {
			return true
		}
	}
	return false
}

// Recheck asks the authenticator that returned s.
func (c *chain) Recheck(ctx context.Context, s *Session) error {
	if a := c.makerOf(s); a != nil {
		if r, ok := a.(interface {
			Recheck(ctx context.Context, s *Session) error
		}); ok {
			return r.Recheck(ctx, s)
		}
		return s.Recheck(ctx)
	}
	for _, a := range c.all {
		switch a := a.(type) {
		case *Verifier:
			if a.made(s) {
				return a.Recheck(ctx, s)
			}
		case *chain:
			if a.made(s) {
				return a.Recheck(ctx, s)
			}
		}
	}
	return s.Recheck(ctx)
}

func (c *chain) made(s *Session) bool {
	for _, a := range c.all {
		switch a := a.(type) {
		case *Verifier:
			if a.made(s) {
				return true
			}
		case *chain:
			if a.made(s) {
				return true
			}
		}
	}
	return false
}

// ReportRejection reports err through the first authenticator that has the method.
func (c *chain) ReportRejection(ctx context.Context, err *Error) {
	for _, a := range c.all {
		if r, ok := a.(reporter); ok {
			r.ReportRejection(ctx, err)
			return
		}
	}
}

// Confirmations reports what any of the authenticators accepts; one without the
// method accepts bearer tokens.
func (c *chain) Confirmations() (dpop, mtls, bearer bool) {
	for _, a := range c.all {
		one, ok := a.(interface {
			Confirmations() (dpop, mtls, bearer bool)
		})
		if !ok {
			bearer = true
			continue
		}
		d, m, b := one.Confirmations()
		dpop, mtls, bearer = dpop || d, mtls || m, bearer || b
	}
	return dpop, mtls, bearer
}

// CertificateBound reports whether one of the authenticators accepts tokens that are
// bound to a client certificate, see [Verifier.CertificateBound].
func (c *chain) CertificateBound() bool {
	return slices.ContainsFunc(c.all, func(a Authenticator) bool {
		one, ok := a.(interface{ CertificateBound() bool })
		return ok && one.CertificateBound()
	})
}

func (c *chain) Issuers() []string {
	var issuers []string
	for _, a := range c.all {
		if i, ok := a.(interface{ Issuers() []string }); ok {
			issuers = append(issuers, i.Issuers()...)
		}
	}
	return issuers
}

func (c *chain) Now() time.Time {
	for _, a := range c.all {
		if clock, ok := a.(keys.Clock); ok {
			return clock.Now()
		}
	}
	return time.Now()
}

func (c *chain) Logger() *slog.Logger {
	for _, a := range c.all {
		if l, ok := a.(interface{ Logger() *slog.Logger }); ok {
			return l.Logger()
		}
	}
	return slog.Default()
}

// errorOf converts the error of an authenticator to an [*Error]: one without a code gets CodeUnknownError.
func errorOf(err error) *Error {
	var e *Error
	if errors.As(err, &e) && e != nil && e.Code != "" {
		return e
	}
	return &Error{Code: CodeUnknownError, Detail: "the authenticator failed", Err: err}
}
