//go:build unix

package jwks_test

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/internal/jwks"
)

// TestPipeInTheCacheDoesNotHang: keys are fetched at once, and no goroutine waits for a writer.
func TestPipeInTheCacheDoesNotHang(t *testing.T) {
	before := runtime.NumGoroutine()
	files, dir := fileCache(t)
	i, seen := newIssuer(t, jwkSet(set(ec("a")))), &events{}
	found(t, i.source(newClock(), cached(files)), "a")
	names, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(names) != 1 {
		t.Fatalf("files = %v, %v", names, err)
	}
	if err := os.Remove(names[0]); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(names[0], 0o600); err != nil {
		t.Fatal(err)
	}
	s := i.source(newClock(), cached(files), func(c *jwks.Config) { c.Emit = seen.emit })
	found(t, s, "a")
	hits(t, i, 2)
	if ev, ok := seen.take(s)[0].(event.KeyCacheFailed); !ok || ev.Op != "load" {
		t.Errorf("no CacheFailed, but %+v", ev)
	}
	i.Close()
	settled(t, before)
}
