package redisauth_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/fleet"
)

// outlast runs replicas during an outage. It prints when none of them is ready any more, and then when all are ready
// again, in Unix nanoseconds.
func (c crowd) outlast() error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var replicas []*fleet.Revocations
	for range c.Replicas {
		_, r, err := c.join(ctx, nil)
		if err != nil {
			return err
		}
		replicas = append(replicas, r)
	}
	fmt.Println("ready")
	for _, ready := range []bool{false, true} {
		for i, r := range replicas {
			for began := time.Now(); (r.Ready() == nil) != ready; time.Sleep(5 * time.Millisecond) {
				if time.Since(began) > time.Minute {
					return fmt.Errorf("replica %d: ready: %w, want %t: %+v", i, r.Ready(), ready, r.Stats())
				}
			}
		}
		fmt.Println(time.Now().UnixNano())
	}
	return nil
}

// TestManyProcessesRecover kills the server of replicas in several processes, and starts it without its data: the
// replicas find it, append what was lost, and do not drown it in heartbeats. FLEET_PROCESSES and FLEET_REPLICAS make it
// larger, such as 8 and 125. With -v it prints how long that took.
func TestManyProcessesRecover(t *testing.T) {
	t.Parallel()
	processes, replicas := number("FLEET_PROCESSES", 2), number("FLEET_REPLICAS", 10)
	s := startServer(t)
	c := crowd{
		Task:     "outage",
		Address:  s.address(),
		Replicas: replicas,
		MaxLag:   time.Duration(number("FLEET_MAX_LAG", int(shortLag/time.Second))) * time.Second,
	}
	members := startCrowd(t, processes, c)
	ctx, cancel := context.WithCancel(t.Context())
	client, r, err := c.join(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		r.Wait()
		client.Close()
	})
	gone := session("gone")
	if err := r.Revoke(t.Context(), fleet.SessionOf(gone)); err != nil {
		t.Fatal(err)
	}
	killed := time.Now()
	s.kill()
	var noticed, back time.Duration
	for _, m := range members {
		noticed = max(noticed, m.time().Sub(killed))
	}
	s.start()
	started := time.Now()
	for _, m := range members {
		back = max(back, m.time().Sub(started))
	}
	records, err := s.do("XLEN", "auth:{revocations}").AsInt64()
	if err != nil {
		t.Fatal(err)
	}
	late := open(t, newLog(t, s, ""))
	until(t, "a replica that starts afterwards knows what was revoked before", func() bool {
		return late.Ready() == nil && revoked(late, gone)
	})
	t.Logf("%d replicas: all noticed after %s, all ready %s after the server, which had %d records by then",
		processes*replicas, noticed.Round(time.Millisecond), back.Round(time.Millisecond), records)
}
