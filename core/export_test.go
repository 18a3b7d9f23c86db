package core

import "context"

// Comparisons returns how many strings are compared with each other to collect
// the distinct ones of list.
func Comparisons(list []string) (kept []string, compared int) {
	var d distinct
	for _, s := range list {
		if d.seen == nil {
			compared += len(d.list)
		}
		d.add(s)
	}
	return d.list, compared
}

// Steps returns the names of the steps that v takes with a token, up to the
// first that refuses it.
func (v *Verifier) Steps(ctx context.Context, token string) (names []string, refused *Error) {
	a := attempt{verifier: v, raw: token}
	for s := range stepsEnd {
		names = append(names, s.String())
		if refused = a.take(ctx, s, nil); refused != nil {
			break
		}
	}
	return names, refused
}

// SharesRules reports whether k keeps one copy of its mapping, its claim rules and its names with other.
func (k *Contract) SharesRules(other *Contract) bool {
	a, b := k.c.parts, other.c.parts
	return a.mapping == b.mapping && a.rules == b.rules && a.names == b.names
}

// KnownMakers returns of how many engines a [FirstOf] knows who returns their sessions.
func KnownMakers(a Authenticator) int { return len(*a.(*chain).makers.known.Load()) }
