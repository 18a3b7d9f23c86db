package otelauth_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.37.0"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/fleet"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/otelauth"
)

const verified = "auth.verify.duration"

// TestVerify: accepted, remembered and rejected tokens, and a request without one.
func TestVerify(t *testing.T) {
	r, issuer := newRecorder(t), authtest.NewIssuer(t)
	opt, wait := fetched(t)
	v := newVerifier(t, issuer, r.Observer(), opt)
	good := issuer.Token(nil)
	for range 3 {
		if _, err := v.Verify(t.Context(), good); err != nil {
			t.Fatal(err)
		}
	}
	expired := issuer.Token(nil, authtest.ExpiresIn(-time.Hour))
	if _, err := v.Verify(t.Context(), expired); err == nil {
		t.Fatal("the expired token was accepted")
	}
	guard.Middleware(v)(http.NotFoundHandler()).ServeHTTP(
		httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", http.NoBody))
	wait()
	r.expect(t, "auth.verify", map[string]float64{
		verified + "{auth.outcome=accepted,auth.provider=authtest,auth.remembered=false}":                          1,
		verified + "{auth.outcome=accepted,auth.provider=authtest,auth.remembered=true}":                           2,
		verified + "{auth.outcome=rejected,auth.provider=authtest,auth.remembered=false,error.type=TOKEN_EXPIRED}": 1,
	})
	r.expect(t, "auth.rejections", map[string]float64{
		"auth.rejections{auth.provider=authtest,error.type=TOKEN_EXPIRED}": 1,
		"auth.rejections{auth.provider=,error.type=TOKEN_MISSING}":         1,
	})
	r.expect(t, "auth.keys.fetches", map[string]float64{
		"auth.keys.fetches{auth.provider=authtest,auth.result=fetched}": 1,
	})
}

// TestOutage: an outage is "failed", not "rejected", and its fetches are counted by kind.
func TestOutage(t *testing.T) {
	r, issuer := newRecorder(t), authtest.NewIssuer(t)
	opt, wait := fetched(t)
	v := newVerifier(t, issuer, r.Observer(), opt)
	token := issuer.Token(nil)
	if err := issuer.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Verify(t.Context(), token); core.CodeOf(err) != core.CodeKeysUnavailable {
		t.Fatal(err)
	}
	wait()
	r.expect(t, "auth.verify", map[string]float64{
		verified + "{auth.outcome=failed,auth.provider=authtest,auth.remembered=false,error.type=KEYS_UNAVAILABLE}": 1,
	})
	r.expect(t, "auth.keys.fetches", map[string]float64{
		"auth.keys.fetches{auth.provider=authtest,auth.result=failed,error.type=network}": 1,
	})
}

// TestEvents: every type of event is measured; a new one fails here.
func TestEvents(t *testing.T) {
	failure := event.KeyFailure{Provider: "p", Kind: "status", Err: errors.New("x"), Took: time.Second}
	for name, tt := range map[string]struct {
		event event.Event
		want  string
	}{
		"refreshed": {
			event.KeysRefreshed{Provider: "p"},
			"auth.keys.fetches{auth.provider=p,auth.result=fetched}",
		},
		"not modified": {
			event.KeysRefreshed{Provider: "p", NotModified: true},
			"auth.keys.fetches{auth.provider=p,auth.result=not_modified}",
		},
		"from the cache": {
			event.KeysRefreshed{Provider: "p", FromCache: true},
			"auth.keys.fetches{auth.provider=p,auth.result=shared_cache}",
		},
		"failed": {
			event.KeysRefreshFailed{KeyFailure: failure},
			"auth.keys.fetches{auth.provider=p,auth.result=failed,error.type=status}",
		},
		"stale": {
			event.KeysStale{KeyFailure: failure},
			"auth.keys.fetches{auth.provider=p,auth.result=failed,error.type=status}",
		},
		"unavailable": {
			event.KeysUnavailable{KeyFailure: failure},
			"auth.keys.fetches{auth.provider=p,auth.result=failed,error.type=status}",
		},
		"cache": {
			event.KeyCacheFailed{Provider: "p", Op: "store"},
			"auth.keys.cache.failures{auth.operation=store,auth.provider=p}",
		},
		"unknown key": {
			event.UnknownKey{Provider: "p", Throttled: true},
			"auth.keys.unknown{auth.provider=p,auth.throttled=true}",
		},
		"verified": {
			event.TokenVerified{Provider: "p"},
			verified + "{auth.outcome=accepted,auth.provider=p,auth.remembered=false}",
		},
		"rejected": {
			event.TokenRejected{Provider: "p", Code: "C"},
			"auth.rejections{auth.provider=p,error.type=C}",
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRecorder(t)
			r.Observe(t.Context(), tt.event)
			if got := r.collect(t); got[tt.want] != 1 {
				t.Errorf("measured\n%s\nwant %s", show(got), tt.want)
			}
		})
	}
}

// TestMetricsAreListed: what is measured is what Metrics lists, with its attributes.
func TestMetricsAreListed(t *testing.T) {
	r, issuer := newRecorder(t), authtest.NewIssuer(t)
	v := newVerifier(t, issuer, r.Observer())
	if _, err := v.Verify(t.Context(), issuer.Token(nil)); err != nil {
		t.Fatal(err)
	}
	for _, e := range []event.Event{
		event.TokenRejected{Code: "C", Took: 1},
		event.KeysStale{KeyFailure: event.KeyFailure{Kind: "k"}},
		event.KeyCacheFailed{},
		event.UnknownKey{},
	} {
		r.Observe(t.Context(), e)
	}
	watch(t, r, v)
	if _, err := r.WatchFleet(view{stats: fleet.Stats{Records: 1}}); err != nil {
		t.Fatal(err)
	}
	seen := map[string]map[string]bool{}
	for name := range r.collect(t) {
		name, attrs, _ := strings.Cut(strings.TrimSuffix(name, "}"), "{")
		if seen[name] == nil {
			seen[name] = map[string]bool{}
		}
		for attr := range strings.SplitSeq(attrs, ",") {
			if key, _, ok := strings.Cut(attr, "="); ok {
				seen[name][key] = true
			}
		}
	}
	for _, m := range otelauth.Metrics() {
		attrs, ok := seen[m.Name]
		if !ok {
			t.Errorf("%s is listed and not measured", m.Name)
		}
		delete(seen, m.Name)
		for _, a := range m.Attributes {
			if !attrs[a] {
				t.Errorf("%s: the attribute %s is listed and not recorded", m.Name, a)
			}
			delete(attrs, a)
		}
		if len(attrs) > 0 || m.Unit == "" || m.Description == "" {
			t.Errorf("%+v: recorded besides: %v", m, attrs)
		}
	}
	if len(seen) > 0 {
		t.Errorf("measured and not listed: %v", seen)
	}
}

func watch(t *testing.T, r *recorder, v *core.Verifier) (stop func() error) {
	t.Helper()
	stop, err := r.Watch(v)
	if err != nil {
		t.Fatal(err)
	}
	return stop
}

// TestWatch: keys, their age by the verifier's clock, and the token cache.
func TestWatch(t *testing.T) {
	clock := authtest.NewClock(time.Unix(1_800_000_000, 0))
	r, issuer := newRecorder(t), authtest.NewIssuer(t, authtest.WithClock(clock))
	v := newVerifier(t, issuer, core.WithClock(clock))
	stop := watch(t, r, v)
	r.expect(t, "auth.keys", map[string]float64{"auth.keys.usable{auth.provider=authtest}": 0})
	token := issuer.Token(nil)
	for range 3 {
		if _, err := v.Verify(t.Context(), token); err != nil {
			t.Fatal(err)
		}
	}
	clock.Advance(time.Minute)
	r.expect(t, "auth.keys", map[string]float64{
		"auth.keys.age{auth.provider=authtest}":    60,
		"auth.keys.usable{auth.provider=authtest}": 1,
	})
	r.expect(t, "auth.token_cache.lookups", map[string]float64{
		"auth.token_cache.lookups{auth.result=hit}":  float64(v.Stats().Hits),
		"auth.token_cache.lookups{auth.result=miss}": float64(v.Stats().Misses),
	})
	if v.Stats().Hits == 0 {
		t.Error("no token was remembered")
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	r.expect(t, "auth.", map[string]float64{})
	if _, err := r.Watch(nil); err == nil {
		t.Error("Watch(nil) returned no error")
	}
}

func TestWatchRevocation(t *testing.T) {
	r := newRecorder(t)
	stop, err := r.WatchRevocation(otelauth.Revocation{Lag: func() time.Duration { return 1500 * time.Millisecond }})
	if err != nil {
		t.Fatal(err)
	}
	r.expect(t, "auth.", map[string]float64{"auth.revocation.lag{}": 1.5})
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	r.expect(t, "auth.", map[string]float64{})
}

// TestSpans: a span of the verification and one of the fetch, in the request's trace;
// none for a remembered token.
func TestSpans(t *testing.T) {
	r, issuer := newRecorder(t), authtest.NewIssuer(t)
	opt, wait := fetched(t)
	v := newVerifier(t, issuer, r.Observer(), opt)
	token := issuer.Token(nil)
	ctx, request := r.tracer.Start(t.Context(), "GET /things")
	for n := range 2 {
		if _, err := v.Verify(ctx, token); err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			wait()
		}
	}
	_, _ = v.Verify(ctx, issuer.Token(nil, authtest.ExpiresIn(-time.Hour)))
	request.End()
	if _, err := v.Verify(t.Context(), issuer.Token(authtest.Claims{"sub": "no-trace"})); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range r.spans.Ended() {
		if s.SpanContext().TraceID() != request.SpanContext().TraceID() {
			t.Errorf("%s is in another trace", s.Name())
		}
		if s.EndTime().Before(s.StartTime()) {
			t.Errorf("%s ends before it starts", s.Name())
		}
		name := s.Name()
		for _, kv := range s.Attributes() {
			if kv.Key == semconv.ErrorTypeKey {
				name += " " + kv.Value.String()
			}
			if strings.Contains(kv.Value.String(), "user_1") || strings.Contains(kv.Value.String(), issuer.KeyID()) {
				t.Errorf("%s has the attribute %v", s.Name(), kv)
			}
		}
		names = append(names, name)
	}
	slices.Sort(names)
	want := "GET /things TOKEN_EXPIRED, auth.keys.fetch, auth.verify, auth.verify TOKEN_EXPIRED"
	if got := strings.Join(names, ", "); got != want {
		t.Errorf("spans %s, want %s", got, want)
	}
}

func TestWithoutSpans(t *testing.T) {
	r, issuer := newRecorder(t, otelauth.WithoutSpans()), authtest.NewIssuer(t)
	ctx, request := r.tracer.Start(t.Context(), "GET /")
	v := newVerifier(t, issuer, r.Observer())
	_, _ = v.Verify(ctx, issuer.Token(nil))
	_, _ = v.Verify(ctx, issuer.Token(nil, authtest.ExpiresIn(-time.Hour)))
	request.End()
	if got := r.spans.Ended(); len(got) != 1 || len(got[0].Attributes()) != 0 {
		t.Errorf("spans %v", got)
	}
}

// TestPseudonyms: nothing names a person unless asked, and then by a keyed hash.
func TestPseudonyms(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	annotated := func(secret, user string) *attribute.Set {
		var opts []otelauth.Option
		if secret != "" {
			opts = append(opts, otelauth.WithPseudonyms(core.NewSecret(secret)))
		}
		r := newRecorder(t, opts...)
		v := newVerifier(t, issuer)
		ctx, request := r.tracer.Start(t.Context(), "GET /")
		req := httptest.NewRequestWithContext(ctx, http.MethodGet, "/", http.NoBody)
		authtest.Authorize(req, issuer.Token(authtest.Claims{"sub": user}))
		r.Annotate(ctx) // no session yet
		guard.Middleware(v)(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
			r.Annotate(req.Context())
		})).ServeHTTP(httptest.NewRecorder(), req)
		request.End()
		r.Annotate(req.Context()) // the span has ended
		set := attribute.NewSet(r.spans.Ended()[0].Attributes()...)
		return &set
	}
	a, b := strings.Repeat("a", 32), strings.Repeat("b", 32)
	if got := annotated("", "ada"); got.Len() != 0 {
		t.Errorf("without the option: %v", got.ToSlice())
	}
	ada, ok := annotated(a, "ada").Value(semconv.EnduserPseudoIDKey)
	if !ok || len(ada.AsString()) != 22 || strings.Contains(ada.AsString(), "ada") {
		t.Errorf("pseudonym %q", ada.AsString())
	}
	again, _ := annotated(a, "ada").Value(semconv.EnduserPseudoIDKey)
	bob, _ := annotated(a, "bob").Value(semconv.EnduserPseudoIDKey)
	other, _ := annotated(b, "ada").Value(semconv.EnduserPseudoIDKey)
	if again != ada || bob == ada || other == ada {
		t.Errorf("ada %v and %v, bob %v, with another secret %v", ada, again, bob, other)
	}
}

func TestMistakes(t *testing.T) {
	for name, o := range map[string]otelauth.Option{
		"option":             nil,
		"WithMeterProvider":  otelauth.WithMeterProvider(nil),
		"WithTracerProvider": otelauth.WithTracerProvider(nil),
		"WithPseudonyms":     otelauth.WithPseudonyms(core.NewSecret("short")),
	} {
		telemetry, err := otelauth.New(o)
		if all := core.ConfigErrors(err); telemetry != nil || len(all) != 1 || all[0].Field != name ||
			strings.Contains(err.Error(), "short") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := otelauth.New(); err != nil {
		t.Errorf("with the global providers: %v", err)
	}
}

// BenchmarkObserver compares a remembered token with and without metrics: see the
// ratio in README.md.
func BenchmarkObserver(b *testing.B) {
	issuer := authtest.NewIssuer(b)
	token := issuer.Token(nil)
	for name, opts := range map[string][]core.Option{
		"none":     nil,
		"noop":     {core.WithObserver(func(context.Context, event.Event) {})},
		"otelauth": {newRecorder(b).Observer()},
	} {
		v := newVerifier(b, issuer, opts...)
		ctx := b.Context()
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := v.Verify(ctx, token); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
