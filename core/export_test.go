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
