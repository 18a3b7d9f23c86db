package guard

import "context"

// KeepToken keeps the caller's token in the context of the request, for calls to other
// services on the caller's behalf: package downstream reads it by [CallerToken]. A token
// that is bound to the caller's key (DPoP) is not kept, because only the caller can use it.
//
// A context with a token must not outlive the request or be printed.
func KeepToken() Option { return option(func(s *settings) { s.keepToken = true }) }

// CallerToken returns the token of the caller whose session is in ctx, "" if the guard
// does not have the option [KeepToken].
func CallerToken(ctx context.Context) string {
	if a := admissionOf(ctx); a != nil && a.session != nil {
		return a.details().token
	}
	return ""
}

// callersToken returns the token that let the caller in. It is extracted again, so that
// guards without the option do not carry it along.
func (g *Guard) callersToken(r Request) string {
	found, err := g.extract(r)
	if err != nil || found.Scheme == schemeDPoP {
		return ""
	}
	return found.Token
}
