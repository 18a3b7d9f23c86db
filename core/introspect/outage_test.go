package introspect_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/introspect"
)

// TestServersThatLie: an answer that is not proper is an outage, never a verdict.
func TestServersThatLie(t *testing.T) {
	at := time.Unix(1_800_000_000, 0)
	good := active(authtest.NewClock(at), nil)
	for name, handle := range map[string]http.HandlerFunc{
		"500":                answer(500, good),
		"503":                answer(503, good),
		"429":                answer(429, good),
		"401":                answer(401, `{"error":"invalid_client"}`),
		"403":                answer(403, `{}`),
		"404":                answer(404, `not found`),
		"204":                answer(204, ""),
		"201":                answer(201, good),
		"HTML":               answerAs(200, "text/html", good),
		"no content type":    answerAs(200, "", good),
		"a signed one":       answerAs(200, "application/token-introspection+jwt", good),
		"empty":              answer(200, ""),
		"an array":           answer(200, "["+good+"]"),
		"true":               answer(200, "true"),
		"no active":          answer(200, `{"sub":"user_1"}`),
		"active as a string": answer(200, strings.Replace(good, `"active":true`, `"active":"true"`, 1)),
		"active as a number": answer(200, strings.Replace(good, `"active":true`, `"active":1`, 1)),
		"active is null":     answer(200, strings.Replace(good, `"active":true`, `"active":null`, 1)),
		"active twice":       answer(200, `{"active":false,`+good[1:]),
		"Active":             answer(200, strings.Replace(good, `"active"`, `"Active"`, 1)),
		"sub twice":          answer(200, `{"sub":"admin",`+good[1:]),
		"text after it":      answer(200, good+"{}"),
		"cut off":            answer(200, good[:len(good)-5]),
		"huge":               answer(200, `{"pad":"`+strings.Repeat("x", 70<<10)+`",`+good[1:]),
		"deep":               answer(200, `{"pad":`+strings.Repeat("[", 5000)+strings.Repeat("]", 5000)+`,`+good[1:]),
		"redirected": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/other", http.StatusTemporaryRedirect)
		},
		"connection closed": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"body that breaks off": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "900")
			_, _ = io.WriteString(w, good)
		},
	} {
		t.Run(name, func(t *testing.T) {
			clock := authtest.NewClock(at)
			s := newServer(t, handle)
			cfg := config(s, clock)
			cfg.HTTPClient = s.Client()
			c := newClient(t, cfg)
			_, err := authenticate(t, c, token)
			want(t, name, err, introspect.CodeUnavailable)
			var e *core.Error
			if !errors.As(err, &e) || e.RetryAfter < time.Second || !errors.Is(err, core.CodeNetworkError) ||
				e.Code.Status() != http.StatusServiceUnavailable {
				t.Errorf("%+v", e)
			}
			for _, hidden := range []string{token, secret} {
				if strings.Contains(fmt.Sprintf("%+v %#v", err, e), hidden) {
					t.Errorf("the error shows a secret: %v", err)
				}
			}
			if s.asked.Load() != 1 {
				t.Errorf("asked %d times", s.asked.Load())
			}
			ok := answer(200, good)
			s.handle.Store(&ok)
			clock.Advance(5 * time.Minute) // longer than any pause
			_, err = authenticate(t, c, token)
			want(t, "after the outage", err, "")
		})
	}
}

// TestUnknownStatus: only a server that is said to answer so means "not mine".
func TestUnknownStatus(t *testing.T) {
	clock := authtest.NewClock(time.Unix(1_800_000_000, 0))
	s := newServer(t, answer(404, `{"errors":[]}`))
	cfg := config(s, clock)
	cfg.Server.UnknownStatuses = []int{404}
	_, err := authenticate(t, newClient(t, cfg), token)
	want(t, "404", err, introspect.CodeInactive)
}

// TestBreaker: three failures in a row end the calls; one call at a time probes, and its success ends the outage.
func TestBreaker(t *testing.T) {
	clock := authtest.NewClock(time.Unix(1_800_000_000, 0))
	s := newServer(t, answer(500, ""))
	var log lines
	cfg := config(s, clock)
	cfg.Logger = slog.New(slog.NewTextHandler(&log, nil))
	c := newClient(t, cfg)
	ask := func(n int, code core.Code) {
		t.Helper()
		_, err := authenticate(t, c, fmt.Sprintf("opaque-%d", n))
		want(t, fmt.Sprint("token ", n), err, code)
	}
	asked := func(n int64) {
		t.Helper()
		if got := s.asked.Load(); got != n {
			t.Fatalf("asked %d times, want %d", got, n)
		}
	}
	for n := range 50 {
		ask(n, introspect.CodeUnavailable)
	}
	asked(3)
	for pause := time.Second; pause < 20*time.Second; pause *= 2 {
		clock.Advance(pause - time.Millisecond)
		before := s.asked.Load()
		ask(1, introspect.CodeUnavailable)
		asked(before)
		clock.Advance(time.Millisecond)
		ask(2, introspect.CodeUnavailable)
		ask(3, introspect.CodeUnavailable)
		asked(before + 1)
	}
	clock.Advance(30 * time.Second)
	ok := answer(200, active(clock, nil))
	s.handle.Store(&ok)
	for n := range 5 {
		ask(n, "")
	}
	if got := strings.Count(log.String(), "introspection unavailable"); got != 1 {
		t.Errorf("%d lines about the outage:\n%s", got, &log)
	}
	if got := strings.Count(log.String(), "introspection works again"); got != 1 {
		t.Errorf("%d lines about its end:\n%s", got, &log)
	}
	if strings.Contains(log.String(), secret) || strings.Contains(log.String(), "opaque-1") {
		t.Errorf("the log shows a secret:\n%s", &log)
	}
}

// TestRetryAfterIsHonored: a server that names a pause gets it, at most five minutes.
func TestRetryAfterIsHonored(t *testing.T) {
	clock := authtest.NewClock(time.Unix(1_800_000_000, 0))
	for after, pause := range map[string]time.Duration{"7": 7 * time.Second, "86400": 5 * time.Minute} {
		s := newServer(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", after)
			w.WriteHeader(http.StatusTooManyRequests)
		})
		c := newClient(t, config(s, clock))
		_, err := authenticate(t, c, token)
		want(t, "429", err, introspect.CodeUnavailable)
		clock.Advance(pause - time.Millisecond)
		_, err = authenticate(t, c, token)
		want(t, "in the pause", err, introspect.CodeUnavailable)
		if s.asked.Load() != 1 {
			t.Errorf("asked %d times within %s s", s.asked.Load(), after)
		}
		clock.Advance(time.Millisecond)
		_, _ = authenticate(t, c, token)
		if s.asked.Load() != 2 {
			t.Errorf("asked %d times after %s s", s.asked.Load(), after)
		}
	}
}

// TestMalformedTokensDoNotStopTheOthers: a client that sends tokens at which the server answers 400 must not open the
// breaker.
func TestMalformedTokensDoNotStopTheOthers(t *testing.T) {
	clock := authtest.NewClock(time.Unix(1_800_000_000, 0))
	bad, good := answer(400, `{}`), answer(200, active(clock, nil))
	s := newServer(t, bad)
	c := newClient(t, config(s, clock))
	for n := range 20 {
		_, err := authenticate(t, c, fmt.Sprintf("bad-%d", n))
		want(t, "400", err, introspect.CodeUnavailable)
	}
	s.handle.Store(&good)
	_, err := authenticate(t, c, token)
	want(t, "a good token", err, "")
}

// TestSessionsInAnOutage: what is remembered stays good for MaxAge, and as long as KeepInOutage says, never past its
// expiry.
func TestSessionsInAnOutage(t *testing.T) {
	clock := authtest.NewClock(time.Unix(1_800_000_000, 0))
	for _, keep := range []time.Duration{0, 10 * time.Minute} {
		s := newServer(t, answer(200, active(clock, map[string]any{"exp": clock.Now().Unix() + 400})))
		cfg := config(s, clock)
		cfg.KeepInOutage = keep
		c := newClient(t, cfg)
		first, err := authenticate(t, c, token)
		want(t, "before the outage", err, "")
		down := answer(500, "")
		s.handle.Store(&down)
		clock.Advance(29 * time.Second)
		_, err = authenticate(t, c, token)
		want(t, "within MaxAge", err, "")
		clock.Advance(time.Minute)
		kept, err := authenticate(t, c, token)
		_, other := authenticate(t, c, "unknown")
		want(t, "another token", other, introspect.CodeUnavailable)
		if keep == 0 {
			want(t, "past MaxAge", err, introspect.CodeUnavailable)
			clock.Advance(400 * time.Second)
			continue
		}
		want(t, "past MaxAge, kept", err, "")
		if kept != first {
			t.Error("the kept session is another one")
		}
		for range 20 {
			_, err = authenticate(t, c, token)
			want(t, "kept", err, "")
		}
		clock.Advance(400 * time.Second)
		_, err = authenticate(t, c, token)
		want(t, "kept past its expiry", err, core.CodeTokenExpired)
		_, err = authenticate(t, c, token)
		want(t, "kept past its expiry", err, core.CodeTokenExpired)
	}
}

// TestInactiveEndsAKeptSession: a server that answers "not active" ends a kept session.
func TestInactiveEndsAKeptSession(t *testing.T) {
	clock := authtest.NewClock(time.Unix(1_800_000_000, 0))
	s := newServer(t, answer(200, active(clock, nil)))
	cfg := config(s, clock)
	cfg.KeepInOutage = time.Hour
	c := newClient(t, cfg)
	_, err := authenticate(t, c, token)
	want(t, "active", err, "")
	inactive, down := answer(200, `{"active":false}`), answer(500, "")
	s.handle.Store(&inactive)
	clock.Advance(time.Minute)
	_, err = authenticate(t, c, token)
	want(t, "revoked", err, introspect.CodeInactive)
	s.handle.Store(&down)
	clock.Advance(time.Minute)
	_, err = authenticate(t, c, token)
	want(t, "revoked, then an outage", err, introspect.CodeUnavailable)
}

// TestAnswerOverHTTP: a guard answers an outage with 503 and Retry-After.
func TestAnswerOverHTTP(t *testing.T) {
	clock := authtest.NewClock(time.Unix(1_800_000_000, 0))
	s := newServer(t, answer(500, ""))
	g, err := guard.New(newClient(t, config(s, clock)))
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	authtest.Authorize(r, token)
	_, rejection := g.Check(t.Context(), guard.HTTPRequest(r))
	if rejection == nil || rejection.Status != 503 || rejection.Header.Get("Retry-After") != "1" ||
		rejection.Header.Get("WWW-Authenticate") != "" || !strings.Contains(string(rejection.Body),
		"INTROSPECTION_UNAVAILABLE") {
		t.Errorf("%+v", rejection)
	}
}
