package jwks

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// maxFile bounds what Load reads, far above any envelope.
const maxFile = 16 << 20

// FileCache is a [Cache] of one file per set in a directory. Several processes may share the directory.
type FileCache struct{ dir string }

var _ Cache = (*FileCache)(nil)

// NewFileCache makes dir, with mode 0700, if it is not there. It refuses a directory that others can write to, since
// they could plant keys.
func NewFileCache(dir string) (*FileCache, error) {
	if dir == "" {
		return nil, errors.New("jwks: the cache directory has no name")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("jwks: cache directory: %w", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("jwks: cache directory: %w", err)
	}
	// Windows has no such mode bits.
	if perm := info.Mode().Perm(); runtime.GOOS != "windows" && perm&0o022 != 0 {
		return nil, fmt.Errorf("jwks: cache directory %s is writable by others (%o): make it 0700", dir, perm)
	}
	return &FileCache{dir: dir}, nil
}

// path hashes id, which is a URL and no file name.
func (c *FileCache) path(id string) string {
	sum := sha256.Sum256([]byte(id))
	return filepath.Join(c.dir, hex.EncodeToString(sum[:])+".json")
}

// Load returns the file's content, (nil, nil) when there is no file.
func (c *FileCache) Load(_ context.Context, id string) ([]byte, error) {
	f, err := os.Open(c.path(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("cache file is larger than %d bytes", maxFile)
	}
	return data, nil
}

// Store replaces the file in one step, so that a reader, or a crash, finds the old content or the new and nothing between.
func (c *FileCache) Store(_ context.Context, id string, data []byte) (err error) {
	tmp, err := os.CreateTemp(c.dir, "*.tmp") // made with mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = tmp.Close()
			_ = os.Remove(tmp.Name())
		}
	}()
	if _, err = tmp.Write(data); err != nil {
		return err
	}
	if err := tmp.Sync(); err != nil { // or a crash may leave the new name on an empty file
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), c.path(id))
}
