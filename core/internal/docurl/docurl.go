// Package docurl returns the addresses of the pages that explain errors.
package docurl

import "strings"

const pages = "https://github.com/revstackhq/auth-go/blob/main/docs/"

// Code returns the address of a code's section.
func Code(code string) string { return pages + "errors.md#" + strings.ToLower(code) }

// ConfigKind returns the address of the section about one kind of configuration
// error.
func ConfigKind(kind string) string { return pages + "config-errors.md#" + kind }
