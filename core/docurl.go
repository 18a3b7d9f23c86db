package core

import "github.com/revstackhq/auth-go/core/internal/docurl"

// DocURL returns the address of the page that explains the code: what causes it
// and what fixes it.
func (c Code) DocURL() string { return docurl.Code(string(c)) }

// DocURL returns the address of the page that explains errors of this kind.
func (e *ConfigError) DocURL() string { return docurl.ConfigKind(e.Kind) }
