// Package sessionkey holds the one context key under which core and core/guard
// store sessions, so that the innermost of them always wins.
package sessionkey

// Key is the context key. Its value is a *core.Session, which may be nil, or a
// value whose Session method returns one.
type Key struct{}
