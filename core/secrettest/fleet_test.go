package secrettest_test

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/dpop"
	"github.com/revstackhq/auth-go/core/dpop/dpoptest"
	"github.com/revstackhq/auth-go/core/fleet"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/logout"
	"github.com/revstackhq/auth-go/core/secrettest"
)

// brokenStore is a replay store that fails.
type brokenStore struct{}

func (brokenStore) Use(context.Context, dpop.Key, time.Time, time.Time) (bool, error) {
	return false, errors.New("the store is out of order")
}

// TestProofs: proofs of every kind, the keys that sign them and the secrets of nonces.
func TestProofs(t *testing.T) {
	marks := secrettest.New()
	signer, err := dpop.GenerateSigner()
	if err != nil {
		t.Fatal(err)
	}
	nonces, err := dpop.NewNonces(time.Minute, []byte(marks.Random("the secret of the nonces")))
	if err != nil {
		t.Fatal(err)
	}
	_, err = dpop.NewNonces(time.Minute, []byte(marks.Random("the short secret")[:15]))
	marks.CheckDeep(t, "the error about a short secret", err)
	marks.CheckDeep(t, "the nonces", nonces)
	marks.CheckDeep(t, "the signer", signer)
	now := time.Now()
	claims := dpop.Claims{
		Method:   http.MethodGet,
		URL:      "https://api.example/",
		Token:    marks.Random("the token"),
		IssuedAt: now,
	}
	marks.Check(t, "the claims", claims)
	marks.Check(t, "a struct with claims", struct{ C *dpop.Claims }{&claims})
	proof, err := signer.Proof(claims)
	if err != nil {
		t.Fatal(err)
	}
	bad, err := dpoptest.BadProofs(signer, claims)
	if err != nil {
		t.Fatal(err)
	}
	bad = append(bad, dpoptest.BadProof{Name: "good", Proof: proof})
	for name, config := range map[string]dpop.Config{
		"own store":    {Logger: marks.Logger()},
		"nonces":       {Nonces: nonces, Logger: marks.Logger()},
		"broken store": {Store: brokenStore{}, OnFailure: dpop.FailClosed, Logger: marks.Logger()},
	} {
		checker, err := dpop.New(config)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range bad {
			if len(b.Proof) > 64 && len(b.Proof) < 4<<10 {
				marks.Add("the proof with "+b.Name, b.Proof)
			}
			p := dpop.Presentation{
				Proof: b.Proof, Method: claims.Method, URL: claims.URL, Token: claims.Token,
				Thumbprint: signer.Thumbprint(), Now: now,
			}
			marks.Check(t, "the presentation", p)
			marks.Check(t, "a struct with a presentation", struct{ P *dpop.Presentation }{&p})
			for range 2 {
				marks.CheckDeep(t, name+": the error about "+b.Name, checker.Check(t.Context(), p))
			}
		}
		marks.CheckDeep(t, name+": the configuration", config)
		marks.CheckDeep(t, name+": the checker", checker)
	}
	marks.CheckLog(t)
}

// TestWebhooks: requests to every handler of package logout, signed with a secret or with a token, and wrong ones.
func TestWebhooks(t *testing.T) {
	marks := secrettest.New()
	issuer := authtest.NewIssuer(t)
	v, err := core.NewVerifier(issuer.Contract(), core.WithLogger(marks.Logger()), core.WithObserver(observe(t, marks)))
	if err != nil {
		t.Fatal(err)
	}
	failure := errors.New("the log is out of order")
	broken := logout.SinkFunc(func(context.Context, ...logout.Entry) error { return failure })
	key := marks.Random("the webhook's secret")
	encoded := base64.StdEncoding.EncodeToString([]byte(key))
	push := core.NewSecret(marks.Random("the push token"))
	handlers := map[string]func() (*logout.Handler, error){
		"back-channel": func() (*logout.Handler, error) {
			return logout.NewBackChannel(v, broken, logout.Audience("orders"))
		},
		"Clerk": func() (*logout.Handler, error) {
			return logout.NewClerk(v, core.NewSecret("whsec_"+encoded), broken)
		},
		"Supabase": func() (*logout.Handler, error) {
			return logout.NewSupabase(v, core.NewSecret("v1,whsec_"+encoded), broken)
		},
		"WorkOS": func() (*logout.Handler, error) { return logout.NewWorkOS(v, core.NewSecret(key), broken) },
		"global": func() (*logout.Handler, error) {
			return logout.NewGlobalRevocation(v, broken, logout.Audience("orders"), logout.Callers("a"))
		},
		"events": func() (*logout.Handler, error) {
			return logout.NewSecurityEvents(v, broken, logout.Audience("orders"), logout.PushToken(push))
		},
	}
	token := marks.Add("the logout token", issuer.Token(authtest.Claims{"aud": "orders"},
		authtest.WithHeader("typ", "logout+jwt")))
	foreign := marks.Add("the foreign token", issuer.Token(nil, authtest.WithForeignKey()))
	for name, handler := range handlers {
		h, err := handler()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		marks.CheckDeep(t, name+": the handler", h)
		for _, body := range []string{"logout_token=" + token, "logout_token=" + foreign, token, foreign, "{", key} {
			for _, contentType := range []string{
				"application/x-www-form-urlencoded", "application/json", "application/secevent+jwt",
			} {
				for _, authorization := range []string{"Bearer " + token, "Bearer " + foreign, key, "Bearer " + push.Reveal()} {
					r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
					r.Header.Set("Content-Type", contentType)
					r.Header.Set("Authorization", authorization)
					r.Header.Set("svix-id", "m")
					r.Header.Set("svix-timestamp", "1")
					r.Header.Set("svix-signature", "v1,"+key)
					r.Header.Set("WorkOS-Signature", "t=1, v1="+key)
					w := httptest.NewRecorder()
					h.ServeHTTP(w, r)
					if w.Code < 300 {
						t.Errorf("%s: %d", name, w.Code)
					}
					marks.Check(t, name+": the answer", w.Body.String())
					marks.Check(t, name+": its header", w.Header())
				}
			}
		}
	}
	for name, spoiled := range map[string]func(core.Secret) (*logout.Handler, error){
		"Clerk":    func(s core.Secret) (*logout.Handler, error) { return logout.NewClerk(v, s, broken) },
		"Supabase": func(s core.Secret) (*logout.Handler, error) { return logout.NewSupabase(v, s, broken) },
		"WorkOS":   func(s core.Secret) (*logout.Handler, error) { return logout.NewWorkOS(v, s, broken) },
		"events": func(s core.Secret) (*logout.Handler, error) {
			return logout.NewSecurityEvents(v, broken, logout.Audience("orders"), logout.PushToken(s))
		},
	} {
		for _, secret := range []string{key + "\n", "whsec_" + key + "!", "v1,whsec_" + key + "!", key[:15]} {
			_, err := spoiled(core.NewSecret(secret))
			marks.CheckDeep(t, name+": the mistake", err)
		}
	}
	marks.CheckLog(t)
}

// TestFleet: the fleet's secret, and the names of those whose sessions end, in logs, on disk and in memory.
func TestFleet(t *testing.T) {
	marks := secrettest.New()
	secret := core.NewSecret(marks.Random("the fleet's secret"))
	user, session := marks.Random("the user id"), marks.Random("the session id")
	dir := filepath.Join(t.TempDir(), "log")
	file, err := fleet.NewFileLog(dir, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	for name, log := range map[string]fleet.Log{"memory": fleet.NewMemoryLog(time.Hour), "file": file} {
		ctx, cancel := context.WithCancel(t.Context())
		options := fleet.Options{Secret: secret, OnFailure: fleet.FailClosed, MaxTokenLife: time.Hour, Logger: marks.Logger()}
		marks.CheckDeep(t, "the options", options)
		r, err := fleet.Open(ctx, log, options)
		if err != nil {
			t.Fatal(err)
		}
		const issuer = "https://id.example"
		if err := r.Revoke(ctx, fleet.User(issuer, user), fleet.Session(issuer, session)); err != nil {
			t.Fatal(err)
		}
		if err := log.Append(ctx, []byte("a forged record, which is logged as an attack")); err != nil {
			t.Fatal(err)
		}
		wrong := fleet.User(issuer, user)
		wrong.Until = time.Now()
		marks.Check(t, name+": the error", r.Revoke(ctx, wrong))
		marks.CheckDeep(t, name+": the statistics", r.Stats())
		for begin := time.Now(); r.Stats().Forged == 0; time.Sleep(time.Millisecond) {
			if time.Since(begin) > 20*time.Second {
				t.Fatal("the forged record is not noticed")
			}
		}
		cancel()
		r.Wait()
		marks.Check(t, name+": not ready", r.Ready())
		marks.CheckDeep(t, name+": the replica", r)
		marks.CheckDeep(t, name+": the log", log)
	}
	_, err = fleet.Open(t.Context(), file, fleet.Options{Secret: core.NewSecret(secret.Reveal()[:20])})
	marks.CheckDeep(t, "the mistakes", err)
	err = filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, name := range marks.Search(string(data)) {
			t.Errorf("the file %s holds %s", entry.Name(), name)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	marks.CheckLog(t)
}

var _ guard.Revoker = (*fleet.Revocations)(nil)
