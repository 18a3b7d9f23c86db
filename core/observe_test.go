package core_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/event"
)

type traceKey struct{}

// traced is the context of a request with that trace id.
func traced(t *testing.T, id string) context.Context {
	t.Helper()
	return context.WithValue(t.Context(), traceKey{}, id)
}

// wire answers for an issuer inside a synctest bubble, where sockets do not work.
type wire struct {
	body  string
	delay time.Duration
	down  bool
}

func (w *wire) client() *http.Client {
	return &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		time.Sleep(w.delay)
		status := http.StatusOK
		if w.down {
			status = http.StatusInternalServerError
		}
		return &http.Response{
			StatusCode: status,
			Body:       io.NopCloser(strings.NewReader(w.body)),
			Request:    r,
			Header:     http.Header{},
		}, nil
	})}
}

// wireRules are for tokens of rsaKey, kid "k1".
func wireRules() core.Rules {
	return core.Rules{Provider: "clerk", Issuer: kitIssuer, JWKSURL: kitIssuer + "/jwks", Audiences: []string{kitAudience}}
}

// Events have the context of their request, and a key fetch that of the request that started it, without its end.
func TestEventsHaveTheContextOfTheirRequest(t *testing.T) {
	w := wire{body: string(jwksOf(t, publicJWK(rsaKey().Public(), "k1", "")))}
	tokens := []string{rs256(t, "k1", nil), rs256(t, "k1", nil), "x", rs256(t, "k2", nil)}
	contract := newContract(t, wireRules())
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var seen []string
		v := must(
			core.NewVerifier(
				contract,
				core.WithClock(newClock()),
				core.WithHTTPClient(w.client()),
				core.TokenCache{Disabled: true},
				core.WithObserver(func(ctx context.Context, e event.Event) {
					if _, ok := e.(event.KeysRefreshed); ok && ctx.Done() != nil {
						t.Error("the context of a fetch can end")
					}
					mu.Lock()
					defer mu.Unlock()
					seen = append(seen, fmt.Sprintf("%T %v", e, ctx.Value(traceKey{})))
				}),
			),
		)
		for i, token := range tokens {
			_, _ = v.Verify(traced(t, fmt.Sprint("t", i)), token)
			synctest.Wait()
		}
		slices.Sort(seen)
		want := []string{
			"event.KeysRefreshed t0", "event.KeysRefreshed t3", "event.TokenRejected t2", "event.TokenRejected t3",
			"event.TokenVerified t0", "event.TokenVerified t1", "event.UnknownKey t3",
		}
		if !slices.Equal(seen, want) {
			t.Errorf("got  %q\nwant %q", seen, want)
		}
	})
}

// Events say which contract, which key and how long.
func TestEventsSayWhoAndHowLong(t *testing.T) {
	w := wire{body: string(jwksOf(t, publicJWK(rsaKey().Public(), "k1", ""))), delay: 3 * time.Second}
	good, expired := rs256(t, "k1", nil), rs256(t, "k1", map[string]any{"exp": 1})
	long := rs256(t, strings.Repeat("é", 100), nil)
	contract := newContract(t, wireRules())
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var seen []event.Event
		v := must(
			core.NewVerifier(
				contract,
				core.WithClock(newClock()),
				core.WithHTTPClient(w.client()),
				core.TokenCache{Disabled: true},
				core.WithObserver(func(_ context.Context, e event.Event) {
					mu.Lock()
					defer mu.Unlock()
					seen = append(seen, e)
				}),
			),
		)
		verify := func(token string) event.Event {
			t.Helper()
			seen = nil
			_, _ = v.Verify(t.Context(), token)
			synctest.Wait()
			for _, e := range seen {
				if e, ok := e.(event.TokenRejected); ok {
					return e
				}
			}
			return nil
		}
		verify(good)
		for _, e := range seen {
			switch e := e.(type) {
			case event.KeysRefreshed:
				if e.Provider != "clerk" || e.Issuer != kitIssuer || e.Took != 3*time.Second || e.Keys != 1 {
					t.Errorf("%+v", e)
				}
			case event.TokenVerified:
				want := event.TokenVerified{Provider: "clerk", Issuer: kitIssuer, KeyID: "k1", Took: 3 * time.Second}
				if e != want {
					t.Errorf("%+v, want %+v", e, want)
				}
			default:
				t.Errorf("%T", e)
			}
		}
		got, ok := verify(expired).(event.TokenRejected)
		if !ok || got.Provider != "clerk" || got.Issuer != kitIssuer || got.KeyID != "k1" || got.Took != 0 ||
			got.Code != "TOKEN_EXPIRED" {
			t.Errorf("%+v", got)
		}
		got, ok = verify(long).(event.TokenRejected)
		if !ok || len(got.KeyID) != 64 || got.Took != 3*time.Second {
			t.Errorf("%+v", got)
		}
		got, ok = verify("x").(event.TokenRejected)
		if !ok || got.Provider != "" || got.Issuer != "" || got.Code != "INVALID_FORMAT" {
			t.Errorf("before a contract is chosen: %+v", got)
		}
	})
}
