package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core/fleet"
)

// demo is the timeline.
type demo struct {
	out      io.Writer
	began    time.Time
	replicas []*replica
	tokens   map[string]string // by what the timeline calls their users
}

func (d *demo) say(format string, args ...any) {
	fmt.Fprintf(d.out, "%7.3fs  %s\n", time.Since(d.began).Seconds(), fmt.Sprintf(format, args...))
}

func (d *demo) play(ctx context.Context, issuer string, redis *redisServer) error {
	ready := func(r *replica) bool { return r.revocations.Ready() == nil }
	if err := d.until(ctx, ready); err != nil {
		return err
	}
	d.say("%d replicas are ready", len(d.replicas))
	d.show(ctx)

	began := time.Now()
	if err := d.replicas[0].revocations.Revoke(ctx, fleet.User(issuer, "alice")); err != nil {
		return err
	}
	d.say("alice is revoked on %s, in %s", d.replicas[0].name, time.Since(began).Round(100*time.Microsecond))
	alice := d.tokens["alice, signed in 5 minutes ago"]
	if err := d.until(ctx, func(r *replica) bool { return d.get(ctx, r, alice) == http.StatusUnauthorized }); err != nil {
		return err
	}
	d.say("every replica refuses alice, %s later", time.Since(began).Round(100*time.Microsecond))
	d.show(ctx)

	redis.kill()
	d.say("Redis is killed. Nothing changes for %s:", maxLag)
	d.show(ctx)
	if err := d.until(ctx, func(r *replica) bool { return !ready(r) }); err != nil {
		return err
	}
	d.say("no replica can know all revocations any more: %v", d.replicas[0].revocations.Ready())
	d.show(ctx)

	if err := redis.start(ctx); err != nil {
		return err
	}
	d.say("Redis is back, without anything that it had")
	if err := d.until(ctx, ready); err != nil {
		return err
	}
	d.say("every replica is ready, and alice is still refused:")
	d.show(ctx)
	return nil
}

// until waits until f is true of every replica.
func (d *demo) until(ctx context.Context, f func(*replica) bool) error {
	for _, r := range d.replicas {
		for !f(r) {
			select {
			case <-time.After(time.Millisecond):
			case <-ctx.Done():
				return errors.Join(ctx.Err(), r.revocations.Ready())
			}
		}
	}
	return nil
}

// show prints what the first replica of each failure mode answers to each user.
func (d *demo) show(ctx context.Context) {
	for _, user := range slices.Sorted(maps.Keys(d.tokens)) {
		var line strings.Builder
		fmt.Fprintf(&line, "  %-30s", user)
		for _, r := range d.replicas[:min(3, len(d.replicas))] {
			fmt.Fprintf(&line, "  %s: %d", r.name, d.get(ctx, r, d.tokens[user]))
		}
		d.say("%s", line.String())
	}
}

// get returns the status of the replica's answer, 0 if there is none.
func (d *demo) get(ctx context.Context, r *replica, token string) int {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url+"/me", nil)
	if err != nil {
		return 0
	}
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := (&http.Client{Timeout: 10 * time.Second}).Do(request)
	if err != nil {
		return 0
	}
	defer func() { _ = response.Body.Close() }()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode
}
