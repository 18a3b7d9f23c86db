package downstream_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/clientauth"
	"github.com/revstackhq/auth-go/core/downstream"
	"github.com/revstackhq/auth-go/core/guard"
)

const secret = "swordfish-swordfish"

// rig has an issuer, and a service that tells which token it got.
type rig struct {
	issuer  *authtest.Issuer
	guard   *guard.Guard
	service *httptest.Server
	got     atomic.Pointer[string]
	status  atomic.Int64
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{issuer: authtest.NewIssuer(t)}
	var err error
	if r.guard, err = guard.New(r.issuer.Contract(), guard.KeepToken(), guard.Optional()); err != nil {
		t.Fatal(err)
	}
	r.status.Store(200)
	r.service = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		token := req.Header.Get("Authorization")
		r.got.Store(&token)
		if req.URL.Path == "/away" {
			http.Redirect(w, req, "http://127.0.0.1:9/", http.StatusFound)
			return
		}
		w.WriteHeader(int(r.status.Load()))
	}))
	t.Cleanup(r.service.Close)
	return r
}

// as returns the context of a guarded request with the token.
func (r *rig) as(t *testing.T, token string) context.Context {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)
	if token != "" {
		authtest.Authorize(req, token)
	}
	ctx, rejection := r.guard.Enter(t.Context(), guard.HTTPRequest(req))
	if rejection != nil {
		t.Fatal(rejection)
	}
	return ctx
}

func call(ctx context.Context, t *testing.T, transport http.RoundTripper, target string) error {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, strings.NewReader("body"))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		return err
	}
	if req.Header.Get("Authorization") != "" {
		t.Error("the transport changes the request")
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.Body.Close()
}

func TestForward(t *testing.T) {
	r := newRig(t)
	token := r.issuer.Token(authtest.Claims{"sub": "user_1"})
	transport, err := downstream.NewForward(nil, r.service.URL)
	if err != nil {
		t.Fatal(err)
	}
	ctx := r.as(t, token)
	if err := call(ctx, t, transport, r.service.URL+"/x"); err != nil || *r.got.Load() != "Bearer "+token {
		t.Errorf("%v, %s", err, *r.got.Load())
	}
	for name, c := range map[string]struct {
		ctx    context.Context
		target string
		want   error
	}{
		"another origin": {ctx, "https://evil.example/", downstream.ErrOrigin},
		"another port":   {ctx, "http://127.0.0.1:1/", downstream.ErrOrigin},
		"another scheme": {ctx, strings.Replace(r.service.URL, "http:", "https:", 1), downstream.ErrOrigin},
		"the origin as the user": {ctx, strings.Replace(r.service.URL, "http://",
			"http://"+strings.TrimPrefix(r.service.URL, "http://")+"@evil.example/", 1), downstream.ErrOrigin},
		"a redirect elsewhere": {ctx, r.service.URL + "/away", downstream.ErrOrigin},
		"an anonymous caller":  {r.as(t, ""), r.service.URL, downstream.ErrNoToken},
		"no guard":             {t.Context(), r.service.URL, downstream.ErrNoToken},
	} {
		err := call(c.ctx, t, transport, c.target)
		if !errors.Is(err, c.want) || strings.Contains(fmt.Sprint(err), token) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, origins := range [][]string{nil, {""}, {"http://billing.example"}, {"https://billing.example/path"}, {"*"}} {
		if _, err := downstream.NewForward(nil, origins...); len(core.ConfigErrors(err)) != 1 {
			t.Errorf("origins %q: %v", origins, err)
		}
	}
}

// server is a token endpoint.
type server struct {
	*httptest.Server

	asked  atomic.Int64
	answer atomic.Pointer[http.HandlerFunc]
	form   atomic.Pointer[url.Values]
}

func newServer(t *testing.T) *server {
	t.Helper()
	s := &server{}
	s.give(200, `{"access_token":"exchanged-`, `","token_type":"Bearer","issued_token_type":"x","expires_in":60}`)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked.Add(1)
		_ = r.ParseForm()
		s.form.Store(&r.PostForm)
		(*s.answer.Load())(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// give answers with the number of the call between the two parts, if there are two.
func (s *server) give(status int, parts ...string) {
	handle := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, strings.Join(parts, fmt.Sprint(s.asked.Load())))
	})
	s.answer.Store(&handle)
}

func newExchange(t *testing.T, r *rig, s *server, change ...func(*downstream.ExchangeConfig)) *downstream.Exchange {
	t.Helper()
	cfg := downstream.ExchangeConfig{
		TokenURL: s.URL, Auth: clientauth.Post("orders", core.NewSecret(secret)), Audience: "billing",
		Scopes:  []string{"a", "b"},
		Origins: []string{r.service.URL},
	}
	for _, c := range change {
		c(&cfg)
	}
	e, err := downstream.NewExchange(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestExchange(t *testing.T) {
	r, s := newRig(t), newServer(t)
	clock := authtest.NewClock(time.Now())
	e := newExchange(t, r, s, func(c *downstream.ExchangeConfig) { c.Clock = clock })
	transport := e.Transport(nil)
	token := r.issuer.Token(authtest.Claims{"sub": "user_1"}, authtest.ExpiresIn(time.Hour))
	other := r.issuer.Token(authtest.Claims{"sub": "user_2"}, authtest.ExpiresIn(30*time.Second))
	use := func(token, want string) {
		t.Helper()
		if err := call(r.as(t, token), t, transport, r.service.URL); err != nil || *r.got.Load() != "Bearer "+want {
			t.Fatalf("%v, %s; want %s", err, *r.got.Load(), want)
		}
	}
	use(token, "exchanged-1")
	form := *s.form.Load()
	for name, want := range map[string]string{
		"grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "subject_token": token, "audience": "billing",
		"subject_token_type": "urn:ietf:params:oauth:token-type:access_token", "scope": "a b", "client_id": "orders",
		"client_secret": secret,
	} {
		if form.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, form.Get(name), want)
		}
	}
	use(token, "exchanged-1")
	use(other, "exchanged-2") // another caller's token
	clock.Advance(31 * time.Second)
	use(token, "exchanged-1")
	use(other, "exchanged-3") // the session of user_2 has ended by this clock
	clock.Advance(24*time.Second + time.Millisecond)
	use(token, "exchanged-4") // five seconds before it expires
	r.status.Store(401)
	use(token, "exchanged-4")
	r.status.Store(200)
	use(token, "exchanged-5") // the service has refused the one before
}

func TestExchangeFailures(t *testing.T) {
	r := newRig(t)
	token := r.issuer.Token(authtest.Claims{"sub": "user_1"})
	ctx := r.as(t, token)
	for name, c := range map[string]struct {
		status int
		body   string
		code   string // of an ExchangeError; "" means unavailable
	}{
		"refused":             {400, `{"error":"invalid_grant","error_description":"` + token + `"}`, "invalid_grant"},
		"a code that echoes":  {400, `{"error":"` + token + `"}`, "-"},
		"the client":          {401, `{"error":"invalid_client"}`, "-"},
		"500":                 {500, `{}`, ""},
		"429":                 {429, `{}`, ""},
		"no token":            {200, `{"token_type":"Bearer"}`, ""},
		"a token of no text":  {200, `{"access_token":1,"token_type":"Bearer"}`, ""},
		"a newline":           {200, `{"access_token":"a\r\nX: y","token_type":"Bearer"}`, ""},
		"DPoP":                {200, `{"access_token":"a","token_type":"DPoP"}`, ""},
		"N_A":                 {200, `{"access_token":"a","token_type":"N_A"}`, ""},
		"twice":               {200, `{"access_token":"a","access_token":"b","token_type":"Bearer"}`, ""},
		"huge":                {200, `{"access_token":"` + strings.Repeat("a", 70<<10) + `","token_type":"Bearer"}`, ""},
		"expires_in as text":  {200, `{"access_token":"a","token_type":"Bearer","expires_in":"60"}`, ""},
		"not JSON":            {200, `a`, ""},
		"a redirect, refused": {302, ``, ""},
	} {
		s := newServer(t)
		s.give(c.status, c.body)
		_, err := newExchange(t, r, s).Token(ctx)
		var refused *downstream.ExchangeError
		switch {
		case err == nil || strings.Contains(err.Error(), token) || strings.Contains(err.Error(), secret):
			t.Errorf("%s: %v", name, err)
		case c.code == "" && !errors.Is(err, downstream.ErrUnavailable):
			t.Errorf("%s: %v", name, err)
		case c.code != "" && (!errors.As(err, &refused) || refused.Status != c.status ||
			refused.Code != strings.Trim(c.code, "-")):
			t.Errorf("%s: %v", name, err)
		}
	}
	s := newServer(t)
	s.give(500, `{}`)
	e := newExchange(t, r, s)
	for range 20 {
		if _, err := e.Token(ctx); !errors.Is(err, downstream.ErrUnavailable) {
			t.Fatal(err)
		}
	}
	if s.asked.Load() != 3 {
		t.Errorf("a failing server was asked %d times", s.asked.Load())
	}
	_, err := downstream.NewExchange(downstream.ExchangeConfig{MaxAge: -1, MaxEntries: -1})
	if n := len(core.ConfigErrors(err)); n != 5 {
		t.Errorf("%d mistakes:\n%v", n, err)
	}
}

func TestOneExchangeForRacingRequests(t *testing.T) {
	r, s := newRig(t), newServer(t)
	gate := make(chan struct{})
	good := *s.answer.Load()
	slow := http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) { <-gate; good(w, req) })
	s.answer.Store(&slow)
	e := newExchange(t, r, s)
	ctx := r.as(t, r.issuer.Token(authtest.Claims{"sub": "user_1"}))
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := e.Token(canceled); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if token, err := e.Token(ctx); token != "exchanged-1" || err != nil {
				t.Errorf("%s, %v", token, err)
			}
		})
	}
	close(gate)
	wg.Wait()
	if s.asked.Load() != 1 {
		t.Errorf("asked %d times", s.asked.Load())
	}
}
