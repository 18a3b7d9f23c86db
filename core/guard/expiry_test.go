package guard_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// TestUntilExpiry: the context ends when the contract no longer accepts the token,
// its leeway included, and not before.
func TestUntilExpiry(t *testing.T) {
	contract := newContract(t, with(func(r *core.Rules) { r.Leeway = 5 * time.Second }))
	verifier, err := core.NewVerifier(contract)
	if err != nil {
		t.Fatal(err)
	}
	g := guardOf(t, verifier, guard.Realm("streams"))
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		token := hs256(t, map[string]any{"iat": start.Unix(), "exp": start.Unix() + 60})
		ctx, rejection := g.Enter(t.Context(), get("Authorization", "Bearer "+token))
		if rejection != nil {
			t.Fatal(rejection)
		}
		limited, cancel := guard.UntilExpiry(ctx, get())
		defer cancel()
		<-limited.Done()
		if took := time.Since(start); took < 65*time.Second || took > 67*time.Second {
			t.Errorf("ended after %v", took)
		}
		if !errors.Is(context.Cause(limited), core.CodeTokenExpired) {
			t.Errorf("cause %v", context.Cause(limited))
		}
		if !errors.As(context.Cause(limited), &rejection) || rejection.Header.Get("Www-Authenticate") !=
			`Bearer realm="streams", error="invalid_token"` {
			t.Errorf("the rejection is not rendered by the guard: %+v", rejection)
		}
		if core.UserID(limited) != "user_1" {
			t.Error("the session is lost")
		}
	})
}

// TestUntilExpiryEndsWithItsParent: without a session there is nothing to wait for,
// and a stream that ends first leaves nothing behind.
func TestUntilExpiryEndsWithItsParent(t *testing.T) {
	g := newGuard(t)
	ctx, rejection := g.Enter(t.Context(), get("Authorization", "Bearer "+hs256(t, nil)))
	if rejection != nil {
		t.Fatal(rejection)
	}
	for name, ctx := range map[string]context.Context{"no session": t.Context(), "a session": ctx} {
		parent, end := context.WithCancel(ctx)
		limited, cancel := guard.UntilExpiry(parent, nil)
		if limited.Err() != nil {
			t.Errorf("%s: ended at once", name)
		}
		end()
		<-limited.Done()
		if !errors.Is(context.Cause(limited), context.Canceled) {
			t.Errorf("%s: cause %v", name, context.Cause(limited))
		}
		cancel()
	}
}

// TestReceive: a message is waited for until the session expires, and what receive
// returns is not lost if the stream ends first.
func TestReceive(t *testing.T) {
	verifier, err := core.NewVerifier(newContract(t, with(func(*core.Rules) {}))) // its clock is the bubble's
	if err != nil {
		t.Fatal(err)
	}
	g := guardOf(t, verifier)
	failed := errors.New("connection lost")
	synctest.Test(t, func(t *testing.T) {
		token := hs256(t, map[string]any{"iat": time.Now().Unix(), "exp": time.Now().Unix() + 60})
		ctx, rejection := g.Enter(t.Context(), get("Authorization", "Bearer "+token))
		if rejection != nil {
			t.Fatal(rejection)
		}
		limited, cancel := guard.UntilExpiry(ctx, get())
		defer cancel()
		if expired, waiting, err := guard.Receive(limited, func() error { return failed }); expired != nil || waiting ||
			!errors.Is(err, failed) {
			t.Errorf("before the end: %v, %t, %v", expired, waiting, err)
		}
		hang := make(chan struct{})
		expired, waiting, err := guard.Receive(limited, func() error { <-hang; return nil })
		close(hang)
		if expired == nil || expired != guard.Expired(limited) || !waiting || err != nil {
			t.Errorf("at the end: %v, %t, %v", expired, waiting, err)
		}

		canceled, stop := context.WithCancel(t.Context())
		stop()
		if expired, waiting, err := guard.Receive(canceled, func() error { return failed }); expired != nil || waiting ||
			!errors.Is(err, failed) {
			t.Errorf("ended otherwise: %v, %t, %v", expired, waiting, err)
		}
	})
}

// TestUntilExpiryOfDistantDates: a token that expires in thousands of years costs no checks until then.
func TestUntilExpiryOfDistantDates(t *testing.T) {
	verifier, err := core.NewVerifier(newContract(t, with(func(*core.Rules) {}))) // its clock is the bubble's
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		checks := 0
		revoker := guard.RevokerFunc(func(context.Context, *core.Session) (bool, error) {
			checks++
			return false, nil
		})
		g := guardOf(t, verifier, guard.Revocation(revoker, guard.FailClosed))
		token := hs256(t, map[string]any{"iat": time.Now().Unix(), "exp": int64(253402300799)}) // the year 9999
		ctx, rejection := g.Enter(t.Context(), get("Authorization", "Bearer "+token))
		if rejection != nil {
			t.Fatal(rejection)
		}
		_, cancel := guard.UntilExpiry(ctx, get())
		defer cancel()
		time.Sleep(time.Hour)
		if checks != 1 {
			t.Errorf("%d checks of revocation in an hour", checks)
		}
	})
}

// TestReceivePanics: a panic reaches the handler of the stream, whose server or interceptor recovers from it.
func TestReceivePanics(t *testing.T) {
	if _, _, err := guard.Receive(t.Context(), func() error { runtime.Goexit(); return nil }); err == nil {
		t.Error("received nothing, without an error")
	}
	defer func() {
		if got := recover(); got != "a codec's bug" {
			t.Errorf("recovered %v", got)
		}
	}()
	_, _, err := guard.Receive(t.Context(), func() error { panic("a codec's bug") })
	t.Errorf("returned %v", err)
}
