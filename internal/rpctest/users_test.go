package rpctest_test

import (
	"strconv"
	"sync"
	"testing"

	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
)

// TestManyUsers: 200 users call at the same time over shared connections, and none of
// them ever gets the answer of another.
func TestManyUsers(t *testing.T) {
	const users, rounds = 200, 3
	issuer := authtest.NewIssuer(t, authtest.WithAlgorithms("ES256"))
	endpoints, _ := startEndpoints(t, guard.Must("rpctest", issuer.Contract()))
	var all sync.WaitGroup
	for n := range users {
		id := "user_" + strconv.Itoa(n)
		fields := bearer(issuer.Token(authtest.Claims{"sub": id}))
		all.Go(func() {
			for round := range rounds {
				procedure := procedures[(n+round)%len(procedures)]
				e := endpoints[(n*rounds+round)%len(endpoints)]
				o := e.call(t.Context(), procedure, fields, id)
				for _, reply := range o.replies {
					if reply != id+": "+id {
						t.Errorf("%s, %s: %s got %q", e.name, procedure, id, reply)
					}
				}
				if len(o.replies) == 0 {
					t.Errorf("%s, %s: %s got %s", e.name, procedure, id, o)
				}
			}
		})
	}
	all.Wait()
}
