//go:build unix && !aix && !solaris && !illumos

package fleet_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// A process that was stopped while it appends holds the lock for good. Calls of other processes still end.
func TestFileLogDoesNotWaitForAStoppedProcess(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "log")
	log := fileLog(t, dir)
	if err := log.Append(t.Context(), []byte("one")); err != nil {
		t.Fatal(err)
	}
	other, err := os.OpenFile(filepath.Join(dir, "revocations.lock"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	if err := syscall.Flock(int(other.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	read := make(chan struct{}, 1)
	ended := make(chan error, 3)
	go func() {
		ended <- log.Tail(ctx, "", func(string, []byte) error { read <- struct{}{}; return nil })
	}()
	<-read
	for range 2 { // one waits for the lock, the other one for the first
		go func() { ended <- log.Append(ctx, []byte("two")) }()
	}
	for range 3 {
		select {
		case err := <-ended:
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v", err)
			}
		case <-time.After(10 * time.Second):
			_ = other.Close() // or the goroutines stay
			t.Fatal("a call does not return after its context has ended")
		}
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	if err := log.Append(t.Context(), []byte("three")); err != nil {
		t.Error(err)
	}
}
