package jwks

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"

	"github.com/revstackhq/auth-go/core/keys"
)

// MinCacheSecret is the minimum size of a secret for [Authenticate], in bytes.
const MinCacheSecret = sha256.Size

// authenticated is a [keys.Cache] whose entries cannot be forged. It is comparable if the wrapped cache is.
type authenticated struct {
	cache keys.Cache
	key   [sha256.Size]byte
}

// Authenticate wraps cache so that every entry has an HMAC-SHA256 over its envelope and id. An entry without a MAC,
// or with a wrong one, fails to load, and the keys are fetched. Anyone who can write to cache can still delete
// entries, and restore an old envelope until it expires. secret must have at least [MinCacheSecret] bytes.
func Authenticate(cache keys.Cache, secret []byte) keys.Cache {
	return authenticated{cache: cache, key: [sha256.Size]byte(mac(secret, "auth-go key cache", nil))}
}

// macPrefix starts an authenticated entry: this name, the MAC in base64url, a line feed, the envelope.
const macPrefix = "auth-go-keys-hs256 "

// Load returns the envelope of an entry with a valid MAC.
func (a authenticated) Load(ctx context.Context, id string) ([]byte, error) {
	data, err := a.cache.Load(ctx, id)
	if err != nil || len(data) == 0 {
		return nil, err
	}
	return a.open(id, data)
}

// open returns the envelope of an entry.
func (a authenticated) open(id string, data []byte) ([]byte, error) {
	rest, hasPrefix := bytes.CutPrefix(data, []byte(macPrefix))
	sum, envelope, hasEnvelope := bytes.Cut(rest, []byte("\n"))
	if !hasPrefix || !hasEnvelope {
		return nil, errors.New("entry carries no MAC")
	}
	got, err := base64.RawURLEncoding.Strict().DecodeString(string(sum))
	if err != nil || !hmac.Equal(got, mac(a.key[:], id, envelope)) {
		return nil, errors.New("entry's MAC is wrong: it was made with another secret, or the entry was changed")
	}
	return envelope, nil
}

// Store stores the envelope with its MAC.
func (a authenticated) Store(ctx context.Context, id string, data []byte) error {
	return a.cache.Store(ctx, id, a.entry(id, data))
}

// LoadNext waits for the next entry if the wrapped cache coordinates its processes.
func (a authenticated) LoadNext(ctx context.Context, id string, last []byte) ([]byte, error) {
	c, ok := a.cache.(keys.Coordinator)
	if !ok {
		return last, nil
	}
	var entry []byte
	if len(last) > 0 {
		entry = a.entry(id, last)
	}
	data, err := c.LoadNext(ctx, id, entry)
	if err != nil || len(data) == 0 {
		return nil, err
	}
	return a.open(id, data)
}

// entry returns an envelope with its MAC.
func (a authenticated) entry(id string, data []byte) []byte {
	entry := append([]byte(macPrefix), base64.RawURLEncoding.EncodeToString(mac(a.key[:], id, data))...)
	entry = append(entry, '\n')
	return append(entry, data...)
}

// mac covers the length of id, so that bytes cannot be moved between id and data.
func mac(key []byte, id string, data []byte) []byte {
	h := hmac.New(sha256.New, key)
	var size [8]byte
	binary.BigEndian.PutUint64(size[:], uint64(len(id)))
	h.Write(size[:])
	h.Write([]byte(id))
	h.Write(data)
	return h.Sum(nil)
}
