//go:build unix && !aix && !solaris && !illumos

package fleet

import (
	"errors"
	"os"
	"syscall"
)

// lockFile takes the exclusive lock, which ends when f is closed. It is false if another process holds it.
func lockFile(f *os.File) (locked bool, err error) {
	for {
		switch err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); {
		case err == nil:
			return true, nil
		case errors.Is(err, syscall.EWOULDBLOCK):
			return false, nil
		case !errors.Is(err, syscall.EINTR):
			return false, err
		}
	}
}
