package redisauth_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/fleet"
)

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
		n := 0
		_, _, err := c.join(ctx, func(fleet.Entry) {
			now := time.Now().UnixNano()
			mu.Lock()
			defer mu.Unlock()
			last[n] = max(last[n], now) // one writer: all replicas get them in one order
			n++
			if left--; left == 0 {
				close(done)
			}
		})
		if err != nil {
			return err
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

// TestManyProcesses revokes on one replica and waits until the last replica of all processes knows it; a revocation
// that is lost makes it hang and fail. FLEET_PROCESSES, FLEET_REPLICAS and FLEET_REVOCATIONS make it larger, such as 8,
// 125 and 100. With -v it prints how long the news took.
func TestManyProcesses(t *testing.T) {
	processes, replicas := number("FLEET_PROCESSES", 2), number("FLEET_REPLICAS", 10)
	revocations := number("FLEET_REVOCATIONS", 20)
	s := startServer(t)
	members := startCrowd(t, processes, crowd{
		Task:        "revocations",
		Address:     s.address(),
		Replicas:    replicas,
		Revocations: revocations,
	})
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
	for _, m := range members {
		for i := range took {
			took[i] = max(took[i], m.time().Sub(sent[i]))
		}
	}
	slices.Sort(took)
	t.Logf("%d replicas, %d revocations, to the last replica: median %s, worst %s", processes*replicas, revocations,
		took[len(took)/2].Round(time.Millisecond), took[len(took)-1].Round(time.Millisecond))
}
