// Command fleet shows what several replicas of a service behind one Redis do when a user is signed out on one of them,
// and when the server fails. It needs redis-server or valkey-server in PATH, starts it on a free port of loopback, and
// prints a timeline:
//
//	go run ./examples/fleet
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"time"

	"github.com/valkey-io/valkey-go"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/fleet"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/redisauth"
)

const maxLag = 2 * time.Second

func main() {
	replicas := flag.Int("replicas", 6, "how many replicas; each third one fails closed, open, short")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, *replicas); err != nil {
		stop()
		log.Fatal(err)
	}
}

// run plays the scenario.
func run(ctx context.Context, out io.Writer, n int) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	redis, err := startRedis(ctx)
	if err != nil {
		return err
	}
	defer redis.kill()
	idp, err := authtest.StartIssuer(authtest.Config{})
	if err != nil {
		return err
	}
	defer func() { _ = idp.Close() }()

	d := &demo{out: out, began: time.Now(), tokens: map[string]string{}}
	now := time.Now()
	for _, user := range []string{"alice", "bob"} {
		d.tokens[user+", signed in 5 minutes ago"] = idp.Token(authtest.Claims{
			"sub": user, "iat": now.Add(-5 * time.Minute).Unix(), "exp": now.Add(time.Hour).Unix(),
		})
	}
	d.tokens["bob, signed in now"] = idp.Token(authtest.Claims{"sub": "bob", "exp": now.Add(time.Hour).Unix()})
	modes := []struct {
		name    string
		failure fleet.Failure
	}{{"FailClosed", fleet.FailClosed}, {"FailOpen", fleet.FailOpen}, {"FailShort(1m)", fleet.FailShort(time.Minute)}}
	for i := range n {
		mode := modes[i%len(modes)]
		r, err := startReplica(ctx, idp.Contract(), redis.address, mode.failure)
		if err != nil {
			return err
		}
		r.name = fmt.Sprintf("replica %d, %s", i+1, mode.name)
		d.replicas = append(d.replicas, r)
	}
	return d.play(ctx, idp.URL(), redis)
}

// replica is one server of the service.
type replica struct {
	name        string
	url         string
	revocations *fleet.Revocations
}

func startReplica(ctx context.Context, contract *core.Contract, redis string, f fleet.Failure) (*replica, error) {
	client, err := valkey.NewClient(redisauth.ClientOption(redis))
	if err != nil {
		return nil, err
	}
	stream, err := redisauth.NewLog(client, redisauth.LogConfig{})
	if err != nil {
		return nil, err
	}
	quiet := slog.New(slog.DiscardHandler) // the timeline shows what would be logged
	revocations, err := fleet.Open(ctx, stream, fleet.Options{
		Secret:    core.NewSecret("a secret for this demo: make yours with openssl rand"),
		OnFailure: f,
		MaxLag:    maxLag,
		Logger:    quiet,
	})
	if err != nil {
		return nil, err
	}
	verifier, err := core.NewVerifier(contract, core.WithLogger(quiet))
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	me := func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, core.UserID(r.Context())) }
	mux.Handle("GET /me", guard.Middleware(verifier, revocations.Guard())(http.HandlerFunc(me)))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = server.Serve(listener) }()
	go func() {
		<-ctx.Done()
		_ = server.Close()
		revocations.Wait()
		client.Close()
	}()
	return &replica{url: "http://" + listener.Addr().String(), revocations: revocations}, nil
}

// redisServer is a server process without files.
type redisServer struct {
	address string
	command *exec.Cmd
}

var errNoRedis = errors.New(
	"neither redis-server nor valkey-server is in PATH; on Debian: apt-get install redis-server")

func startRedis(ctx context.Context) (*redisServer, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	port := listener.Addr().(*net.TCPAddr).Port
	_ = listener.Close()
	s := &redisServer{address: net.JoinHostPort("127.0.0.1", strconv.Itoa(port))}
	return s, s.start(ctx)
}

func (s *redisServer) start(ctx context.Context) error {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		if path, err = exec.LookPath("valkey-server"); err != nil {
			return errNoRedis
		}
	}
	_, port, _ := net.SplitHostPort(s.address)
	s.command = exec.CommandContext(ctx, path, "--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", os.TempDir())
	if err := s.command.Start(); err != nil {
		return err
	}
	for ctx.Err() == nil {
		if c, err := net.Dial("tcp", s.address); err == nil {
			return c.Close()
		}
		time.Sleep(10 * time.Millisecond)
	}
	return ctx.Err()
}

func (s *redisServer) kill() {
	_ = s.command.Process.Kill()
	_ = s.command.Wait()
}
