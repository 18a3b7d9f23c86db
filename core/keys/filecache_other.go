//go:build !unix

package keys

import "io/fs"

const carefulOpen = 0

// trusted accepts everything: access control lists are not read.
func trusted(fs.FileInfo) error { return nil }
