package core

import "github.com/revstackhq/auth-go/core/internal/jose"

// Actors returns who acts for the user (RFC 8693 §4.1): first the party that uses
// the token now, which [Session.Actor] returns too, then the earlier actors, most
// recent first. It is empty if the user acts without one. An actor is named by
// its sub, or by its client_id if it has no sub, and is "" if it has neither.
// Only the first one may decide about access; the others only show how the token
// was obtained.
func (s *Session) Actors() []string {
	var actors []string
	for v, acts := s.claims.Lookup("act"); acts && v.Kind() != jose.KindNull; {
		name, inner := "", jose.Value{}
		act, ok := v.Object()
		if ok {
			if name = textOf(act, "sub"); name == "" {
				name = textOf(act, "client_id")
			}
			inner, acts = act.Lookup("act")
		}
		actors = append(actors, name) // an actor that cannot be named acts all the same
		if v = inner; !ok {
			break
		}
	}
	switch actor := s.Actor(); {
	case actor == "":
	case len(actors) == 0: // act is missing: the contract's mapping takes the actor from another claim
		actors = []string{actor}
	default:
		actors[0] = actor
	}
	return actors
}

func textOf(o jose.Object, name string) string {
	v, _ := o.Lookup(name)
	text, _ := v.Text()
	return text
}
