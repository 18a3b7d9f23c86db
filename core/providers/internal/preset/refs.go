package preset

import "github.com/revstackhq/auth-go/core"

// Refs returns references to claims that have nothing but a path, in the order
// in which they are read.
func Refs(paths ...string) []core.ClaimRef {
	refs := make([]core.ClaimRef, len(paths))
	for i, path := range paths {
		refs[i].Path = path
	}
	return refs
}
