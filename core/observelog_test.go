package core_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/revstackhq/auth-go/core"
)

// lockedBuffer may be written and read at once.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

// take returns the lines since the last call.
func (b *lockedBuffer) take() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	text := strings.TrimSpace(b.buf.String())
	b.buf.Reset()
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// logTo returns a logger with the trace id of the context, without times.
func logTo(w *lockedBuffer, level slog.Level) *slog.Logger {
	return slog.New(tracing{slog.NewTextHandler(w, &slog.HandlerOptions{
		Level: level,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey || a.Key == "took" || a.Key == "url" || a.Key == "next_try" {
				return slog.Attr{}
			}
			return a
		},
	})})
}

type tracing struct{ slog.Handler }

func (h tracing) Handle(ctx context.Context, r slog.Record) error {
	if id, ok := ctx.Value(traceKey{}).(string); ok {
		r.AddAttrs(slog.String("trace", id))
	}
	return h.Handler.Handle(ctx, r)
}

func wantLines(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	ok := len(got) == len(want)
	for i := 0; ok && i < len(want); i++ {
		ok = strings.Contains(got[i], want[i])
	}
	if !ok {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

// Rejections are logged without any option: their number, at most one line in 10 s.
func TestRejectionsAreLoggedInSum(t *testing.T) {
	var log lockedBuffer
	before := slog.Default()
	slog.SetDefault(logTo(&log, slog.LevelInfo))
	defer slog.SetDefault(before)
	clock := newClock()
	v := newVerifier(t, secretRules(), core.WithClock(clock))
	good, expired := hs256(t, nil), hs256(t, map[string]any{"exp": 1})
	verify := func(token string, times int) {
		for range times {
			_, _ = v.Verify(traced(t, "t1"), token)
		}
	}
	verify(good, 10)
	wantLines(t, "accepted", log.take())
	verify(expired, 1)
	wantLines(t, "the first", log.take(), `level=INFO msg="auth: requests rejected" total=1 codes.TOKEN_EXPIRED=1 `+
		`since=2027-01-15T08:00:00.000Z last.code=TOKEN_EXPIRED `+
		`last.detail="expired at 1970-01-01T00:00:01Z, it is 2027-01-15T08:00:00Z" `+
		`last.provider=custom last.issuer=https://id.example.com `+
		`help=https://github.com/revstackhq/auth-go/blob/main/docs/errors.md#token_expired trace=t1`)
	verify(expired, 500)
	verify("x", 499)
	clock.Advance(10*time.Second - 1)
	verify("x", 1)
	verify(good, 10)
	wantLines(t, "within 10 s", log.take())
	clock.Advance(1)
	verify(good, 1)
	wantLines(
		t,
		"the interval is over",
		log.take(),
		`msg="auth: requests rejected" total=1000 codes.INVALID_FORMAT=500 codes.TOKEN_EXPIRED=500 since=2027-01-15T08:00:00.000Z trace=t1`,
	)
	verify("x", 1)
	clock.Advance(10 * time.Second)
	verify("x", 1)
	wantLines(
		t,
		"the next interval",
		log.take(),
		`total=2 codes.INVALID_FORMAT=2 since=2027-01-15T08:00:10.000Z last.code=INVALID_FORMAT last.detail=`,
	)
	clock.Advance(-time.Hour) // set back
	verify("x", 1)
	wantLines(t, "a clock set back", log.take(), "total=1 ")
	clock.Advance(time.Hour)
	verify(good, 10)
	wantLines(t, "nothing to report", log.take())
}

// By the system's clock, a timer ends the interval, so that a flood of rejections does not read the clock.
func TestRejectionsAreLoggedInSumByTheSystemClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log lockedBuffer
		v := must(core.NewVerifier(newContract(t, secretRules()), core.WithLogger(logTo(&log, slog.LevelInfo))))
		good := hs256(t, map[string]any{"iat": 1, "nbf": 1, "exp": time.Now().Add(time.Hour).Unix()})
		verify := func(token string, times int) {
			t.Helper()
			for range times {
				_, _ = v.Verify(traced(t, "t1"), token)
			}
		}
		verify("x", 1)
		wantLines(t, "the first", log.take(), `total=1 codes.INVALID_FORMAT=1 since=2000-01-01T00:00:00.000Z last.code=`)
		time.Sleep(time.Second)
		verify("x", 100)
		verify("x.y.z", 20)
		verify(hs256(t, map[string]any{"iss": "other"}), 3)
		time.Sleep(9*time.Second - 1)
		verify("x", 1)
		verify(good, 1)
		wantLines(t, "within 10 s", log.take())
		time.Sleep(2 * time.Nanosecond)
		verify("x", 1)
		wantLines(t, "the interval is over", log.take(),
			`total=125 codes.INVALID_FORMAT=122 codes.ISSUER_MISMATCH=3 since=2000-01-01T00:00:01.000Z last.code=INVALID_FORMAT`)
		verify("x", 4)
		time.Sleep(time.Minute)
		verify(good, 2)
		wantLines(
			t,
			"with an accepted request",
			log.take(),
			`total=4 codes.INVALID_FORMAT=4 since=2000-01-01T00:00:10.000Z trace=t1`,
		)
		time.Sleep(time.Minute)
		verify(good, 2)
		wantLines(t, "nothing to report", log.take())
	})
}

func TestRejectionsAreLoggedOneByOneAtDebugLevel(t *testing.T) {
	var log lockedBuffer
	v := newVerifier(t, secretRules(), core.WithLogger(logTo(&log, slog.LevelDebug)))
	for i := range 3 {
		_, _ = v.Verify(traced(t, fmt.Sprint("t", i)), hs256(t, map[string]any{"aud": "other"}))
	}
	const each = `level=DEBUG msg="auth: request rejected" code=AUDIENCE_MISMATCH ` +
		`detail="aud is \"other\", expected api" provider=custom issuer=https://id.example.com trace=t`
	wantLines(t, "debug", log.take(), each+"0", "requests rejected", each+"1", each+"2")

	silent := newVerifier(t, secretRules(), core.WithLogger(slog.New(slog.DiscardHandler)))
	_, _ = silent.Verify(t.Context(), "x")
	wantLines(t, "discarded", log.take())
}

// A key outage is one line when it begins, when it gets worse, and when it ends, whatever the number of requests and of
// verifiers of the contract.
func TestKeyOutagesAreLoggedOnce(t *testing.T) {
	w := wire{body: string(jwksOf(t, publicJWK(rsaKey().Public(), "k1", "")))}
	token := rs256(t, "k1", map[string]any{"exp": epoch().Add(100 * time.Hour).Unix()})
	contract := newContract(t, wireRules())
	synctest.Test(t, func(t *testing.T) {
		var log, other lockedBuffer
		clock, client := newClock(), w.client()
		logger := logTo(&log, slog.LevelInfo)
		var all []*core.Verifier
		for _, l := range []*slog.Logger{logger, logger, logTo(&other, slog.LevelInfo), slog.New(slog.DiscardHandler)} {
			all = append(
				all,
				must(core.NewVerifier(contract, core.WithClock(clock), core.WithHTTPClient(client), core.WithLogger(l),
					core.TokenCache{Disabled: true})),
			)
		}
		requests := func(what string, after time.Duration, steps int, want ...string) {
			t.Helper()
			for range steps {
				clock.Advance(after)
				for _, v := range all {
					for range 5 {
						_, _ = v.Verify(traced(t, "t1"), token)
						synctest.Wait()
					}
				}
			}
			for _, b := range []*lockedBuffer{&log, &other} {
				lines := slices.DeleteFunc(b.take(), func(l string) bool { return strings.Contains(l, "requests rejected") })
				wantLines(t, what, lines, want...)
			}
		}
		requests("healthy", time.Minute, 3)
		w.down = true
		requests(
			"fetches fail",
			6*time.Minute+30*time.Second,
			1,
			`level=WARN msg="auth: keys not refreshed, the current ones are fresh" provider=clerk issuer=https://id.example.com kind=status`,
		)
		requests("still", 5*time.Second, 3)
		requests(
			"stale",
			10*time.Minute,
			1,
			`level=WARN msg="auth: issuer unreachable, using last-known-good keys" provider=clerk`,
		)
		requests("still stale", time.Minute, 10)
		requests("gone", 25*time.Hour, 1, `level=ERROR msg="auth: keys unavailable" provider=clerk`)
		requests("still gone", time.Minute, 10)
		w.down = false
		requests(
			"back",
			time.Minute,
			1,
			`level=INFO msg="auth: keys are available again" provider=clerk issuer=https://id.example.com`,
		)
		requests("healthy again", time.Hour, 3)
		w.down = true
		requests("down again", time.Hour, 1, "using last-known-good keys")
	})
}

// A shared cache that fails is one line, and one when it works again.
func TestKeyCacheFailuresAreLoggedOnce(t *testing.T) {
	w := wire{body: string(jwksOf(t, publicJWK(rsaKey().Public(), "k1", "")))}
	token := rs256(t, "k1", map[string]any{"exp": epoch().Add(100 * time.Hour).Unix()})
	contract := newContract(t, wireRules())
	synctest.Test(t, func(t *testing.T) {
		var log lockedBuffer
		cache, clock := &brokenCache{err: errors.New("disk full")}, newClock()
		v := must(core.NewVerifier(contract, core.WithClock(clock), core.WithHTTPClient(w.client()), core.WithKeyCache(cache),
			core.WithLogger(logTo(&log, slog.LevelInfo)), core.TokenCache{Disabled: true}))
		fetches := func(n int) []string {
			for range n {
				_, _ = v.Verify(t.Context(), token)
				synctest.Wait()
				clock.Advance(time.Hour)
			}
			return log.take()
		}
		wantLines(
			t,
			"broken",
			fetches(5),
			`level=WARN msg="auth: key cache failed" provider=clerk issuer=https://id.example.com op=load`,
		)
		cache.err = nil
		wantLines(t, "mended", fetches(5), `level=INFO msg="auth: the key cache works again"`)
		cache.err = errors.New("disk full")
		wantLines(t, "broken again", fetches(5), "key cache failed")
	})
}

type brokenCache struct{ err error }

func (c *brokenCache) Load(context.Context, string) ([]byte, error) { return nil, c.err }
func (c *brokenCache) Store(context.Context, string, []byte) error  { return c.err }
