package fleet_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/revstackhq/auth-go/core/fleet"
	"github.com/revstackhq/auth-go/core/fleet/fleettest"
)

func TestMemoryLog(t *testing.T) {
	fleettest.Run(t, func(*testing.T) fleettest.Fixture { return fleettest.Fixture{Log: fleet.NewMemoryLog(0)} })
}

func fileLog(t *testing.T, dir string) *fleet.FileLog {
	t.Helper()
	l, err := fleet.NewFileLog(dir, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestFileLog(t *testing.T) {
	fleettest.Run(t, func(t *testing.T) fleettest.Fixture {
		t.Helper()
		dir := filepath.Join(t.TempDir(), "log")
		return fleettest.Fixture{
			Log:   fileLog(t, dir),
			Other: fileLog(t, dir),
			Break: func() { _ = os.Rename(dir, dir+".gone") },
			Mend:  func() { _ = os.Rename(dir+".gone", dir) },
			Wipe:  func() { _ = os.Remove(filepath.Join(dir, "revocations.log")) },
		}
	})
}

// The suite itself runs with a log that only fails when it should: the one of the simulations.
func TestFaultyStoreWithoutFaults(t *testing.T) {
	fleettest.Run(t, func(*testing.T) fleettest.Fixture {
		s := newStore()
		c := s.connect()
		return fleettest.Fixture{
			Log:   c,
			Other: s.connect(),
			Break: func() { c.set(true, false, 0) },
			Mend:  func() { c.set(false, false, 0) },
			Wipe:  func() { s.change(func([]stored) []stored { return nil }) },
		}
	})
}

func contents(t *testing.T, l fleet.Log) (all []string) {
	t.Helper()
	if err := l.Read(t.Context(), "", func(_ string, record []byte) error {
		all = append(all, string(record))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// A crash may leave any prefix of the last record, and a disk may leave it with wrong content.
func TestFileLogRecoversFromATornWrite(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "revocations.log")
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	log := fileLog(t, dir)
	if err := log.Append(t.Context(), []byte("first"), []byte("second")); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	frame := 16 + len("second")
	for cut := 1; cut <= len(whole); cut++ {
		if err := os.WriteFile(name, whole[:len(whole)-cut], 0o600); err != nil {
			t.Fatal(err)
		}
		want := []string{"first", "third"}
		if cut > frame {
			want = want[1:]
		}
		if len(whole)-cut < 16+16+len("first") && cut <= frame {
			t.Fatal("the test counts wrong")
		}
		again := fileLog(t, dir) // after the restart
		if err := again.Append(t.Context(), []byte("third")); err != nil {
			t.Fatalf("%d bytes cut: %v", cut, err)
		}
		if got := contents(t, again); strings.Join(got, " ") != strings.Join(want, " ") {
			t.Fatalf("%d bytes cut: %v, want %v", cut, got, want)
		}
	}
	damaged := bytes.Clone(whole)
	damaged[len(damaged)-1] ^= 1
	if err := os.WriteFile(name, damaged, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := contents(t, log); strings.Join(got, " ") != "first" {
		t.Errorf("a damaged record: %v", got)
	}
}

func TestFileLogChecksOwnerAndMode(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no Unix modes")
	}
	open := filepath.Join(t.TempDir(), "open")
	if err := os.Mkdir(open, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(open, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := fleet.NewFileLog(open, 0); err == nil || !strings.Contains(err.Error(), "writable by others (0777)") {
		t.Errorf("a directory that anybody can write to: %v", err)
	}
	for name, spoil := range map[string]func(file string) error{
		"writable by others": func(file string) error { return os.Chmod(file, 0o666) },
		"symbolic link": func(file string) error {
			if err := os.Rename(file, file+".moved"); err != nil {
				return err
			}
			return os.Symlink(file+".moved", file)
		},
		"is not a regular file": func(file string) error {
			if err := os.Remove(file); err != nil {
				return err
			}
			return os.Mkdir(file, 0o700)
		},
	} {
		dir := filepath.Join(t.TempDir(), "log")
		log := fileLog(t, dir)
		if err := log.Append(t.Context(), []byte("x")); err != nil {
			t.Fatal(err)
		}
		if err := spoil(filepath.Join(dir, "revocations.log")); err != nil {
			t.Fatal(err)
		}
		if err := log.Append(t.Context(), []byte("y")); err == nil {
			t.Errorf("%s: Append returns no error", name)
		}
		if err := log.Read(t.Context(), "", func(string, []byte) error { return nil }); err == nil {
			t.Errorf("%s: Read returns no error", name)
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "revocations.log"), bytes.Repeat([]byte("text"), 9), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := fileLog(t, dir).Append(t.Context(), []byte("x")); err == nil ||
		!strings.Contains(err.Error(), "is not a revocation log") {
		t.Errorf("a file of something else: %v", err)
	}
}

// A log that only grew would fill the disk.
func TestFileLogForgetsOldRecords(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "log")
	synctest.Test(t, func(t *testing.T) {
		log := fileLog(t, dir)
		big := make([]byte, 1<<19)
		for range 3 {
			if err := log.Append(t.Context(), big); err != nil {
				t.Fatal(err)
			}
		}
		var last string
		if err := log.Read(t.Context(), "", func(id string, _ []byte) error { last = id; return nil }); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Hour)
		for range 2 {
			if err := log.Append(t.Context(), []byte("new")); err != nil {
				t.Fatal(err)
			}
		}
		if got := contents(t, log); len(got) != 2 {
			t.Errorf("%d records, want the 2 new ones", len(got))
		}
		if err := log.Read(t.Context(), last, nil); err != fleet.ErrUnknownID { //nolint:errorlint // returned as it is
			t.Errorf("an id of the old file: %v", err)
		}
	})
}

// A single machine: what was revoked before a restart is revoked after it.
func TestFileLogSurvivesARestart(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "log")
	s := session("u", nil)
	for run := range 3 {
		ctx, cancel := context.WithCancel(t.Context())
		r := open(ctx, t, fileLog(t, dir))
		if err := r.AwaitReady(ctx); err != nil {
			t.Fatal(err)
		}
		if run == 0 {
			want(t, "before", r, s, "good")
			if err := r.Revoke(ctx, fleet.SessionOf(s)); err != nil {
				t.Fatal(err)
			}
		}
		want(t, fmt.Sprint("run ", run), r, s, "revoked")
		cancel()
		r.Wait()
	}
}
