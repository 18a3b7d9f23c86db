//go:build unix

package keys_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/revstackhq/auth-go/core/keys"
)

// someoneElse is a user that is neither this test's nor root.
const someoneElse = 65534

// TestFileCacheTrustsOnlyItsOwner: who can write the cache chooses the keys, so what another user could have put there
// is not used, whether it was there at the start or came later.
func TestFileCacheTrustsOnlyItsOwner(t *testing.T) {
	chmod := func(mode os.FileMode) func(string) error {
		return func(path string) error { return os.Chmod(path, mode) }
	}
	giveAway := func(path string) error { return os.Chown(path, someoneElse, someoneElse) }
	linkAway := func(path string) error {
		if err := os.Rename(path, path+".away"); err != nil {
			return err
		}
		return os.Symlink(path+".away", path)
	}
	pipe := func(path string) error {
		if err := os.Remove(path); err != nil {
			return err
		}
		return syscall.Mkfifo(path, 0o600)
	}
	for name, c := range map[string]struct {
		onDir  bool
		root   bool // only root can do it
		change func(path string) error
		says   string
	}{
		"a directory the group may write": {true, false, chmod(0o720), "writable by others"},
		"a directory others may write":    {true, false, chmod(0o702), "writable by others"},
		"a directory with the sticky bit": {true, false, chmod(0o777 | os.ModeSticky), "writable by others"},
		"a directory of another user":     {true, true, giveAway, "belongs to user"},
		"a link in the directory's place": {true, false, linkAway, "is a link"},
		"a file the group may write":      {false, false, chmod(0o620), "writable by others"},
		"a file others may write":         {false, false, chmod(0o602), "writable by others"},
		"a file of another user":          {false, true, giveAway, "belongs to user"},
		"a link in the file's place":      {false, false, linkAway, "not a regular file"},
		"a pipe in the file's place":      {false, false, pipe, "not a regular file"},
		"a directory in the file's place": {
			false,
			false,
			func(p string) error { _ = os.Remove(p); return os.Mkdir(p, 0o700) },
			"not a regular file",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if c.root && os.Geteuid() != 0 {
				t.Skip("only root can give a file away")
			}
			files, dir := fileCache(t)
			ctx := context.Background()
			if err := files.Store(ctx, "id", []byte("envelope")); err != nil {
				t.Fatal(err)
			}
			if data, err := files.Load(ctx, "id"); string(data) != "envelope" || err != nil {
				t.Fatalf("its own file: %q, %v", data, err)
			}
			path := dir
			if !c.onDir {
				names, err := filepath.Glob(filepath.Join(dir, "*.json"))
				if err != nil || len(names) != 1 {
					t.Fatalf("files = %v, %v", names, err)
				}
				path = names[0]
			}
			if err := c.change(path); err != nil {
				t.Fatal(err)
			}
			data, err := files.Load(ctx, "id")
			if err == nil || data != nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("loaded %q, %v; want an error that says %q", data, err, c.says)
			}
			if c.onDir {
				if err := files.Store(ctx, "id", []byte("x")); err == nil {
					t.Error("stored into it")
				}
				if _, err := keys.NewFileCache(dir); err == nil || !strings.Contains(err.Error(), c.says) {
					t.Errorf("opened again: %v", err)
				}
			}
		})
	}
}

// TestRelativeDirectoryStaysPut: a cache keeps its directory when the program changes its own.
func TestRelativeDirectoryStaysPut(t *testing.T) {
	t.Chdir(t.TempDir())
	files, err := keys.NewFileCache("keys")
	if err != nil {
		t.Fatal(err)
	}
	if err := files.Store(context.Background(), "id", []byte("envelope")); err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if data, err := files.Load(context.Background(), "id"); string(data) != "envelope" || err != nil {
		t.Fatalf("%q, %v", data, err)
	}
}
