//go:build !unix

package fleet

import "io/fs"

const carefulOpen = 0

// trusted cannot check owners and modes on this system.
func trusted(fs.FileInfo) error { return nil }
