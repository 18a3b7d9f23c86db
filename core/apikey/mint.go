package apikey

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
)

// Spec says what a new key is for.
type Spec struct {
	// Owner is the user id of sessions. It is required.
	Owner string
	// Organization is the organization of sessions, "" for none.
	Organization string
	// Name describes the key to people, such as "CI of the web shop".
	Name string
	// Scopes say what the key may do. A key without scopes fails every policy that requires one.
	Scopes []string
	// Lifetime is how long the key is accepted. 0 means until it is revoked.
	Lifetime time.Duration
}

func (s Spec) validate() error {
	var errs []error
	if s.Owner == "" {
		errs = append(errs, errors.New("apikey: Owner is empty: name the user that the key is for"))
	}
	if s.Lifetime < 0 {
		errs = append(errs, fmt.Errorf("apikey: Lifetime %v is negative", s.Lifetime))
	}
	for _, scope := range s.Scopes {
		// RFC 6749 §3.3
		if scope == "" || strings.ContainsFunc(scope, func(r rune) bool {
			return r <= ' ' || r == '"' || r == '\\' ||
				r > '~'
		}) {
			errs = append(errs, fmt.Errorf("apikey: the scope %q must be printable ASCII without spaces and quotes", scope))
		}
	}
	return errors.Join(errs...)
}

// NewKey makes a key without storing it. It returns the record for a store and the key itself, which cannot be
// recovered from the record.
func NewKey(prefix string, spec Spec, now time.Time) (Key, core.Secret, error) {
	if !validPrefix.MatchString(prefix) || len(prefix) > maxPrefixBytes {
		return Key{}, core.Secret{},
			fmt.Errorf("apikey: the prefix %q must be lower-case letters, digits and single underscores, "+
				"at most %d, beginning with a letter", prefix, maxPrefixBytes)
	}
	if err := spec.validate(); err != nil {
		return Key{}, core.Secret{}, err
	}
	token, id := newToken(prefix)
	now = now.UTC().Truncate(time.Microsecond)
	key := Key{
		ID:           id,
		Prefix:       prefix,
		Hash:         hashOf(token),
		Name:         spec.Name,
		Owner:        spec.Owner,
		Organization: spec.Organization,
		Scopes:       slices.Clone(spec.Scopes),
		Created:      now,
	}
	if spec.Lifetime > 0 {
		key.Expires = now.Add(spec.Lifetime)
	}
	return key, core.NewSecret(token), nil
}

// Mint makes a key and stores its record. The returned secret is the whole key. Show it to its owner now: it cannot
// be recovered.
func (k *Keyring) Mint(ctx context.Context, spec Spec) (Key, core.Secret, error) {
	key, secret, err := NewKey(k.cfg.Prefix, spec, k.cfg.Clock.Now())
	if err != nil {
		return Key{}, core.Secret{}, err
	}
	return k.insert(ctx, key, secret)
}

func (k *Keyring) insert(ctx context.Context, key Key, secret core.Secret) (Key, core.Secret, error) {
	// Refuse now what the rules would refuse at the first use, such as an owner with a control character.
	if _, err := k.sessionOf(ctx, key); err != nil {
		return Key{}, core.Secret{}, err
	}
	if err := k.cfg.Store.Insert(ctx, key); err != nil {
		return Key{}, core.Secret{}, fmt.Errorf("apikey: the key is not stored: %w", err)
	}
	k.Forget(key.ID)
	return key, secret, nil
}

// Rotate makes a new key with the properties of the key with this id. The old key is still accepted for overlap, so
// that its users can switch. The new key expires when the old one would have expired.
func (k *Keyring) Rotate(ctx context.Context, id string, overlap time.Duration) (Key, core.Secret, error) {
	old, err := k.cfg.Store.Find(ctx, id)
	if err != nil {
		return Key{}, core.Secret{}, err
	}
	now := k.cfg.Clock.Now()
	switch {
	case old.Prefix != k.cfg.Prefix:
		return Key{}, core.Secret{}, fmt.Errorf("apikey: the key %s has the prefix %q, and this keyring %q", id,
			old.Prefix, k.cfg.Prefix)
	case !old.Revoked.IsZero() || !old.Expires.IsZero() && !now.Before(old.Expires):
		return Key{}, core.Secret{}, fmt.Errorf("apikey: the key %s was revoked or has expired: make a new one", id)
	case overlap < 0:
		return Key{}, core.Secret{}, fmt.Errorf("apikey: the overlap %v is negative", overlap)
	}
	spec := Spec{Owner: old.Owner, Organization: old.Organization, Name: old.Name, Scopes: old.Scopes}
	if !old.Expires.IsZero() {
		spec.Lifetime = old.Expires.Sub(old.Created)
	}
	key, secret, err := NewKey(k.cfg.Prefix, spec, now)
	if err != nil {
		return Key{}, core.Secret{}, err
	}
	key.Replaces = id
	if key, secret, err = k.insert(ctx, key, secret); err != nil {
		return Key{}, core.Secret{}, err
	}
	// The new key is stored first: if this fails, both keys work, so the owner is not locked out.
	err = k.cfg.Store.Expire(ctx, id, now.Add(overlap).UTC().Truncate(time.Microsecond))
	k.Forget(id)
	if err != nil {
		return key, secret, fmt.Errorf("apikey: the new key works, and the old one does not end: %w", err)
	}
	return key, secret, nil
}

// Revoke revokes a key. This process refuses it at once; other processes refuse it when their remembered record is
// older than Config.MaxAge.
func (k *Keyring) Revoke(ctx context.Context, id string) error {
	err := k.cfg.Store.Revoke(ctx, id, k.cfg.Clock.Now().UTC().Truncate(time.Microsecond))
	k.Forget(id)
	return err
}

// List returns at most limit keys of the owner, in the order of their ids, starting after the id after. If owner is
// empty, it lists the keys of all owners.
func (k *Keyring) List(ctx context.Context, owner, after string, limit int) ([]Key, error) {
	return k.cfg.Store.List(ctx, owner, after, limit)
}
