//go:build unix

package fleet

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// carefulOpen opens without following a symbolic link and without waiting for a writer of a pipe.
const carefulOpen = syscall.O_NOFOLLOW | syscall.O_NONBLOCK

// trusted returns an error if a user other than this process's or root could have written what info describes.
func trusted(info fs.FileInfo) error {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return errors.New("has an unknown owner")
	}
	if uid := int(stat.Uid); uid != os.Geteuid() && uid != 0 {
		return fmt.Errorf("belongs to user %d", uid)
	}
	if perm := info.Mode().Perm(); perm&0o022 != 0 {
		return fmt.Errorf("is writable by others (%04o)", perm)
	}
	return nil
}
