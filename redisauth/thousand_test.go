package redisauth_test

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/valkey-io/valkey-go"

	"github.com/revstackhq/auth-go/core/fleet"
	"github.com/revstackhq/auth-go/redisauth"
)

// crowd is what a process of TestManyProcesses is given.
type crowd struct {
	Address               string
	Replicas, Revocations int
}

func TestMain(m *testing.M) {
	if text := os.Getenv("FLEET_CROWD"); text != "" {
		var c crowd
		if err := json.Unmarshal([]byte(text), &c); err != nil {
			panic(err)
		}
		if err := c.follow(); err != nil {
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

// follow runs replicas, each with a connection of its own. It prints a line when all are ready, and then for each
// revocation when the last of its replicas knew it, in Unix nanoseconds.
func (c crowd) follow() error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var mu sync.Mutex
	last := make([]int64, c.Revocations)
	left := c.Replicas * c.Revocations
	done := make(chan struct{})
	for range c.Replicas {
		client, err := valkey.NewClient(redisauth.ClientOption(c.Address))
		if err != nil {
			return err
		}
		log, err := redisauth.NewLog(client, redisauth.LogConfig{})
		if err != nil {
			return err
		}
		n := 0
		r, err := fleet.Open(ctx, log, fleet.Options{
			Secret:    secret,
			OnFailure: fleet.FailClosed,
			MaxLag:    20 * time.Second, // a thousand replicas start on one machine
			Logger:    slog.New(slog.DiscardHandler),
			OnEntry: func(fleet.Entry) {
				now := time.Now().UnixNano()
				mu.Lock()
				defer mu.Unlock()
				last[n] = max(last[n], now) // one writer: all replicas get them in one order
				n++
				if left--; left == 0 {
					close(done)
				}
			},
		})
		if err != nil {
			return err
		}
		for r.Ready() != nil {
			time.Sleep(5 * time.Millisecond)
		}
	}
	fmt.Println("ready")
	<-done
	for _, at := range last {
		fmt.Println(at)
	}
	_, _ = io.Copy(io.Discard, os.Stdin) // the parent closes it
	return nil
}

// number returns the value of an environment variable that makes a test larger.
func number(name string, standard int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return standard
}

// TestManyProcesses revokes on one replica and waits until the last replica of all processes knows it; a revocation
// that is lost makes it hang and fail. FLEET_PROCESSES, FLEET_REPLICAS and FLEET_REVOCATIONS make it larger, such as 8,
// 125 and 100. With -v it prints how long the news took.
func TestManyProcesses(t *testing.T) {
	processes, replicas := number("FLEET_PROCESSES", 2), number("FLEET_REPLICAS", 10)
	revocations := number("FLEET_REVOCATIONS", 20)
	s := startServer(t)
	told, err := json.Marshal(crowd{Address: s.address(), Replicas: replicas, Revocations: revocations})
	if err != nil {
		t.Fatal(err)
	}
	outputs := make([]*bufio.Scanner, processes)
	for i := range outputs {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		t.Cleanup(cancel)
		command := exec.CommandContext(ctx, os.Args[0])
		command.Env = append(os.Environ(), "FLEET_CROWD="+string(told))
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
		outputs[i] = bufio.NewScanner(stdout)
	}
	next := func(o *bufio.Scanner) string {
		if !o.Scan() {
			t.Fatal("a process ended early")
		}
		return o.Text()
	}
	for _, o := range outputs {
		next(o)
	}
	r := open(t, newLog(t, s, ""))
	until(t, "ready", func() bool { return r.Ready() == nil })
	sent := make([]time.Time, revocations)
	for i := range sent {
		if processes*replicas > 100 {
			time.Sleep(time.Duration(150+i%7*10) * time.Millisecond)
		}
		sent[i] = time.Now()
		if err := r.Revoke(t.Context(), fleet.Session("https://id.example", fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
	}
	took := make([]time.Duration, revocations)
	for _, o := range outputs {
		for i := range took {
			at, err := strconv.ParseInt(next(o), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			took[i] = max(took[i], time.Unix(0, at).Sub(sent[i]))
		}
	}
	slices.Sort(took)
	t.Logf("%d replicas, %d revocations, to the last replica: median %s, worst %s", processes*replicas, revocations,
		took[len(took)/2].Round(time.Millisecond), took[len(took)-1].Round(time.Millisecond))
}
