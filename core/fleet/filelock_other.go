//go:build !unix || aix || solaris || illumos

package fleet

import "os"

// lockFile does not exist on this system: one process may write to a FileLog.
func lockFile(*os.File) (locked bool, err error) { return true, nil }
