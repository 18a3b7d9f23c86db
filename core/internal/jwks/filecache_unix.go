//go:build unix

package jwks

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// carefulOpen keeps an open from following a link and from waiting for a pipe's writer.
const carefulOpen = syscall.O_NOFOLLOW | syscall.O_NONBLOCK

// trusted reports why somebody other than this process's user, or root, could have chosen what info describes.
func trusted(info fs.FileInfo) error {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return errors.New("has an owner that cannot be told")
	}
	if uid := int(stat.Uid); uid != os.Geteuid() && uid != 0 {
		return fmt.Errorf("belongs to user %d", uid)
	}
	if perm := info.Mode().Perm(); perm&0o022 != 0 {
		return fmt.Errorf("is writable by others (%04o)", perm)
	}
	return nil
}
