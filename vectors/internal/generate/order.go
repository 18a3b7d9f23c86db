package main

import (
	"maps"
	"slices"
)

// sorted returns a map's names in order, so that the output does not depend on chance.
func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
