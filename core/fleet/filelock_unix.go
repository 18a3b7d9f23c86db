//go:build unix && !aix && !solaris && !illumos

package fleet

import (
	"errors"
	"os"
	"syscall"
)

// lockFile waits for the exclusive lock, which ends when f is closed.
func lockFile(f *os.File) error {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}
