package policy

import "github.com/revstackhq/auth-go/core"

// Func is a policy of your own. check returns nil to allow; it is never given a
// nil session and must be safe for concurrent use. To refuse, return
// core.CodeForbidden, bare or wrapped, or a [*core.Error]. Any other error
// refuses as well, and stays a refusal under Not: it means that check could not
// tell. name is how logs and String call it. Func panics on an empty name and a
// nil check.
func Func(name string, check func(*core.Session) error) core.Policy {
	text := call("Func", names("Func", "name", []string{name}))
	if check == nil {
		panic("policy: " + text + ": the function is nil: give it one")
	}
	return custom(text, check)
}
