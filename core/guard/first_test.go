package guard_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// The first place with a credential decides, even if the credential is invalid.
func TestFirst(t *testing.T) {
	good, other, expired := hs256(t, nil), hs256(t, map[string]any{"sub": "user_2"}), hs256(t, map[string]any{"exp": 1})
	inFirst := guard.Extractors(guard.First(guard.Bearer(), guard.Cookie("s")))
	both := guard.Extractors(guard.Bearer(), guard.Cookie("s"))
	for _, c := range []struct {
		name   string
		option guard.Option
		fields []string
		user   string
		code   core.Code
	}{
		{"both, different", inFirst, []string{"Authorization", "Bearer " + good, "Cookie", "s=" + other}, "user_1", ""},
		{"both, without First", both, []string{
			"Authorization", "Bearer " + good, "Cookie", "s=" + other,
		}, "", core.CodeInvalidRequest},
		{"the second alone", inFirst, []string{"Cookie", "s=" + other}, "user_2", ""},
		{"another scheme, and the second", inFirst, []string{
			"Authorization", "Basic x", "Cookie", "s=" + other,
		}, "user_2", ""},
		{"the first expired", inFirst, []string{
			"Authorization", "Bearer " + expired, "Cookie", "s=" + other,
		}, "", core.CodeTokenExpired},
		{"the first malformed", inFirst, []string{
			"Authorization", "Bearer a b", "Cookie", "s=" + other,
		}, "", core.CodeInvalidRequest},
		{"the first empty", inFirst, []string{
			"Authorization", "Bearer", "Cookie", "s=" + other,
		}, "", core.CodeInvalidRequest},
		{"the first is garbage", inFirst, []string{
			"Authorization", "Bearer garbage", "Cookie", "s=" + other,
		}, "", core.CodeInvalidFormat},
		{"neither", inFirst, nil, "", core.CodeTokenMissing},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, rejection := newGuard(t, c.option).Check(t.Context(), get(c.fields...))
			if code := core.CodeOf(asError(rejection)); code != c.code || rejection == nil && s.UserID() != c.user {
				t.Errorf("got %v and %v, want %q and %q", s, rejection, c.user, c.code)
			}
		})
	}
	// If the cookie is not read, its origin is not checked either.
	cross := request(
		http.MethodPost,
		"/",
		"Authorization",
		"Bearer "+good,
		"Cookie",
		"s="+other,
		"Sec-Fetch-Site",
		"cross-site",
	)
	if _, rejection := newGuard(t, inFirst).Check(t.Context(), guard.HTTPRequest(cross)); rejection != nil {
		t.Error(rejection)
	}
	_, err := guard.New(newVerifier(t, secretRules()), guard.Extractors(guard.First(), guard.First(guard.Cookie(""), nil)))
	got := core.ConfigErrors(err)
	if len(got) != 3 || got[0].Field != "First" || got[1].Field != "Cookie" || got[2].Field != "First[1]" {
		t.Errorf("got %v", err)
	}
}

// A renderer without a guard answers errors like a guard.
func TestRenderer(t *testing.T) {
	options := []guard.Option{guard.Realm("api"), guard.ProblemDetails()}
	renderer, err := guard.NewRenderer(options...)
	if err != nil {
		t.Fatal(err)
	}
	_, want := newGuard(t, options...).Check(t.Context(), get())
	got := renderer.Render(get(), want.Err)
	if got.Status != want.Status || string(got.Body) != string(want.Body) ||
		got.Header.Get("WWW-Authenticate") != want.Header.Get("WWW-Authenticate") {
		t.Errorf("got %d %v %s, want %d %v %s", got.Status, got.Header, got.Body, want.Status, want.Header, want.Body)
	}
	for name, c := range map[string]struct {
		err    error
		status int
	}{
		"a code":       {&core.Error{Code: core.CodeTokenRevoked}, http.StatusUnauthorized},
		"wrapped":      {errors.Join(errors.New("x"), &core.Error{Code: core.CodeForbidden}), http.StatusForbidden},
		"without code": {&core.Error{}, http.StatusInternalServerError},
		"plain":        {errors.New("the password is hunter2"), http.StatusInternalServerError},
		"nil":          {nil, http.StatusInternalServerError},
	} {
		rejection := new(guard.Renderer).Render(nil, c.err)
		if rejection.Status != c.status || rejection.Error() == "" || len(rejection.Body) == 0 {
			t.Errorf("%s: %d %s", name, rejection.Status, rejection.Body)
		}
	}
	if _, err := guard.NewRenderer(guard.Realm("é")); len(core.ConfigErrors(err)) != 1 {
		t.Errorf("got %v", err)
	}
}
