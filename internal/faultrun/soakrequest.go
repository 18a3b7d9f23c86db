package main

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core/authtest"
)

type soakAnswer struct {
	status int
	body   string
	err    error
}

func (s *soak) ask(ctx context.Context, a *soakApp, authorization string) soakAnswer {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+a.addr+"/me", http.NoBody)
	if err != nil {
		return soakAnswer{err: err}
	}
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	a.requests.Add(1)
	resp, err := a.client.Do(req)
	if err != nil {
		return soakAnswer{err: err}
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<16))
	return soakAnswer{resp.StatusCode, string(body), err}
}

// send sends one request of some kind, and checks the answer.
func (s *soak) send(ctx context.Context, a *soakApp) {
	begin := time.Now()
	n := rand.IntN(soakUsers)
	current := s.current.Load()
	token := current.tokens[n]
	switch kind := rand.IntN(16); kind {
	case 0:
		a.mustRefuse(s, begin, s.ask(ctx, a, ""), "no credentials", false)
	case 1:
		a.mustRefuse(s, begin, s.ask(ctx, a, "Bearer garbage"), "garbage", false)
	case 2:
		dot := strings.LastIndexByte(token, '.')
		other := current.tokens[(n+1)%soakUsers]
		forged := token[:dot] + other[strings.LastIndexByte(other, '.'):]
		a.mustRefuse(s, begin, s.ask(ctx, a, "Bearer "+forged), "another token's signature", true)
	case 3:
		a.mustRefuse(s, begin, s.ask(ctx, a, "Bearer "+withKid(token, randomKid())), "a made-up key id", true)
	case 4:
		expired := s.issuer.Token(authtest.Claims{"sub": soakUser(n)}, authtest.ExpiresIn(-time.Hour))
		a.mustRefuse(s, begin, s.ask(ctx, a, "Bearer "+expired), "an expired token", true)
	case 5:
		if old := s.withdrawn.Load(); old != nil {
			a.mustRefuse(s, begin, s.ask(ctx, a, "Bearer "+old.tokens[n]), "a withdrawn key", true)
		}
	case 6, 7: // a client that leaves
		impatient, cancel := context.WithTimeout(ctx, time.Duration(rand.IntN(2000))*time.Microsecond)
		defer cancel()
		if got := s.ask(impatient, a, "Bearer "+token); got.err == nil && got.status == http.StatusOK {
			a.sameUser(got.body, n)
		}
	default:
		got := s.ask(ctx, a, "Bearer "+token)
		switch {
		case ctx.Err() != nil:
		case got.err != nil:
			a.note(&a.wrong, "a good token got no answer: %v", got.err)
		case got.status == http.StatusOK:
			a.sameUser(got.body, n)
		case got.status == http.StatusServiceUnavailable && s.mayBeUnavailable(begin):
			a.unavailable.Add(1)
		default:
			a.note(&a.refused, "a good token got %d %s", got.status, got.body)
		}
	}
}

// mustRefuse checks the answer to a bad credential. Where the keys decide, it may be 503: while the issuer fails, and
// for a key id that may be new.
func (a *soakApp) mustRefuse(s *soak, begin time.Time, got soakAnswer, what string, byKeys bool) {
	switch {
	case got.err != nil && (errors.Is(got.err, context.Canceled) || errors.Is(got.err, context.DeadlineExceeded)):
	case got.err != nil:
		a.note(&a.wrong, "%s got no answer: %v", what, got.err)
	case got.status == http.StatusUnauthorized:
	case byKeys && got.status == http.StatusServiceUnavailable &&
		(s.mayBeUnavailable(begin) || strings.Contains(what, "key")):
		a.unavailable.Add(1)
	default:
		a.note(&a.wrong, "%s got %d %s", what, got.status, got.body)
	}
}

// sameUser checks that the handler saw the user of the token, in each of the ways in which it can ask.
func (a *soakApp) sameUser(body string, n int) {
	user := soakUser(n)
	if body != user+" "+user+" "+user {
		a.note(&a.mixed, "the token of %s was seen as %q", user, body)
	}
}
