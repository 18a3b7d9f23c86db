package core

import "strings"

const docsURL = "https://github.com/revstackhq/auth-go/blob/main/docs/"

// DocURL returns the address of the page that explains the code: what causes it
// and what fixes it.
func (c Code) DocURL() string { return docsURL + "errors.md#" + strings.ToLower(string(c)) }

// DocURL returns the address of the page that explains errors of this kind.
func (e *ConfigError) DocURL() string { return docsURL + "config-errors.md#" + string(e.Kind) }
