package policy

import "github.com/revstackhq/auth-go/core"

// Func returns a custom policy. check returns nil to allow; it never gets a nil
// session and must be safe for concurrent use. To reject the session, return
// core.CodeForbidden, bare or wrapped, or a [*core.Error]. Any other error means
// that check could not decide: it rejects the session, even inside Not. name
// appears in logs and in String. Func panics on an empty name and a nil check.
func Func(name string, check func(*core.Session) error) core.Policy {
	about := Description{Kind: "Func", Values: names("Func", "name", []string{name})}
	text := about.String()
	if check == nil {
		panic("policy: " + text + ": the function is nil")
	}
	return custom(text, about, check)
}
