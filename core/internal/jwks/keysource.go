package jwks

import (
	"context"
	"crypto"
	"fmt"
	"strings"
	"unicode"

	"github.com/revstackhq/auth-go/core/keys"
)

// fromSource returns the keys of the supplied key source. The error is a *[FetchError].
func (s *Source) fromSource(ctx context.Context) (*Set, error) {
	supplied, err := s.cfg.Source.Keys(ctx)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, &FetchError{Kind: KindSource, Err: err}
	case len(supplied) > s.cfg.Policy.MaxKeys:
		return nil, &FetchError{Kind: KindTooManyKeys, Err: fmt.Errorf("more than %d keys", s.cfg.Policy.MaxKeys)}
	}
	set := newSet(s.limits())
	for i, k := range supplied {
		key, reason := fromSupplied(k)
		if reason == "" {
			reason = set.add(key)
		}
		if reason != "" {
			set.skip(keys.Skipped{
				Index:     i,
				ID:        printable(k.ID, shownBytes),
				Algorithm: printable(k.Algorithm, shownBytes),
				Reason:    reason,
			}, k.ID)
		}
	}
	return set.usable()
}

// fromSupplied applies the checks of a JWKS entry to k. A broken key (a nil pointer, a missing modulus) is skipped; the
// other keys remain usable.
func fromSupplied(k keys.Key) (key *Key, reason string) {
	defer func() {
		if p := recover(); p != nil {
			key, reason = nil, "malformed key: "+printable(fmt.Sprint(p), shownBytes)
		}
	}()
	if len(k.ID) > maxKidSize {
		return nil, "kid longer than 256 bytes"
	}
	for name, text := range map[string]string{"kid": k.ID, "alg": k.Algorithm, "issuer": k.Issuer} {
		if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
			return nil, name + " contains control characters"
		}
	}
	if private, ok := k.Public.(interface{ Public() crypto.PublicKey }); ok && private != nil {
		return nil, "private key: supply its public half only"
	}
	key, reason = newKey(k.Public, k.ID, k.Algorithm)
	if key != nil {
		key.Issuer = k.Issuer
	}
	return key, reason
}
