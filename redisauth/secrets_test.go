package redisauth_test

import (
	"context"
	"testing"
	"time"

	"github.com/valkey-io/valkey-go"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/dpop"
	"github.com/revstackhq/auth-go/core/fleet"
	"github.com/revstackhq/auth-go/core/secrettest"
	"github.com/revstackhq/auth-go/redisauth"
)

// TestNoSecretInSight: the errors and log lines about a server that refuses the password, and about one that is gone,
// show neither the password nor the fleet's secret.
func TestNoSecretInSight(t *testing.T) {
	marks := secrettest.New()
	password := marks.Random("the password")
	s := startServer(t, "--requirepass", password)
	address := s.address()

	wrong := redisauth.ClientOption(address)
	wrong.Password = marks.Random("the wrong password")
	_, err := valkey.NewClient(wrong)
	if err == nil {
		t.Fatal("the wrong password is accepted")
	}
	marks.Check(t, "the error of the client", err)

	right := redisauth.ClientOption(address)
	right.Password = password
	client, err := valkey.NewClient(right)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	log, err := redisauth.NewLog(client, redisauth.LogConfig{Key: "revocations", MaxTokenLife: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	cache := redisauth.NewKeyCache(client, redisauth.KeyCacheConfig{Prefix: "keys:"})
	replays := redisauth.NewReplayStore(client, "proofs:")
	ctx, cancel := context.WithCancel(t.Context())
	user := marks.Random("the user id")
	r, err := fleet.Open(ctx, log, fleet.Options{
		Secret:       core.NewSecret(marks.Random("the fleet's secret")),
		OnFailure:    fleet.FailClosed,
		MaxTokenLife: time.Hour,
		Logger:       marks.Logger(),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Revoke(ctx, fleet.User("https://id.example", user)); err != nil {
		t.Fatal(err)
	}
	stored, err := client.Do(ctx, client.B().Xrange().Key("revocations").Start("-").End("+").Build()).ToAny()
	if err != nil {
		t.Fatal(err)
	}
	marks.Check(t, "what the server stores", stored)
	s.kill()
	short, done := context.WithTimeout(ctx, time.Second)
	defer done()
	marks.Check(t, "the error of Revoke", r.Revoke(short, fleet.User("https://id.example", user)))
	_, err = cache.Load(short, "id")
	marks.Check(t, "the error of Load", err)
	marks.Check(t, "the error of Store", cache.Store(short, "id", []byte("keys")))
	_, err = replays.Use(short, dpop.Key{}, time.Now(), time.Now().Add(time.Minute))
	marks.Check(t, "the error of Use", err)
	cancel()
	r.Wait()
	marks.Check(t, "the error of Ready", r.Ready())
	for what, v := range map[string]any{"the log": log, "the cache": cache, "the store": replays, "the fleet": r} {
		marks.Check(t, what, v)
	}
}
