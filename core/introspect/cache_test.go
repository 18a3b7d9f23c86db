package introspect_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/introspect"
)

// TestHowLongAVerdictIsRemembered: MaxAge and RefusedFor bound it, and the token's own expiry.
func TestHowLongAVerdictIsRemembered(t *testing.T) {
	clock := authtest.NewClock(time.Unix(1_800_000_000, 0))
	s := newServer(t, nil)
	cfg := config(s, clock)
	cfg.MaxAge, cfg.RefusedFor = time.Minute, 10*time.Second
	cfg.Rules.Leeway = -1
	for name, c := range map[string]struct {
		body  string
		after time.Duration // when the server is asked again
		code  core.Code
	}{
		"active":              {active(clock, nil), time.Minute, ""},
		"inactive":            {`{"active":false}`, 10 * time.Second, introspect.CodeInactive},
		"for another service": {active(clock, map[string]any{"aud": "x"}), 10 * time.Second, core.CodeAudienceMismatch},
	} {
		handle := answer(200, c.body)
		s.handle.Store(&handle)
		client := newClient(t, cfg)
		s.asked.Store(0)
		start := clock.Now()
		for _, step := range []struct {
			at    time.Duration
			asked int64
		}{{0, 1}, {c.after - time.Millisecond, 1}, {c.after, 2}, {2*c.after - time.Millisecond, 2}, {2 * c.after, 3}} {
			clock.Set(start.Add(step.at))
			_, err := authenticate(t, client, token)
			want(t, name, err, c.code)
			if s.asked.Load() != step.asked {
				t.Errorf("%s: asked %d times after %v, want %d", name, s.asked.Load(), step.at, step.asked)
			}
		}
		clock.Set(start)
	}
	handle := answer(200, active(clock, map[string]any{"exp": clock.Now().Unix() + 20}))
	s.handle.Store(&handle)
	client := newClient(t, cfg)
	_, err := authenticate(t, client, token)
	want(t, "before its expiry", err, "")
	clock.Advance(20 * time.Second)
	_, err = authenticate(t, client, token)
	want(t, "at its expiry, within MaxAge", err, core.CodeTokenExpired)
}

// TestForget: a revocation that is learned in another way counts at once, also for a call that is running.
func TestForget(t *testing.T) {
	clock := authtest.NewClock(time.Unix(1_800_000_000, 0))
	good, inactive := answer(200, active(clock, nil)), answer(200, `{"active":false}`)
	for name, forget := range map[string]func(*introspect.Client){
		"the token": func(c *introspect.Client) { c.Forget(token) },
		"the user": func(c *introspect.Client) {
			c.ForgetSessions(func(s *core.Session) bool { return s.UserID() == "user_1" })
		},
		"everything": func(c *introspect.Client) { c.ForgetSessions(nil) },
	} {
		s := newServer(t, good)
		cfg := config(s, clock)
		cfg.MaxAge = time.Hour
		c := newClient(t, cfg)
		_, err := authenticate(t, c, token)
		want(t, name, err, "")
		c.ForgetSessions(func(s *core.Session) bool { return s.UserID() == "user_2" })
		_, err = authenticate(t, c, token)
		want(t, "another user was forgotten", err, "")
		if s.asked.Load() != 1 {
			t.Errorf("%s: asked %d times", name, s.asked.Load())
		}
		s.handle.Store(&inactive)
		forget(c)
		_, err = authenticate(t, c, token)
		want(t, name+" is forgotten", err, introspect.CodeInactive)

		// The server has answered "active", and the answer is on its way when the token is revoked.
		arrived, gate := make(chan struct{}), make(chan struct{})
		slow := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			arrived <- struct{}{}
			<-gate
			good(w, r)
		})
		s.handle.Store(&slow)
		c.ForgetSessions(nil)
		done := make(chan error, 1)
		go func() {
			_, err := c.Authenticate(t.Context(), core.Credentials{Token: token})
			done <- err
		}()
		<-arrived
		forget(c)
		s.handle.Store(&inactive)
		_, err = authenticate(t, c, token)
		want(t, name+": a request after Forget", err, introspect.CodeInactive)
		close(gate)
		want(t, name+": a request before Forget", <-done, "")
		_, err = authenticate(t, c, token)
		want(t, name+": the late answer is not remembered", err, introspect.CodeInactive)
	}
}

// TestTheCacheIsBounded in entries, and in what they hold; made-up tokens evict no session.
func TestTheCacheIsBounded(t *testing.T) {
	clock := authtest.NewClock(time.Unix(1_800_000_000, 0))
	good, inactive := answer(200, active(clock, nil)), answer(200, `{"active":false}`)
	large := answer(200, active(clock, map[string]any{"pad": strings.Repeat("x", 8<<10)}))
	s := newServer(t, good)
	cfg := config(s, clock)
	cfg.MaxEntries, cfg.MaxInactivePerSecond = 20, 1<<20
	c := newClient(t, cfg)
	fill := func(prefix string, handle http.HandlerFunc) int {
		s.handle.Store(&handle)
		for n := range 100 {
			_, _ = authenticate(t, c, fmt.Sprint(prefix, n))
		}
		return c.Stats().Entries
	}
	if n := fill("good-", good); n > 20 {
		t.Errorf("%d entries", n)
	}
	c.ForgetSessions(nil)
	if n := fill("large-", large); n > 3 {
		t.Errorf("%d large entries", n)
	}
	c.ForgetSessions(nil)
	s.handle.Store(&good)
	for n := range 10 {
		_, _ = authenticate(t, c, fmt.Sprint("good-", n))
	}
	fill("made-up-", inactive)
	s.asked.Store(0)
	for n := range 10 {
		_, err := authenticate(t, c, fmt.Sprint("good-", n))
		want(t, "a session", err, "")
	}
	if s.asked.Load() != 0 {
		t.Errorf("made-up tokens evicted %d sessions", s.asked.Load())
	}
}

// TestRaces runs requests, failures and revocations at once. No request may get another token's session, and a token
// that is revoked at the server and then forgotten does not pass any more.
func TestRaces(t *testing.T) {
	clock := authtest.NewClock(time.Unix(1_800_000_000, 0))
	const users = 8
	var atServer, forgotten [users]atomic.Bool // revoked at the server; Forget has returned since
	var calls atomic.Int64
	s := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		user := int(r.ContentLength % users) // the body is "token=" and the token, whose length names the user
		switch {
		case calls.Add(1)%7 == 0:
			w.WriteHeader(http.StatusBadRequest) // not a reason for the breaker
		case atServer[user].Load():
			answer(200, `{"active":false}`)(w, r)
		default:
			answer(200, active(clock, map[string]any{"sub": fmt.Sprint("user_", user)}))(w, r)
		}
	})
	cfg := config(s, clock)
	cfg.MaxInactivePerSecond = 1 << 20
	cfg.MaxAge = time.Hour
	c := newClient(t, cfg)
	var wg sync.WaitGroup
	for i := range users {
		token := "t" + strings.Repeat("x", 10+i)
		user := (len("token=") + len(token)) % users
		for range 4 {
			wg.Go(func() {
				for range 100 {
					gone := forgotten[user].Load()
					session, err := c.Authenticate(t.Context(), core.Credentials{Token: token})
					switch code := core.CodeOf(err); {
					case code == "" && session.UserID() != fmt.Sprint("user_", user):
						t.Errorf("the token of user_%d has the session of %s", user, session.UserID())
					case code == "" && gone:
						t.Errorf("the token of user_%d was revoked and passes", user)
					case code != "" && code != introspect.CodeInactive && code != introspect.CodeUnavailable:
						t.Error(err)
					}
				}
			})
		}
		wg.Go(func() {
			for range 20 {
				_, _ = c.Authenticate(t.Context(), core.Credentials{Token: token})
				c.Forget(token)
			}
			atServer[user].Store(true)
			c.Forget(token)
			forgotten[user].Store(true)
		})
	}
	wg.Wait()
}
