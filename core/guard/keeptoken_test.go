package guard_test

import (
	"context"
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
