package logout_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/logout"
)

// gate is a sink that waits.
type gate struct {
	entered chan struct{}
	open    chan struct{}
	calls   atomic.Int32
	ctx     chan error // of the context, after open
}

func newGate() *gate {
	return &gate{entered: make(chan struct{}, 100), open: make(chan struct{}), ctx: make(chan error, 100)}
}

func (g *gate) Revoke(ctx context.Context, _ ...logout.Entry) error {
	g.calls.Add(1)
	g.entered <- struct{}{}
	<-g.open
	g.ctx <- ctx.Err()
	return nil
}

// TestOneMessageAtATime: a message that arrives while it is processed is not
// confirmed, because the first delivery may still fail.
func TestOneMessageAtATime(t *testing.T) {
	f, sink := newFixture(t), newGate()
	h, err := logout.NewSecurityEvents(f.verifier, sink, logout.Audience(client))
	must(t, h, err)
	token := f.set(caep+"session-revoked", "{}", nil)
	var wg sync.WaitGroup
	wg.Go(func() {
		if w := post(t, h, setType, token); w.Code != http.StatusAccepted {
			t.Errorf("first: %d %s", w.Code, w.Body)
		}
	})
	<-sink.entered
	if w := post(t, h, setType, token); w.Code != http.StatusServiceUnavailable {
		t.Errorf("second, meanwhile: %d %s", w.Code, w.Body)
	}
	close(sink.open)
	wg.Wait()
	if w := post(t, h, setType, token); w.Code != http.StatusAccepted || sink.calls.Load() != 1 {
		t.Errorf("third: %d, %d calls", w.Code, sink.calls.Load())
	}
}

// TestSinkPanics: a message whose recording panicked is recorded when it is delivered again.
func TestSinkPanics(t *testing.T) {
	f, calls := newFixture(t), 0
	h, err := logout.NewSecurityEvents(f.verifier, logout.SinkFunc(func(context.Context, ...logout.Entry) error {
		if calls++; calls == 1 {
			panic("a bug in the sink")
		}
		return nil
	}), logout.Audience(client))
	must(t, h, err)
	token := f.set(caep+"session-revoked", "{}", nil)
	func() {
		defer func() { _ = recover() }() // as net/http does
		post(t, h, setType, token)
	}()
	if w := post(t, h, setType, token); w.Code != http.StatusAccepted || calls != 2 {
		t.Errorf("the second delivery: %d %s, %d calls", w.Code, w.Body, calls)
	}
}

// TestMaxConcurrent: more messages than allowed are turned away, and come through later.
func TestMaxConcurrent(t *testing.T) {
	f, sink := newFixture(t), newGate()
	h, err := logout.NewSecurityEvents(f.verifier, sink, logout.Audience(client), logout.MaxConcurrent(2))
	must(t, h, err)
	send := func(n int) int {
		return post(t, h, setType, f.set(caep+"session-revoked", "{}", authtest.Claims{"jti": strconv.Itoa(n)})).Code
	}
	var wg sync.WaitGroup
	for n := range 2 {
		wg.Go(func() { send(n) })
		<-sink.entered
	}
	if got := send(2); got != http.StatusServiceUnavailable {
		t.Errorf("the third at a time: %d", got)
	}
	close(sink.open)
	wg.Wait()
	if got := send(2); got != http.StatusAccepted {
		t.Errorf("afterwards: %d", got)
	}
}

// TestSenderHangsUp: an authentic message is recorded although the sender is gone.
func TestSenderHangsUp(t *testing.T) {
	f, sink := newFixture(t), newGate()
	h, err := logout.NewBackChannel(f.verifier, sink, logout.Audience(client))
	must(t, h, err)
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "/", strings.NewReader(form(f.logoutToken(nil))))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", formType)
	var wg sync.WaitGroup
	wg.Go(func() { h.ServeHTTP(discard{}, r) })
	<-sink.entered
	cancel()
	close(sink.open)
	wg.Wait()
	if err := <-sink.ctx; err != nil {
		t.Errorf("the sink's context ended with the request: %v", err)
	}
}

type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) WriteHeader(int)             {}

// TestLogIsBounded: strangers cause one line in ten seconds, whatever they send.
func TestLogIsBounded(t *testing.T) {
	f := newFixture(t)
	h := f.backChannel()
	for range 1000 {
		post(t, h, formType, form("x"))
	}
	if got := strings.Count(f.log.String(), "logout messages rejected"); got != 1 {
		t.Errorf("%d lines", got)
	}
	f.clock.Advance(10 * time.Second)
	post(t, h, formType, form("x"))
	if !strings.Contains(f.log.String(), "total=1000") {
		t.Errorf("the sum is missing: %s", f.log)
	}
	for _, private := range []string{"user_1", "s1"} {
		post(t, h, formType, form(f.logoutToken(nil)))
		if strings.Contains(f.log.String(), "="+private) {
			t.Errorf("the log names a person: %s", f.log)
		}
	}
}
