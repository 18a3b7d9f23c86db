package rpctest_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/revstackhq/auth-go/connectauth"
	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/internal/rpctest"
)

// expiringWorld has a clock, so that a test decides when tokens expire.
type expiringWorld struct {
	clock  *authtest.Clock
	issuer *authtest.Issuer
	guard  *guard.Guard
}

func newExpiringWorld(t *testing.T) *expiringWorld {
	t.Helper()
	clock := authtest.NewClock(time.Now())
	issuer := authtest.NewIssuer(t, authtest.WithClock(clock))
	contract := issuer.Contract(func(r *core.Rules) { r.Leeway = -1 })
	verifier, err := core.NewVerifier(contract, core.WithClock(clock))
	if err != nil {
		t.Fatal(err)
	}
	return &expiringWorld{clock, issuer, guard.Must("rpctest", verifier)}
}

// token returns one that expires within a moment, but only after the clock is advanced.
func (w *expiringWorld) token() []string {
	w.clock.Set(w.clock.Now().Truncate(time.Second).Add(time.Second)) // exp has whole seconds
	token := w.issuer.Token(nil, authtest.ExpiresIn(time.Minute))
	w.clock.Advance(time.Minute - 300*time.Millisecond)
	return bearer(token)
}

// TestStreamsEnd: a stream ends with its session, even while the handler waits for a
// message or sends without a pause, and the client learns why.
func TestStreamsEnd(t *testing.T) {
	w := newExpiringWorld(t)
	endpoints, service := startEndpoints(t, w.guard)
	watched := make(chan struct{})
	service.Watched = func() { watched <- struct{}{} }
	fields := w.token()
	receive := make([]func() (string, outcome), len(endpoints))
	for i, e := range endpoints {
		var send func(string) error
		send, receive[i] = e.chat(t.Context(), fields)
		if err := send("hello"); err != nil {
			t.Fatal(err)
		}
		if got, o := receive[i](); got != "user_1: hello" {
			t.Fatalf("%s: got %q, %s", e.name, got, o)
		}
	}
	var senders sync.WaitGroup
	for _, e := range endpoints {
		if strings.Contains(e.name, "TLS") || strings.Contains(e.name, "JSON") || strings.Contains(e.name, "GET") {
			continue // one endpoint for each protocol: these streams keep the machine busy
		}
		senders.Go(func() {
			o := e.call(t.Context(), rpctest.ServerStream, fields, "forever")
			if o.code != 16 || o.reason() != string(core.CodeTokenExpired) || len(o.replies) == 0 {
				t.Errorf("%s: a handler that sends ends with %s after %d replies", e.name, o, len(o.replies))
			}
		})
		<-watched
	}
	w.clock.Advance(time.Minute)
	for i, e := range endpoints {
		if _, o := receive[i](); o.code != 16 || o.reason() != string(core.CodeTokenExpired) {
			t.Errorf("%s: a handler that waits ends with %s", e.name, o)
		}
	}
	senders.Wait()
}

// TestStreamThatEndsFirst: the interceptors change neither a stream that ends by itself
// nor one that the client cancels.
func TestStreamThatEndsFirst(t *testing.T) {
	w := newExpiringWorld(t)
	endpoints, _ := startEndpoints(t, w.guard)
	fields := bearer(w.issuer.Token(nil))
	for _, e := range endpoints {
		ctx, cancel := context.WithCancel(t.Context())
		send, receive := e.chat(ctx, fields)
		if err := send("hello"); err != nil {
			t.Fatal(err)
		}
		if got, o := receive(); got != "user_1: hello" {
			t.Fatalf("%s: got %q, %s", e.name, got, o)
		}
		cancel()
		if _, o := receive(); o.code != uint32(connect.CodeCanceled) {
			t.Errorf("%s: a canceled stream ends with %s", e.name, o)
		}
	}
}

// TestUploadEnds: over HTTP/1.1, net/http cannot answer while a handler reads the body,
// so the reading must end with the session, and when a call is rejected.
func TestUploadEnds(t *testing.T) {
	w := newExpiringWorld(t)
	upload := connect.NewClientStreamHandler("/rpctest.v1.Who/Upload",
		func(_ context.Context, stream *connect.ClientStream[rpctest.Text]) (*connect.Response[emptypb.Empty], error) {
			w.clock.Advance(time.Minute)
			for stream.Receive() {
				continue
			}
			return nil, stream.Err()
		}, connect.WithInterceptors(connectauth.EndStreams()))
	address := serveHTTP(t, connectauth.Guard(w.guard)(upload), nil)
	for _, media := range []string{"application/connect+proto", "Application/Connect+Proto"} { // media types have no case
		for want, fields := range map[core.Code][]string{core.CodeTokenExpired: w.token(), core.CodeTokenMissing: nil} {
			expectUploadEnds(t, "http://"+address+"/rpctest.v1.Who/Upload", media, fields, want)
		}
	}
}

func expectUploadEnds(t *testing.T, url, media string, fields []string, want core.Code) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	body, more := io.Pipe()
	defer func() { _ = more.Close() }()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", media)
	addFields(r.Header, fields)
	answer, err := new(http.Client).Do(r)
	if err != nil {
		t.Errorf("%s: %v", media, err)
		return
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	message := (&core.Error{Code: want}).Message()
	if answer.ProtoMajor != 1 || !bytes.Contains(text, []byte(`"unauthenticated"`)) ||
		!bytes.Contains(text, []byte(message)) {
		t.Errorf("%s: got %s %q, want %q", media, answer.Proto, text, message)
	}
}
