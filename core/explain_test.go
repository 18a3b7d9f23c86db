package core_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/event"
)

// One report goes on behind the first failure, as far as later steps can be judged.
func TestExplainJudgesEveryStep(t *testing.T) {
	v := newVerifier(t, secretRules())
	r := v.Explain(t.Context(), hs256(t, map[string]any{
		"aud": "other",
		"exp": epoch().Add(-42 * time.Second).Unix(),
		"sub": nil,
	}))
	want := `refused: TOKEN_EXPIRED, status 401 (contract custom "https://id.example.com")
  hint: expired 42s ago; the leeway is 30s: the client has to send a fresh token
  hint: aud is "other", expected api: the token was made for another service
  hint: sub, the user id, is missing
`
	if text := r.String(); !strings.HasPrefix(text, want) {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
	results := map[string]string{}
	for _, s := range r.Steps {
		results[s.Name] = s.Result
	}
	for name, want := range map[string]string{
		"signature": "pass",
		"time":      "fail",
		"audience":  "fail",
		"type":      "pass",
		"user id":   "fail",
	} {
		if results[name] != want {
			t.Errorf("%s: %q, want %q", name, results[name], want)
		}
	}
	var decoded struct {
		Code   string
		Claims map[string]any
	}
	data, err := json.Marshal(r)
	if err != nil || json.Unmarshal(data, &decoded) != nil || decoded.Code != "TOKEN_EXPIRED" ||
		decoded.Claims["aud"] != "other" {
		t.Errorf("%v: %s", err, data)
	}
}

// An accepted token leaves nothing behind either: no session in the cache, no event, no line in the log.
func TestExplainLeavesNothingBehind(t *testing.T) {
	var log lockedBuffer
	var remembered []bool
	v := newVerifier(
		t,
		secretRules(),
		core.WithLogger(logTo(&log, slog.LevelDebug)),
		core.WithObserver(func(_ context.Context, e event.Event) {
			if e, ok := e.(event.TokenVerified); ok {
				remembered = append(remembered, e.Remembered)
				return
			}
			t.Errorf("%T", e)
		}),
	)
	token := hs256(t, nil)
	for range 3 {
		if r := v.Explain(t.Context(), token); !r.Accepted || r.Code != "" || r.Status != 200 || len(r.Hints) > 0 {
			t.Error(r)
		}
	}
	v.Explain(t.Context(), "x")
	if _, err := v.Verify(t.Context(), token); err != nil || len(remembered) != 1 || remembered[0] {
		t.Errorf("%v, %v: the token was remembered", err, remembered)
	}
	wantLines(t, "log", log.take())
	if r := (&core.Verifier{}).Explain(t.Context(), token); r.Accepted || r.Status != 500 {
		t.Errorf("a zero verifier: %v", r)
	}
}

// The issuer of the token chooses among contracts and tenants; a foreign one is compared with all, and fetches nothing.
func TestExplainSeveralIssuers(t *testing.T) {
	server := newKeyServer(t, publicJWK(rsaKey().Public(), "k1", ""))
	second := with(func(r *core.Rules) {
		r.Issuer, r.Provider, r.Audiences = "https://clerk.example.com", "second", []string{"two"}
	})
	tenant := newContract(t, with(func(r *core.Rules) { r.Issuer, r.Provider = "https://t1.example.org", "tenant" }))
	v := newVerifier(t, server.Rules(), newContract(t, second), core.Resolver{
		Resolve: func(_ context.Context, issuer string) (*core.Contract, error) {
			if issuer == "https://t1.example.org" {
				return tenant, nil
			}
			return nil, nil
		},
	})
	for name, c := range map[string]struct {
		token, provider, hint string
	}{
		"known key":   {rs256(t, "k1", map[string]any{"aud": "other"}), "custom", `aud is "other"`},
		"unknown key": {rs256(t, "k2", nil), "custom", `signed by key "k2"; the set fetched 0s ago has "k1"`},
		"second":      {hs256(t, map[string]any{"iss": "https://clerk.example.com"}), "second", `aud is "api", expected two`},
		"tenant":      {hs256(t, map[string]any{"iss": "https://t1.example.org", "aud": "x"}), "tenant", `aud is "x"`},
		"none": {
			hs256(t, map[string]any{"iss": "https://clerk-dev.example.com"}), "",
			`is a development instance, and the contract names "https://clerk.example.com"`,
		},
	} {
		r := v.Explain(t.Context(), c.token)
		_, err := v.Verify(t.Context(), c.token)
		if r.Code != core.CodeOf(err) || r.Provider != c.provider || len(r.Hints) == 0 ||
			!strings.Contains(r.Hints[0], c.hint) {
			t.Errorf("%s: Verify says %v\n%v", name, err, r)
		}
	}
}

// A clock that is off is found by the Date of the key set, and named if it makes the difference that the token shows.
func TestExplainNamesTheClock(t *testing.T) {
	server := newKeyServer(t, publicJWK(rsaKey().Public(), "k1", ""))
	in := func(d time.Duration) int64 { return epoch().Add(d).Unix() }
	for name, c := range map[string]struct {
		ahead  time.Duration // of this machine's clock
		claims map[string]any
		hint   string
	}{
		"ahead": {
			40 * time.Second,
			map[string]any{"exp": in(-42 * time.Second)},
			"expired 42s ago; the leeway is 30s; this machine's clock is 40s ahead of the issuer's, " +
				"by which the token has not expired: synchronize it (NTP)",
		},
		"ahead, and expired": {
			40 * time.Second,
			map[string]any{"exp": in(-time.Hour)},
			"expired 1h0m ago; the leeway is 30s; this machine's clock is 40s ahead of the issuer's: " +
				"synchronize it (NTP), and the client has to send a fresh token",
		},
		"in step, and expired": {
			0,
			map[string]any{"exp": in(-time.Hour)},
			"expired 1h0m ago; the leeway is 30s: the client has to send a fresh token",
		},
		"behind, and expired": {
			-40 * time.Second,
			map[string]any{"exp": in(-time.Hour)},
			"expired 1h0m ago; the leeway is 30s: the client has to send a fresh token",
		},
		"behind, nbf": {
			-40 * time.Second,
			map[string]any{"nbf": in(35 * time.Second)},
			"nbf is 35s in the future; the leeway is 30s; this machine's clock is 41s behind the issuer's: synchronize it (NTP)",
		},
		"behind, iat": {
			-40 * time.Second,
			map[string]any{"iat": in(35 * time.Second)},
			"iat is 35s in the future; the leeway is 30s; this machine's clock is 41s behind the issuer's: synchronize it (NTP)",
		},
		"ahead, iat": {
			40 * time.Second,
			map[string]any{"iat": in(35 * time.Second)},
			"iat is 35s in the future; the leeway is 30s: compare this machine's clock with the issuer's",
		},
	} {
		t.Run(name, func(t *testing.T) {
			client := &http.Client{Transport: dated(epoch().Add(-c.ahead))}
			v := newVerifier(t, server.Rules(), core.WithHTTPClient(client))
			r := v.Explain(t.Context(), rs256(t, "k1", c.claims))
			if len(r.Hints) != 1 || r.Hints[0] != c.hint {
				t.Errorf("got  %q\nwant %q", r.Hints, c.hint)
			}
		})
	}
}

// dated makes every response have this Date.
type dated time.Time

func (d dated) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err == nil {
		resp.Header.Set("Date", time.Time(d).Format(http.TimeFormat))
	}
	return resp, err
}
