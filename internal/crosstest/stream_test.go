package crosstest_test

import (
	"bufio"
	"net/http"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
)

// events is the stream for frameworks that use net/http.
func (s *surface) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	_, _ = w.Write([]byte("data: hello, " + core.UserID(r.Context()) + "\n"))
	_ = http.NewResponseController(w).Flush()
	<-s.gate
	_, _ = w.Write([]byte("data: still there, " + core.UserID(r.Context()) + "\n"))
}

// TestStream: the guard does not buffer. The first line must arrive while the
// handler still waits, and the session must be there when it goes on.
func TestStream(t *testing.T) {
	for _, f := range frameworks() {
		t.Run(f.name, func(t *testing.T) {
			s := f.start(t)
			answer := send(
				t,
				http.MethodGet,
				s.url+pathEvents,
				"Authorization",
				"Bearer "+s.issuer.Token(authtest.Claims{"sub": "ada"}),
			)
			lines := bufio.NewReader(answer.body)
			line, err := lines.ReadString('\n')
			if answer.status != http.StatusOK || err != nil || line != "data: hello, ada\n" {
				t.Errorf("got %d %q, %v", answer.status, line, err)
			}
			close(s.gate)
			if line, err := lines.ReadString('\n'); err != nil || line != "data: still there, ada\n" {
				t.Errorf("got %q, %v", line, err)
			}
		})
	}
}

// TestCORS: with the framework's CORS middleware before the guard, a preflight
// without credentials is answered by CORS, and a page may read why it was
// refused.
func TestCORS(t *testing.T) {
	for _, f := range frameworks() {
		t.Run(f.name, func(t *testing.T) {
			s := f.start(t)
			good := "Bearer " + s.issuer.Token(authtest.Claims{"scope": scopeMCP})
			for name, tc := range map[string]struct {
				method  string
				fields  []string
				status  []int
				allowed bool
			}{
				"preflight": {
					http.MethodOptions,
					[]string{
						"Origin", page, "Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "authorization",
					},
					[]int{http.StatusOK, http.StatusNoContent},
					true,
				},
				"then without a token": {http.MethodGet, []string{"Origin", page}, []int{http.StatusUnauthorized}, true},
				"then with a bad token": {http.MethodGet, []string{
					"Origin", page, "Authorization", "Bearer a.b.c",
				}, []int{http.StatusUnauthorized}, true},
				"then with a token": {
					http.MethodGet,
					[]string{"Origin", page, "Authorization", good},
					[]int{http.StatusOK},
					true,
				},
				"no page at all": {http.MethodGet, nil, []int{http.StatusUnauthorized}, false},
			} {
				t.Run(name, func(t *testing.T) {
					answer := send(t, tc.method, s.url+pathMCP, tc.fields...)
					allowed := answer.header.Get("Access-Control-Allow-Origin") == page
					if answer.status != tc.status[0] && answer.status != tc.status[len(tc.status)-1] || allowed != tc.allowed {
						t.Errorf("got %d, allowed %t: %v", answer.status, allowed, answer.header)
					}
					if refused := answer.status == http.StatusUnauthorized; refused != (answer.header.Get("WWW-Authenticate") != "") {
						t.Errorf("got %d with the challenge %q", answer.status, answer.header.Get("WWW-Authenticate"))
					}
				})
			}
		})
	}
}
