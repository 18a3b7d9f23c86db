// Package testdata holds sample tokens of every provider, one file each. Read
// them with package providertest.
package testdata

import "embed"

// Files are the samples, <slug>.json.
//
//go:embed *.json
var Files embed.FS
