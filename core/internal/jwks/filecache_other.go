//go:build !unix

package jwks

import "io/fs"

const carefulOpen = 0

// trusted has nothing to go by: access lists are not read here.
func trusted(fs.FileInfo) error { return nil }
