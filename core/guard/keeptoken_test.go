package guard_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

func TestKeepToken(t *testing.T) {
	token := hs256(t, nil)
	for name, c := range map[string]struct {
		options []guard.Option
		request guard.Request
		want    string
	}{
		"kept":          {[]guard.Option{guard.KeepToken()}, get("Authorization", "Bearer "+token), token},
		"not asked for": {nil, get("Authorization", "Bearer "+token), ""},
		"anonymous":     {[]guard.Option{guard.KeepToken(), guard.Optional()}, get(), ""},
		"skipped": {
			[]guard.Option{guard.KeepToken(), guard.Skip(func(guard.Request) bool { return true })},
			get("Authorization", "Bearer "+token), "",
		},
		"in another header": {[]guard.Option{guard.KeepToken(), guard.Extractors(guard.Header("X-Token"))}, get("X-Token",
			token), token},
	} {
		ctx, rejection := newGuard(t, c.options...).Enter(t.Context(), c.request)
		if got := guard.CallerToken(ctx); got != c.want || rejection != nil {
			t.Errorf("%s: %q, %v", name, got, rejection)
		}
	}
	if got := guard.CallerToken(core.NewContext(context.Background(), nil)); got != "" {
		t.Errorf("without a guard: %q", got)
	}
	outer := newGuard(t, guard.KeepToken())
	ctx, _ := outer.Enter(t.Context(), get("Authorization", "Bearer "+token))
	if ctx, _ = newGuard(t).Enter(ctx, get("Authorization", "Bearer "+token)); guard.CallerToken(ctx) != "" {
		t.Error("the inner guard decides, and does not keep the token")
	}
}

// TestPrintedContext: whatever prints the context of a request prints no token.
func TestPrintedContext(t *testing.T) {
	token := hs256(t, nil)
	ctx, rejection := newGuard(t, guard.KeepToken()).Enter(t.Context(), get("Authorization", "Bearer "+token))
	if rejection != nil {
		t.Fatal(rejection)
	}
	type key struct{}
	derived, cancel := context.WithCancel(context.WithValue(ctx, key{}, 1))
	defer cancel()
	for _, c := range []context.Context{ctx, derived} {
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			if printed := fmt.Sprintf(format, c); strings.Contains(printed, token) {
				t.Errorf("%s prints the token: %s", format, printed)
			}
		}
	}
}

// TestContextIsTheRequests: what a guard returns passes on the values and the end of the context it was given.
func TestContextIsTheRequests(t *testing.T) {
	type key struct{}
	request, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, "value"))
	ctx, rejection := newGuard(t).Enter(request, get("Authorization", "Bearer "+hs256(t, nil)))
	if rejection != nil || ctx.Value(key{}) != "value" || ctx.Value(1) != nil {
		t.Fatalf("%v, %v", rejection, ctx.Value(key{}))
	}
	derived, stop := context.WithCancel(ctx)
	defer stop()
	cancel()
	if <-derived.Done(); !errors.Is(context.Cause(derived), context.Canceled) || !errors.Is(ctx.Err(), context.Canceled) {
		t.Errorf("%v, %v", context.Cause(derived), ctx.Err())
	}
}
