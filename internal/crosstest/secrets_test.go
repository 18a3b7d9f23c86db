package crosstest_test

import (
	"bytes"
	"io"
	"log"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/gin-gonic/gin"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/adaptertest"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/policy"
	"github.com/revstackhq/auth-go/core/secrettest"
	"github.com/revstackhq/auth-go/internal/crosstest"
)

// output is what a program writes, safe for concurrent use.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

// captured sends what frameworks and package log write to an output, until the test ends.
func captured(t *testing.T, marks *secrettest.Marks) *output {
	t.Helper()
	o := new(output)
	written, failed, standard := gin.DefaultWriter, gin.DefaultErrorWriter, slog.Default()
	gin.DefaultWriter, gin.DefaultErrorWriter = o, o
	slog.SetDefault(marks.Logger()) // package log writes to it from here on
	log.SetOutput(o)
	t.Cleanup(func() {
		gin.DefaultWriter, gin.DefaultErrorWriter = written, failed
		slog.SetDefault(standard)
		log.SetOutput(os.Stderr)
	})
	return o
}

// TestNoSecretInSight: what an adapter answers, hands to its framework's error handler, and logs about requests with
// tokens in every place, good and bad ones, shows nothing of the tokens.
func TestNoSecretInSight(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	for _, adapter := range crosstest.Adapters() {
		for mode, options := range map[string][]guard.Option{
			"rendered": nil, "delegated": {guard.DelegateErrors()}, "problem": {guard.ProblemDetails()},
		} {
			t.Run(adapter.Name+", "+mode, func(t *testing.T) {
				marks := secrettest.New()
				out := captured(t, marks)
				logged := core.WithLogger(marks.Logger())
				v, err := core.NewVerifier(issuer.Contract(), logged)
				if err != nil {
					t.Fatal(err)
				}
				options = append(options, guard.KeepToken(), guard.Logger(marks.Logger()),
					guard.Extractors(guard.Bearer(), guard.InsecureCookie("session"), guard.InsecureQuery("token")))
				server, err := adapter.Start(adaptertest.Config{
					Source:       v,
					Options:      options,
					InnerOptions: options,
					Policies:     []core.Policy{policy.Role("nobody")},
					SawError:     func(err error) { marks.Check(t, "the error in the handler", err) },
				})
				if err != nil {
					t.Fatal(err)
				}
				sendSecrets(t, marks, issuer, server.Addr)
				if err := server.Close(); err != nil {
					t.Error(err)
				}
				marks.Check(t, "the output", out.text.String())
				marks.CheckLog(t)
			})
		}
	}
}

// sendSecrets sends requests with tokens to every route, and checks the answers.
func sendSecrets(t *testing.T, marks *secrettest.Marks, issuer *authtest.Issuer, addr string) {
	t.Helper()
	tokens := []string{
		marks.Add("the token", issuer.Token(nil)),
		marks.Add("the expired token", issuer.Token(nil, authtest.ExpiresIn(-1))),
		marks.Add("the forged token", issuer.Token(nil, authtest.WithForeignKey())),
		marks.Random("the opaque token"),
	}
	for _, path := range []string{
		adaptertest.PathPrivate, adaptertest.PathRequire, adaptertest.PathTwice, adaptertest.PathUnguarded,
		adaptertest.PathPanic, "/nowhere",
	} {
		for _, token := range tokens {
			for _, place := range []func(*http.Request){
				func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) },
				func(r *http.Request) { r.Header["Authorization"] = []string{"Bearer " + token, "Bearer " + token} },
				func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token+" "+token) },
				func(r *http.Request) { r.Header.Set("Authorization", token) },
				func(r *http.Request) { r.Header.Set("Cookie", "session="+token) },
				func(r *http.Request) { r.URL.RawQuery = "token=" + token },
			} {
				r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+addr+path, http.NoBody)
				if err != nil {
					t.Fatal(err)
				}
				place(r)
				resp, err := http.DefaultClient.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				body, err := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				if err != nil {
					t.Fatal(err)
				}
				var header strings.Builder
				_ = resp.Header.Write(&header)
				for _, name := range marks.Search(header.String() + string(body)) {
					t.Errorf("%s: the answer %d shows %s", path, resp.StatusCode, name)
				}
			}
		}
	}
}
