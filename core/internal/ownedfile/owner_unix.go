//go:build unix

package ownedfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// OpenFlags are additional flags for [os.OpenFile]: do not follow a symbolic link, and do not wait for the writer of a
// pipe.
const OpenFlags = syscall.O_NOFOLLOW | syscall.O_NONBLOCK

// Check returns an error if a user other than this process's or root could have written what info describes. The error
// completes a sentence about the file.
func Check(info fs.FileInfo) error {
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
