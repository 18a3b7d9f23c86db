package redisauth_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/valkey-io/valkey-go"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/fleet"
	"github.com/revstackhq/auth-go/redisauth"
)

func Example() { //nolint:testableexamples // it needs a server
	client, err := valkey.NewClient(redisauth.ClientOption("127.0.0.1:6379"))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	stream, err := redisauth.NewLog(client, redisauth.LogConfig{})
	if err != nil {
		log.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	revocations, err := fleet.Open(ctx, stream, fleet.Options{
		Secret:    core.NewSecret(os.Getenv("FLEET_SECRET")),
		OnFailure: fleet.FailClosed,
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := revocations.Revoke(ctx, fleet.User("https://id.example.com", "user_1")); err != nil {
		fmt.Println(err)
	}
}
