package secrettest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/apikey"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/keys"
	"github.com/revstackhq/auth-go/core/secrettest"
)

// observe returns an observer that checks every event, and logs it.
func observe(t *testing.T, marks *secrettest.Marks) func(context.Context, event.Event) {
	log := event.Log(marks.Logger())
	return func(ctx context.Context, e event.Event) {
		marks.CheckDeep(t, fmt.Sprintf("%T", e), e)
		log(ctx, e)
	}
}

// TestVerifier: tokens of every kind, verified with keys and with a secret.
func TestVerifier(t *testing.T) {
	marks := secrettest.New()
	hmac := marks.Random("the signing secret")
	issuer := authtest.NewIssuer(t)
	signed := authtest.WithSecret([]byte(hmac))
	for name, tc := range map[string]struct {
		contract *core.Contract
		opts     []authtest.TokenOption
	}{
		"keys": {issuer.Contract(), nil},
		"DPoP": {issuer.Contract(func(r *core.Rules) { r.Confirmation = "dpop" }), nil},
		"secret": {issuer.Contract(func(r *core.Rules) {
			r.JWKSURL, r.Algorithms, r.Secret = "", []string{"HS256"}, core.NewSecret(hmac)
		}), []authtest.TokenOption{signed}},
	} {
		t.Run(name, func(t *testing.T) {
			v, err := core.NewVerifier(tc.contract, core.WithLogger(marks.Logger()), core.WithObserver(observe(t, marks)))
			if err != nil {
				t.Fatal(err)
			}
			good := marks.Add("the token", issuer.Token(nil, tc.opts...))
			for range 2 { // the second time it is remembered
				s, err := v.Verify(t.Context(), good)
				if err != nil {
					t.Fatal(err)
				}
				marks.CheckDeep(t, "the session", s)
				marks.CheckDeep(t, "the context", core.NewContext(t.Context(), s))
			}
			for _, bad := range issuer.Bad(tc.contract, good, tc.opts...) {
				if strings.Count(bad.Token, ".") == 2 && len(bad.Token) > 64 && len(bad.Token) < 4<<10 {
					marks.Add("the token with "+bad.Name, bad.Token)
				}
				_, err := v.Verify(t.Context(), bad.Token)
				marks.CheckDeep(t, bad.Name+": the error", err)
				marks.CheckDeep(t, bad.Name+": the report", v.Explain(t.Context(), bad.Token))
				_, err = v.VerifyHeader(t.Context(), "Bearer "+bad.Token+" "+good)
				marks.CheckDeep(t, bad.Name+": the error about the header", err)
			}
			marks.CheckDeep(t, "the verifier", v)
			marks.CheckDeep(t, "its health", v.KeyHealth())
			marks.CheckLog(t)
		})
	}
}

// TestCredentials: what a request proves itself with.
func TestCredentials(t *testing.T) {
	marks := secrettest.New()
	c := core.Credentials{
		Token:  marks.Random("the token"),
		Scheme: "DPoP",
		Proof:  marks.Random("the proof"),
		URL:    "https://api.example/",
	}
	marks.Check(t, "the credentials", c)
	marks.Check(t, "a pointer to the credentials", &c)
	marks.Check(t, "a struct with credentials", struct{ C core.Credentials }{c})
	marks.Check(t, "a list of credentials", []core.Credentials{c})
}

// TestKeyServer: a key set behind a URL with a secret, which fails in every way and sends private keys.
func TestKeyServer(t *testing.T) {
	marks := secrettest.New()
	secret := marks.Random("the secret in the URL of the keys")
	jwk, _ := privateKey(t, marks)
	answers := map[string]http.HandlerFunc{
		"500": func(w http.ResponseWriter, r *http.Request) {
			http.Error(w, r.URL.String(), http.StatusInternalServerError)
		},
		"HTML":        func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "<html>"+r.URL.String()) },
		"private key": func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprintf(w, `{"keys":[%s]}`, jwk) },
		"broken key":  func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprintf(w, `{"keys":[%s`, jwk) },
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:9"+r.URL.String(), http.StatusFound)
		},
		"hangs up":      func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"key in member": func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprintf(w, `{"keys":"%s"}`, secret) },
	}
	for name, answer := range answers {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(answer)
			defer server.Close()
			contract, err := core.NewContract(core.Rules{
				Issuer:    "https://id.example",
				JWKSURL:   server.URL + "/jwks?key=" + secret,
				Audiences: core.Strings{"https://api.example"},
			})
			if err != nil {
				t.Fatal(err)
			}
			cache := brokenCache{errors.New("the cache is out of order")}
			v, err := core.NewVerifier(contract, core.WithLogger(marks.Logger()), core.WithObserver(observe(t, marks)),
				core.WithKeyCache(cache, core.NewSecret(marks.Random("the secret of the key cache"))))
			if err != nil {
				t.Fatal(err)
			}
			issuer := authtest.NewIssuer(t, authtest.WithIssuerURL("https://id.example"))
			_, err = v.Verify(t.Context(), issuer.Token(authtest.Claims{"aud": "https://api.example"}))
			if err == nil {
				t.Error("a token is accepted without a key")
			}
			marks.Check(t, "the error", err)
			marks.Check(t, "the error of Ready", v.Ready(t.Context()))
			marks.Check(t, "the health", v.KeyHealth())
			marks.Check(t, "the verifier", v)
			marks.CheckLog(t)
		})
	}
}

type brokenCache struct{ err error }

func (c brokenCache) Load(context.Context, string) ([]byte, error) { return nil, c.err }
func (c brokenCache) Store(context.Context, string, []byte) error  { return c.err }

var _ keys.Cache = brokenCache{}

// TestGuard: tokens in every place of a request.
func TestGuard(t *testing.T) {
	marks := secrettest.New()
	issuer := authtest.NewIssuer(t)
	v, err := core.NewVerifier(issuer.Contract(), core.WithLogger(marks.Logger()), core.WithObserver(observe(t, marks)))
	if err != nil {
		t.Fatal(err)
	}
	var seen error
	g, err := guard.New(v,
		guard.Extractors(guard.Bearer(), guard.InsecureCookie("session"), guard.Header("X-Token"),
			guard.InsecureQuery("token"), guard.WebSocketProtocol("auth")),
		guard.KeepToken(), guard.Logger(marks.Logger()),
		guard.Messages(func(_ guard.Request, e *core.Error) string { seen = e; return "no" }))
	if err != nil {
		t.Fatal(err)
	}
	good := marks.Add("the token", issuer.Token(nil))
	bad := marks.Add("the bad token", issuer.Token(nil, authtest.WithForeignKey()))
	opaque := marks.Random("the opaque token")
	for _, token := range []string{
		good, bad, opaque, good + " " + opaque, good + ", " + bad, opaque + "\x7f", "=" + opaque,
	} {
		for name, r := range map[string]*http.Request{
			"header":    request("/", "Authorization", "Bearer "+token),
			"twice":     request("/", "Authorization", "Bearer "+token, "Authorization", "Bearer "+bad),
			"no scheme": request("/", "Authorization", token),
			"scheme":    request("/", "Authorization", "Token "+token),
			"basic":     request("/", "Authorization", "Basic "+token),
			"cookie":    request("/", "Cookie", "session="+token),
			"cookies":   request("/", "Cookie", "session="+token+"; session="+bad),
			"own":       request("/", "X-Token", token),
			"query":     request("/?token=" + url.QueryEscape(token)),
			"queries":   request("/?token=" + url.QueryEscape(token) + "&token=" + bad),
			"socket":    request("/", "Sec-WebSocket-Protocol", "auth, "+token, "Connection", "Upgrade", "Upgrade", "websocket"),
			"several":   request("/", "Authorization", "Bearer "+token, "X-Token", bad),
		} {
			w := httptest.NewRecorder()
			g.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				marks.Check(t, name+": the context", r.Context())
			})).ServeHTTP(w, r)
			marks.Check(t, name+": the answer", w.Body.String())
			marks.Check(t, name+": the header of the answer", w.Header())
			marks.Check(t, name+": the error", seen)
			_, rejection := g.Enter(t.Context(), guard.HTTPRequest(r))
			if rejection != nil {
				marks.Check(t, name+": the rejection", rejection)
				marks.Check(t, name+": its error", rejection.Err)
				marks.Check(t, name+": the answer of RPC", rejection.RPC())
			}
		}
	}
	marks.CheckDeep(t, "the guard", g)
	marks.CheckLog(t)
}

func request(target string, fields ...string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, target, http.NoBody)
	for i := 0; i < len(fields); i += 2 {
		r.Header.Add(fields[i], fields[i+1])
	}
	return r
}

// keyStore is a store of API keys that fails on demand.
type keyStore struct {
	apikey.Memory

	err error
}

func (s *keyStore) Find(ctx context.Context, id string) (apikey.Key, error) {
	if s.err != nil {
		return apikey.Key{}, s.err
	}
	return s.Memory.Find(ctx, id)
}

// TestAPIKeys: keys that are minted, accepted, changed and revoked, and a store that fails.
func TestAPIKeys(t *testing.T) {
	marks := secrettest.New()
	store := &keyStore{}
	ring, err := apikey.New(apikey.Config{
		Prefix: "acme", Store: store, Logger: marks.Logger(), Observe: observe(t, marks), MaxAge: time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	use := func(what, token string) {
		t.Helper()
		s, err := ring.Authenticate(t.Context(), core.Credentials{Token: token, Scheme: "Bearer"})
		marks.CheckDeep(t, what+": the session", s)
		marks.CheckDeep(t, what+": the error", err)
	}
	key, secret, err := ring.Mint(t.Context(), apikey.Spec{Owner: "user_1"})
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(secret.Reveal(), "_")
	marks.Add("the secret of the key", parts[2])
	marks.CheckDeep(t, "the key", key)
	marks.CheckDeep(t, "the secret", secret)
	use("good", secret.Reveal())
	use("cut off", secret.Reveal()[:len(secret.Reveal())-3])
	use("changed", strings.Replace(secret.Reveal(), parts[3], "0000000", 1))
	use("another prefix", "other_"+secret.Reveal())
	use("twice", secret.Reveal()+secret.Reveal())
	other, second, err := ring.Rotate(t.Context(), key.ID, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	marks.Add("the secret of the next key", strings.Split(second.Reveal(), "_")[2])
	marks.CheckDeep(t, "the next key", other)
	if err := ring.Revoke(t.Context(), key.ID); err != nil {
		t.Fatal(err)
	}
	use("revoked", secret.Reveal())
	store.err = errors.New("the database is out of order")
	use("in an outage", second.Reveal())
	marks.CheckDeep(t, "the keyring", ring)
	marks.CheckDeep(t, "the store", store)
	marks.CheckLog(t)
	_, _, err = ring.Mint(t.Context(), apikey.Spec{})
	marks.CheckDeep(t, "the error of Mint", err)
}
