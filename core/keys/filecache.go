package keys

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/revstackhq/auth-go/core/internal/ownedfile"
)

// maxFile bounds what Load reads, far above any envelope.
const maxFile = 16 << 20

// FileCache is a [Cache] that keeps one file for each key set in a directory. Several processes of one user may share
// the directory. Make it with [NewFileCache].
//
// Anyone who can write to the directory chooses the keys. Therefore the directory and its files must belong to this
// process's user or to root and must not be writable by others. Each use checks that on the opened file, not by name.
// On systems without Unix owners and modes (Windows), only regular files are required: give core.WithKeyCache a
// secret there.
type FileCache struct{ dir string }

var _ Cache = (*FileCache)(nil)

// NewFileCache returns a cache in dir, which it creates with mode 0700 if it does not exist. It refuses a directory
// that another user owns or can write to. Files are replaced atomically.
func NewFileCache(dir string) (*FileCache, error) {
	if dir == "" {
		return nil, errors.New("keys: the cache directory has no name")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("keys: cache directory: %w", err)
	}
	dir, err := filepath.Abs(dir) // so that a later os.Chdir does not select another directory
	if err != nil {
		return nil, fmt.Errorf("keys: cache directory: %w", err)
	}
	c := &FileCache{dir: dir}
	root, err := c.open()
	if err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	return c, root.Close()
}

// open opens the directory and checks its owner and mode. Everything done through the result stays in the checked
// directory, even if another process renames it: a check by name alone would be a race.
func (c *FileCache) open() (*os.Root, error) {
	named, err := os.Lstat(c.dir)
	if err != nil {
		return nil, fmt.Errorf("cache directory: %w", err)
	}
	if !named.IsDir() {
		return nil, fmt.Errorf("cache directory %s is a link or a file: name the directory itself", c.dir)
	}
	root, err := os.OpenRoot(c.dir)
	if err != nil {
		return nil, fmt.Errorf("cache directory: %w", err)
	}
	info, err := root.Stat(".")
	switch {
	case err != nil:
	case !os.SameFile(named, info):
		err = errors.New("was replaced while it was opened")
	default:
		err = ownedfile.Check(info)
	}
	if err != nil {
		_ = root.Close()
		return nil, fmt.Errorf("cache directory %s %w: use one of this user's own with mode 0700", c.dir, err)
	}
	return root, nil
}

// fileName returns the file name for id: a hash, because id is a URL whose slashes and dots must not select a path.
func fileName(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:]) + ".json"
}

// Load returns the content of the file for id, or nil and no error if there is none.
func (c *FileCache) Load(_ context.Context, id string) (data []byte, err error) {
	root, err := c.open()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }()
	for range maxReplaced {
		if data, err = load(root, fileName(id)); !errors.Is(err, errReplaced) {
			break
		}
	}
	return data, err
}

// maxReplaced is how often Load tries again when a Store of another process replaces the file between check and open.
const maxReplaced = 10

var errReplaced = errors.New("cache file was replaced while it was opened")

// load reads one file after checking that it is a regular file that belongs to this user or root.
func load(root *os.Root, name string) ([]byte, error) {
	named, err := root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !named.Mode().IsRegular() { // before opening it: opening a pipe or a device may block
		return nil, fmt.Errorf("cache file is not a regular file (%v)", named.Mode().Type())
	}
	// If someone replaces the file by a pipe at this moment, the flags keep OpenFile from waiting for a writer.
	f, err := root.OpenFile(name, os.O_RDONLY|ownedfile.OpenFlags, 0)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || !os.SameFile(named, info) {
		return nil, errReplaced
	}
	if err := ownedfile.Check(info); err != nil {
		return nil, fmt.Errorf("cache file %w: remove it", err)
	}
	return readAll(f)
}

func readAll(f io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("cache file is larger than %d bytes", maxFile)
	}
	return data, nil
}

// Store replaces the file atomically: after a crash, and for concurrent readers, the content is either the old or the
// new one.
func (c *FileCache) Store(_ context.Context, id string, data []byte) (err error) {
	root, err := c.open()
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	name := rand.Text() + ".tmp"
	tmp, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = tmp.Close()
			_ = root.Remove(name)
		}
	}()
	if _, err = tmp.Write(data); err != nil {
		return err
	}
	if err := tmp.Sync(); err != nil { // without it, a crash after the rename may leave an empty file
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	return root.Rename(name, fileName(id))
}
