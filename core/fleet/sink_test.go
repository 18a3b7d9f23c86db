package fleet_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/revstackhq/auth-go/core/fleet"
	"github.com/revstackhq/auth-go/core/logout"
)

func TestSinkOfLogoutHandlers(t *testing.T) {
	token, sid, user, other := session("t", nil), session("s", nil), session("u", nil), session("o", nil)
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(token.IssuedAt()))
		ctx, cancel := context.WithCancel(t.Context())
		log := fleet.NewMemoryLog(0)
		a, b := open(ctx, t, log), open(ctx, t, log)
		defer b.Wait()
		defer a.Wait()
		defer cancel()
		synctest.Wait()
		now := time.Now()
		if err := a.Sink().Revoke(ctx,
			logout.Entry{Kind: logout.KindToken, Issuer: issuer, Value: "t-t", Expires: now.Add(time.Hour)},
			logout.Entry{Kind: logout.KindSession, Issuer: issuer, Value: "s-s", Expires: now.Add(1000 * time.Hour)},
			logout.Entry{
				Kind: logout.KindUser, Issuer: issuer, Value: "u",
				Before:  now.Add(time.Second),
				Expires: now.Add(time.Hour),
			},
		); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		want(t, "token", b, token, "revoked")
		want(t, "session", b, sid, "revoked")
		want(t, "user", b, user, "revoked")
		want(t, "another", b, other, "good")
		if err := a.Sink().Revoke(ctx, logout.Entry{Kind: "other", Issuer: issuer, Value: "x"}); err == nil {
			t.Error("an unknown kind: no error")
		}
	})
}
