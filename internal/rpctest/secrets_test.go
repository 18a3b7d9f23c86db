package rpctest_test

import (
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/policy"
	"github.com/revstackhq/auth-go/core/secrettest"
)

// TestNoSecretInSight: statuses, details, metadata and log lines about calls with tokens, good and bad ones, show
// nothing of the tokens.
func TestNoSecretInSight(t *testing.T) {
	marks := secrettest.New()
	issuer := authtest.NewIssuer(t)
	v, err := core.NewVerifier(issuer.Contract(), core.WithLogger(marks.Logger()))
	if err != nil {
		t.Fatal(err)
	}
	endpoints, _ := startEndpoints(t, guard.Must("rpctest", v, guard.KeepToken(), guard.Logger(marks.Logger()),
		guard.Procedure(procedures[0], policy.Role("nobody"))))
	good := marks.Add("the token", issuer.Token(nil))
	for _, fields := range [][]string{
		bearer(good),
		bearer(marks.Add("the expired token", issuer.Token(nil, authtest.ExpiresIn(-1)))),
		bearer(marks.Add("the forged token", issuer.Token(nil, authtest.WithForeignKey()))),
		bearer(marks.Random("the opaque token")),
		bearer(good + " " + good),
		append(bearer(good), bearer(good)...),
		{"authorization", good},
	} {
		for _, procedure := range procedures {
			for _, e := range endpoints {
				o := e.call(t.Context(), procedure, fields, "text")
				marks.Check(t, e.name+": the outcome", o.String())
				marks.Check(t, e.name+": the message", o.message)
				marks.Check(t, e.name+": the metadata", o.metadata)
			}
		}
	}
	marks.CheckLog(t)
}
