package policy

import (
	"slices"

	"github.com/revstackhq/auth-go/core"
)

// ActedBy holds if one of the actors uses the token on the user's behalf (RFC 8693 §4.1),
// such as an agent or a service; without names, if anyone does. Only the current actor
// counts, not those before it. It panics on an empty name.
func ActedBy(actors ...string) core.Policy {
	if len(actors) > 0 {
		actors = names("ActedBy", "actor", actors)
	}
	about := Description{Kind: "ActedBy", Values: slices.Clone(actors)}
	text := about.String()
	return &term{text: text, about: about, judge: func(s *core.Session) *refusal {
		switch found := s.Actors(); {
		case len(found) == 0:
			return forbid(fails, text, "the user acts without an actor")
		case len(actors) > 0 && !slices.Contains(actors, found[0]):
			return forbid(fails, text, "another actor acts for the user")
		}
		return nil
	}}
}

// NotDelegated holds if the user acts in person, not through a delegate. Use it for what
// no delegate may do, such as changing a password or paying. A token whose actor cannot
// be read counts as delegated.
func NotDelegated() core.Policy {
	about := Description{Kind: "NotDelegated"}
	text := about.String()
	return &term{text: text, about: about, judge: func(s *core.Session) *refusal {
		if len(s.Actors()) > 0 {
			return forbid(fails, text, "an actor acts for the user")
		}
		return nil
	}}
}
