package keys_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/revstackhq/auth-go/core/keys"
)

func fileCache(t *testing.T) (*keys.FileCache, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "keys")
	c, err := keys.NewFileCache(dir)
	if err != nil {
		t.Fatal(err)
	}
	return c, dir
}

func TestFileCache(t *testing.T) {
	ctx := context.Background()
	files, dir := fileCache(t)
	if data, err := files.Load(ctx, "x"); data != nil || err != nil {
		t.Fatalf("a missing file: %q, %v", data, err)
	}
	var wg sync.WaitGroup
	for n := range 16 { // several processes
		wg.Go(func() {
			again, err := keys.NewFileCache(dir)
			if err != nil {
				t.Error(err)
				return
			}
			if err := again.Store(ctx, "https://x/../../y", bytes.Repeat([]byte(fmt.Sprintf("%x", n)), 1<<16)); err != nil {
				t.Error(err)
			}
			data, err := again.Load(ctx, "https://x/../../y")
			if err != nil || len(data) != 1<<16 || bytes.Count(data, data[:1]) != len(data) {
				t.Errorf("torn read of %d bytes, %v", len(data), err)
			}
		})
	}
	wg.Wait()
	names, err := os.ReadDir(dir)
	if err != nil || len(names) != 1 {
		t.Fatalf("left behind: %v, %v", names, err)
	}
	if runtime.GOOS == "windows" {
		return
	}
	info, err := names[0].Info()
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v", info.Mode(), err)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Fatalf("directory mode %v, %v", info.Mode(), err)
	}
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := keys.NewFileCache(dir); err == nil {
		t.Fatal("a directory that is writable by all users was accepted")
	}
	for _, bad := range []string{"", filepath.Join(dir, names[0].Name(), "sub")} {
		if _, err := keys.NewFileCache(bad); err == nil {
			t.Fatalf("%q was taken", bad)
		}
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := files.Store(ctx, "x", nil); err == nil {
		t.Fatal("stored into nothing")
	}
}

// TestFileCacheBoundsFiles: a file that is far larger than any envelope does not fill the memory.
func TestFileCacheBoundsFiles(t *testing.T) {
	files, dir := fileCache(t)
	if err := files.Store(t.Context(), "id", []byte("envelope")); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(onlyFile(t, dir), 16<<20+1); err != nil {
		t.Fatal(err)
	}
	if data, err := files.Load(t.Context(), "id"); data != nil || err == nil {
		t.Errorf("loaded %d bytes, %v", len(data), err)
	}
}

// TestFileCacheLeavesNoTemporaryFile: a store that fails time and again must not fill the disk.
func TestFileCacheLeavesNoTemporaryFile(t *testing.T) {
	files, dir := fileCache(t)
	if err := files.Store(t.Context(), "id", []byte("envelope")); err != nil {
		t.Fatal(err)
	}
	name := onlyFile(t, dir)
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(name, "occupied"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := files.Store(t.Context(), "id", []byte("envelope")); err == nil {
		t.Error("a directory was replaced")
	}
	if left := onlyFile(t, dir); left != name {
		t.Errorf("left behind: %s", left)
	}
}

func onlyFile(t *testing.T, dir string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(names) != 1 {
		t.Fatalf("files = %v, %v", names, err)
	}
	return names[0]
}
