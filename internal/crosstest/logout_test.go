package crosstest_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/fleet"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/logout"
	"github.com/revstackhq/auth-go/internal/crosstest/adapters"
)

const (
	pathMe        = "/me"
	logoutClient  = "invoices"
	revokeURL     = "https://api.example.com/global-token-revocation"
	svixKey       = "0123456789abcdef01234567"
	workosSecret  = "workos-secret-0123456789"
	webhookSecret = "a-long-shared-secret-for-the-webhook"
)

// counted is a sink that notes what reaches it.
type counted struct {
	logout.Sink

	mu    sync.Mutex
	calls int
}

func (c *counted) Revoke(ctx context.Context, entries ...logout.Entry) error {
	c.mu.Lock()
	c.calls++
	c.mu.Unlock()
	return c.Sink.Revoke(ctx, entries...)
}

func (c *counted) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.calls
}

// delivery is one message about a user or a session, and what the specifications say that its answers are.
type delivery struct {
	path, mediaType string
	// make returns body and header fields. forged ones are signed with another key or secret.
	make                       func(sub string, forged bool) (body string, fields []string)
	accepted, forged, repeated int
	challenge                  string // what the answer to a forged one says
}

func hmacOf(key, text string) []byte {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(text))
	return h.Sum(nil)
}

// deliveries are signed by issuer, or by another one. The id of a user's session is "s-" and the user's.
func deliveries(issuer, other *authtest.Issuer) map[string]delivery {
	signer := func(forged bool) *authtest.Issuer {
		if forged {
			return other
		}
		return issuer
	}
	// The other issuer signs with its own key what names the first one as its issuer.
	signed := func(forged bool, typ string, life time.Duration, claims authtest.Claims) string {
		claims = maps.Clone(claims)
		claims["iss"] = issuer.URL()
		opts := []authtest.TokenOption{authtest.WithHeader("typ", typ)}
		if life > 0 {
			opts = append(opts, authtest.ExpiresIn(life))
		}
		return signer(forged).Token(claims, opts...)
	}
	secret := func(right string, forged bool) string {
		if forged {
			return strings.ToUpper(right)
		}
		return right
	}
	named := func(sub string) map[string]any {
		return map[string]any{"format": "iss_sub", "iss": issuer.URL(), "sub": sub}
	}
	return map[string]delivery{
		"back-channel logout": { // OpenID Connect Back-Channel Logout 1.0 §2.8
			"/logout/backchannel", "application/x-www-form-urlencoded",
			func(sub string, forged bool) (string, []string) {
				token := signed(forged, "logout+jwt", 2*time.Minute, authtest.Claims{
					"aud": logoutClient, "nbf": nil, "jti": "logout-" + sub, "sub": sub, "sid": "s-" + sub,
					"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}},
				})
				return url.Values{"logout_token": {token}}.Encode(), nil
			},
			200, 400, 400, `"error":"invalid_request"`,
		},
		"global token revocation": {
			"/logout/global", "application/json",
			func(sub string, forged bool) (string, []string) {
				token := signed(forged, "global-token-revocation+jwt", 5*time.Minute, authtest.Claims{
					"aud": revokeURL, "sub": "0oa1", "jti": "global-" + sub,
				})
				return fmt.Sprintf(`{"sub_id":{"format":"iss_sub","iss":%q,"sub":%q}}`, issuer.URL(), sub),
					[]string{"Authorization", "Bearer " + token}
			},
			204, 401, 401, "",
		},
		"security events": { // RFC 8935 §2.2 to 2.4
			"/logout/events", "application/secevent+jwt",
			func(sub string, forged bool) (string, []string) {
				return signed(forged, "secevent+jwt", 0, authtest.Claims{
					"aud": logoutClient, "sub": nil, "exp": nil, "nbf": nil, "jti": "event-" + sub, "sub_id": named(sub),
					"events": map[string]any{
						"https://schemas.openid.net/secevent/caep/event-type/session-revoked": map[string]any{},
					},
				}), nil
			},
			202, 400, 202, `"err":"`,
		},
		"clerk": {
			"/logout/clerk", "application/json",
			func(sub string, forged bool) (string, []string) {
				body := fmt.Sprintf(`{"type":"session.revoked","data":{"id":"s-%s","user_id":%q}}`, sub, sub)
				stamp := strconv.FormatInt(time.Now().Unix(), 10)
				sum := hmacOf(secret(svixKey, forged), "msg-"+sub+"."+stamp+"."+body)
				return body, []string{
					"svix-id", "msg-" + sub, "svix-timestamp", stamp,
					"svix-signature", "v1," + base64.StdEncoding.EncodeToString(sum),
				}
			},
			200, 401, 200, "",
		},
		"workos": {
			"/logout/workos", "application/json",
			func(sub string, forged bool) (string, []string) {
				body := fmt.Sprintf(`{"id":"event-%s","event":"session.revoked","data":{"id":"s-%s"}}`, sub, sub)
				stamp := strconv.FormatInt(time.Now().UnixMilli(), 10)
				sum := hmacOf(secret(workosSecret, forged), stamp+"."+body)
				return body, []string{"WorkOS-Signature", "t=" + stamp + ", v1=" + hex.EncodeToString(sum)}
			},
			200, 401, 200, "",
		},
		"supabase": {
			"/logout/supabase", "application/json",
			func(sub string, forged bool) (string, []string) {
				return fmt.Sprintf(`{"type":"DELETE","table":"sessions","schema":"auth",`+
						`"record":null,"old_record":{"id":"s-%s"}}`, sub),
					[]string{"Authorization", "Bearer " + secret(webhookSecret, forged)}
			},
			200, 401, 200, "",
		},
	}
}

func logoutHandlers(t *testing.T, c *core.Verifier, sink logout.Sink) map[string]http.Handler {
	t.Helper()
	handlers := map[string]http.Handler{}
	mount := func(path string) func(h *logout.Handler, err error) {
		return func(h *logout.Handler, err error) {
			if err != nil {
				t.Fatal(err)
			}
			handlers[path] = h
		}
	}
	mount("/logout/backchannel")(logout.NewBackChannel(c, sink, logout.Audience(logoutClient)))
	mount("/logout/global")(logout.NewGlobalRevocation(c, sink, logout.Audience(revokeURL), logout.Callers("0oa1")))
	mount("/logout/events")(logout.NewSecurityEvents(c, sink, logout.Audience(logoutClient)))
	clerkSecret := core.NewSecret("whsec_" + base64.StdEncoding.EncodeToString([]byte(svixKey)))
	mount("/logout/clerk")(logout.NewClerk(c, clerkSecret, sink))
	mount("/logout/workos")(logout.NewWorkOS(c, core.NewSecret(workosSecret), sink))
	mount("/logout/supabase")(logout.NewSupabase(c, core.NewSecret(webhookSecret), sink))
	return handlers
}

// TestLogoutThroughEveryAdapter sends each kind of message to a program in each framework: a forged one, which changes
// nothing, a good one, after which the user's token is refused, and the good one again. The answers are those that the
// specifications say, and the same in every framework.
func TestLogoutThroughEveryAdapter(t *testing.T) {
	quiet := slog.New(slog.DiscardHandler)
	issuer, other := authtest.NewIssuer(t), authtest.NewIssuer(t)
	seen := map[string]string{} // an answer by message and step
	for _, a := range adapters.All() {
		t.Run(a.Name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			revocations, err := fleet.Open(ctx, fleet.NewMemoryLog(0), fleet.Options{
				Secret: core.NewSecret("0123456789abcdef0123456789abcdef"), OnFailure: fleet.FailClosed, Logger: quiet,
			})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				cancel()
				revocations.Wait()
			})
			if err := revocations.AwaitReady(ctx); err != nil {
				t.Fatal(err)
			}
			sink := &counted{Sink: revocations.Sink()}
			contract := issuer.Contract()
			verifier, err := core.NewVerifier(contract, core.WithLogger(quiet))
			if err != nil {
				t.Fatal(err)
			}
			listener := listen(t)
			base := "http://" + listener.Addr().String()
			serve, shutdown := a.Build(adapters.Program{
				Guarded: []adapters.Route{{Path: pathMe, Source: contract, Options: []guard.Option{revocations.Guard()}}},
				Posted:  logoutHandlers(t, verifier, sink),
			})
			serveUntilEnd(t, listener, serve, shutdown)
			for _, name := range slices.Sorted(maps.Keys(deliveries(issuer, other))) {
				m := deliveries(issuer, other)[name]
				sub := "user-" + strings.ReplaceAll(name, " ", "-")
				token := issuer.Token(authtest.Claims{"sub": sub, "sid": "s-" + sub})
				bystander := issuer.Token(authtest.Claims{"sub": "bystander", "sid": "s-bystander"})
				play := func(step string, forged bool, want, calls, status int) {
					t.Helper()
					before := sink.count()
					body, fields := m.make(sub, forged)
					code, answer := postTo(t, base+m.path, m.mediaType, body, fields)
					if code != want {
						t.Errorf("%s, %s: %d %s, want %d", name, step, code, answer, want)
					}
					if got := sink.count() - before; got != calls {
						t.Errorf("%s, %s: %d messages reached the log, want %d", name, step, got, calls)
					}
					if forged && !strings.Contains(answer, m.challenge) {
						t.Errorf("%s, %s: %s does not contain %s", name, step, answer, m.challenge)
					}
					key := name + ", " + step
					if first, ok := seen[key]; ok && first != fmt.Sprint(code, answer) {
						t.Errorf("%s: %d %s, elsewhere %s", key, code, answer, first)
					}
					seen[key] = fmt.Sprint(code, answer)
					if got := send(t, http.MethodGet, base+pathMe, "Authorization", "Bearer "+token).status; got != status {
						t.Errorf("%s, %s: the user's token: %d, want %d", name, step, got, status)
					}
					if got := send(t, http.MethodGet, base+pathMe, "Authorization", "Bearer "+bystander).status; got != 200 {
						t.Errorf("%s, %s: another user's token: %d", name, step, got)
					}
				}
				play("forged", true, m.forged, 0, 200)
				play("good", false, m.accepted, 1, 401)
				play("repeated", false, m.repeated, 0, 401)
			}
		})
	}
}

func postTo(t *testing.T, target, mediaType, body string, fields []string) (status int, answer string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", mediaType)
	for i := 0; i+1 < len(fields); i += 2 {
		r.Header.Set(fields[i], fields[i+1])
	}
	client := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got := response.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("%s: Cache-Control is %q, want no-store", target, got)
	}
	return response.StatusCode, string(text)
}
