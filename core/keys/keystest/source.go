package keystest

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"sync"

	"github.com/revstackhq/auth-go/core/keys"
)

type sourceCheck struct {
	name  string
	check func(ctx context.Context, s keys.Source, published []keys.Key) error
}

func sourceChecks() []sourceCheck {
	return []sourceCheck{
		{"the published keys, and no others", sourceKeys},
		{"public keys only", sourcePublic},
		{"results are apart", sourceApart},
		{"many goroutines", sourceConcurrent},
		{"a canceled context", sourceCanceled},
	}
}

// sampleKeys returns one key of each type.
func sampleKeys() []keys.Key {
	rsaKey, err1 := rsa.GenerateKey(rand.Reader, 2048)
	ecKey, err2 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	edKey, _, err3 := ed25519.GenerateKey(rand.Reader)
	if err := errors.Join(err1, err2, err3); err != nil {
		panic("keystest: " + err.Error()) // the system has no randomness
	}
	return []keys.Key{
		{ID: "rsa-1", Algorithm: "RS256", Public: &rsaKey.PublicKey},
		{ID: "ec-1", Algorithm: "ES256", Public: &ecKey.PublicKey},
		{ID: "ed-1", Algorithm: "EdDSA", Public: edKey},
	}
}

// same compares the keys that a source returned with those that it should return. A source may leave the algorithm
// empty.
func same(got, want []keys.Key) error {
	if len(got) != len(want) {
		return fmt.Errorf("Keys returned %d keys, want the %d that are published", len(got), len(want))
	}
	byID := map[string]keys.Key{}
	for _, k := range got {
		byID[k.ID] = k
	}
	for _, w := range want {
		k, ok := byID[w.ID]
		public, hasEqual := w.Public.(interface{ Equal(x crypto.PublicKey) bool })
		switch {
		case !ok:
			return fmt.Errorf("Keys returned no key with the id %q", w.ID)
		case !hasEqual || !public.Equal(k.Public):
			return fmt.Errorf("the key %q is a %T that differs from the published %T", w.ID, k.Public, w.Public)
		case k.Algorithm != "" && k.Algorithm != w.Algorithm:
			return fmt.Errorf("the key %q is for %s, want %s", w.ID, k.Algorithm, w.Algorithm)
		}
	}
	return nil
}

func sourceKeys(ctx context.Context, s keys.Source, published []keys.Key) error {
	got, err := s.Keys(ctx)
	if err != nil {
		return fmt.Errorf("Keys: %w", err)
	}
	return same(got, published)
}

func sourcePublic(ctx context.Context, s keys.Source, _ []keys.Key) error {
	got, err := s.Keys(ctx)
	if err != nil {
		return fmt.Errorf("Keys: %w", err)
	}
	for _, k := range got {
		switch k.Public.(type) {
		case *rsa.PublicKey, *ecdsa.PublicKey, ed25519.PublicKey:
		default:
			return fmt.Errorf("the key %q is a %T, want *rsa.PublicKey, *ecdsa.PublicKey or ed25519.PublicKey", k.ID, k.Public)
		}
	}
	return nil
}

func sourceApart(ctx context.Context, s keys.Source, published []keys.Key) error {
	first, err := s.Keys(ctx)
	if err != nil {
		return fmt.Errorf("Keys: %w", err)
	}
	clear(first)
	second, err := s.Keys(ctx)
	if err != nil {
		return fmt.Errorf("Keys: %w", err)
	}
	if err := same(second, published); err != nil {
		return fmt.Errorf("after a caller has changed the slice of an earlier result: %w", err)
	}
	return nil
}

// sourceConcurrent must be run with -race to find every fault.
func sourceConcurrent(ctx context.Context, s keys.Source, published []keys.Key) error {
	var wg sync.WaitGroup
	errs := make(chan error, 8)
	for range cap(errs) {
		wg.Go(func() {
			if err := sourceKeys(ctx, s, published); err != nil {
				errs <- err
			}
		})
	}
	wg.Wait()
	close(errs)
	return <-errs
}

// sourceCanceled accepts an error and a result, but no hanging: the call must return.
func sourceCanceled(ctx context.Context, s keys.Source, _ []keys.Key) error {
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = s.Keys(canceled)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return errors.New("Keys with a canceled context does not return")
	}
}
