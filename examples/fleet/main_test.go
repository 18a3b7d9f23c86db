package main

import (
	"bytes"
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func TestTimeline(t *testing.T) {
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Skip(errNoRedis)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var out bytes.Buffer
	if err := run(ctx, &out, 3); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	_, outage, found := strings.Cut(out.String(), "no replica can know all revocations any more")
	outage, _, _ = strings.Cut(outage, "Redis is back")
	for user, want := range map[string][3]string{
		"alice, signed in 5 minutes ago": {"401", "401", "401"},
		"bob, signed in 5 minutes ago":   {"503", "200", "503"},
		"bob, signed in now":             {"503", "200", "200"},
	} {
		_, line, _ := strings.Cut(outage, user)
		line, _, _ = strings.Cut(line, "\n")
		for i, mode := range []string{"FailClosed", "FailOpen", "FailShort(1m)"} {
			if !found || !strings.Contains(line, mode+": "+want[i]) {
				t.Errorf("%s, %s: want %s in\n%s", user, mode, want[i], &out)
			}
		}
	}
	if end := out.String()[strings.LastIndex(out.String(), "every replica is ready"):]; strings.Contains(end, "503") ||
		!strings.Contains(end, "FailClosed: 401") || strings.Count(end, ": 200") != 6 {
		t.Errorf("after the outage:\n%s", end)
	}
}
