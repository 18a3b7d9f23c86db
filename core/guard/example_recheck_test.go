package guard_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// A handler that outlives its request, here one that serves a stream of messages,
// rechecks the session before it acts on the next message.
func ExampleRecheck() {
	blocked := map[string]bool{}
	protect := guard.Middleware(
		exampleContract("my-gateway"),
		guard.Revocation(guard.RevokerFunc(func(_ context.Context, s *core.Session) (bool, error) {
			return blocked[s.UserID()], nil
		}), guard.FailClosed),
	)
	stream := protect(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		for _, message := range []string{"first", "second"} {
			if err := guard.Recheck(r.Context()); err != nil {
				fmt.Println(message, "refused:", errors.Is(err, core.CodeTokenRevoked))
				return
			}
			fmt.Println(message, "handled")
			blocked[core.UserID(r.Context())] = true // an administrator revokes the session
		}
	}))
	r := httptest.NewRequest(http.MethodGet, "/stream", http.NoBody)
	r.Header.Set("Authorization", "Bearer "+exampleToken("my-gateway", "user_123"))
	stream.ServeHTTP(httptest.NewRecorder(), r)
	// Output:
	// first handled
	// second refused: true
}
