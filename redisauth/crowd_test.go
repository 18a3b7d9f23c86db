package redisauth_test

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/valkey-io/valkey-go"

	"github.com/revstackhq/auth-go/core/fleet"
	"github.com/revstackhq/auth-go/redisauth"
)

// crowd is what a process with many replicas is given.
type crowd struct {
	Task                  string
	Address               string
	Replicas, Revocations int
	MaxLag                time.Duration
	// Issuer, JWKSURL and Audience are those of the tokens.
	Issuer, JWKSURL, Audience string
}

func TestMain(m *testing.M) {
	if text := os.Getenv("FLEET_CROWD"); text != "" {
		var c crowd
		if err := json.Unmarshal([]byte(text), &c); err != nil {
			panic(err)
		}
		task := map[string]func() error{"revocations": c.follow, "keys": c.verify, "outage": c.outlast}[c.Task]
		if err := task(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	flag.Parse()
	// The tests of this package wait for servers, much more than they compute.
	if err := flag.Set("test.parallel", "16"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// join starts a replica with connections of its own, and returns when it is ready.
func (c crowd) join(ctx context.Context, onEntry func(fleet.Entry)) (valkey.Client, *fleet.Revocations, error) {
	client, err := valkey.NewClient(redisauth.ClientOption(c.Address))
	if err != nil {
		return nil, nil, err
	}
	log, err := redisauth.NewLog(client, redisauth.LogConfig{})
	if err != nil {
		return nil, nil, err
	}
	r, err := fleet.Open(ctx, log, fleet.Options{
		Secret:    secret,
		OnFailure: fleet.FailClosed,
		MaxLag:    cmp.Or(c.MaxLag, 20*time.Second), // a thousand replicas start on one machine
		Logger:    slog.New(slog.DiscardHandler),
		OnEntry:   onEntry,
	})
	if err != nil {
		return nil, nil, err
	}
	for r.Ready() != nil {
		time.Sleep(5 * time.Millisecond)
	}
	return client, r, nil
}

// member is a process of a crowd, as its parent sees it.
type member struct {
	t   *testing.T
	in  io.Writer
	out *bufio.Scanner
}

// startCrowd starts processes and returns when all their replicas are ready.
func startCrowd(t *testing.T, processes int, c crowd) []*member {
	t.Helper()
	spec, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	members := make([]*member, processes)
	for i := range members {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		t.Cleanup(cancel)
		command := exec.CommandContext(ctx, os.Args[0])
		command.Env = append(os.Environ(), "FLEET_CROWD="+string(spec))
		command.Stderr = os.Stderr
		stdin, err := command.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		stdout, err := command.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = stdin.Close()
			_ = command.Wait()
		})
		members[i] = &member{t: t, in: stdin, out: bufio.NewScanner(stdout)}
	}
	for _, m := range members {
		m.line()
	}
	return members
}

// line returns the next line that the process prints.
func (m *member) line() string {
	m.t.Helper()
	if !m.out.Scan() {
		m.t.Fatal("a process ended early")
	}
	return m.out.Text()
}

// time returns the time that the next line has.
func (m *member) time() time.Time {
	m.t.Helper()
	at, err := strconv.ParseInt(m.line(), 10, 64)
	if err != nil {
		m.t.Fatal(err)
	}
	return time.Unix(0, at)
}

// number returns the value of an environment variable that makes a test larger.
func number(name string, standard int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return standard
}
