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

// MinCacheSecret is the least size of a secret for [Authenticate], in bytes.
const MinCacheSecret = sha256.Size

// authenticated is a [keys.Cache] whose content cannot be forged. It is comparable if the cache in it is.
type authenticated struct {
	cache keys.Cache
	key   [sha256.Size]byte
}

// Authenticate returns cache with an HMAC-SHA256 over every envelope and the id that it stands under. An entry
// without one, or with a wrong one, fails to load, and the keys are fetched. Anyone who can write to cache can still
// delete entries, and put back an old envelope until it expires. secret has at least [MinCacheSecret] bytes.
func Authenticate(cache keys.Cache, secret []byte) keys.Cache {
	return authenticated{cache: cache, key: [sha256.Size]byte(mac(secret, "auth-go key cache", nil))}
}

// sealedBy starts an authenticated entry: a name, the MAC in base64url, a line feed, the envelope.
const sealedBy = "auth-go-keys-hs256 "

// Load returns the envelope behind a good MAC.
func (a authenticated) Load(ctx context.Context, id string) ([]byte, error) {
	data, err := a.cache.Load(ctx, id)
	if err != nil || len(data) == 0 {
		return nil, err
	}
	rest, sealed := bytes.CutPrefix(data, []byte(sealedBy))
	sum, envelope, whole := bytes.Cut(rest, []byte("\n"))
	if !sealed || !whole {
		return nil, errors.New("entry carries no MAC")
	}
	got, err := base64.RawURLEncoding.DecodeString(string(sum))
	if err != nil || !hmac.Equal(got, mac(a.key[:], id, envelope)) {
		return nil, errors.New("entry's MAC does not fit: another secret made it, or it was changed")
	}
	return envelope, nil
}

// Store keeps the envelope behind its MAC.
func (a authenticated) Store(ctx context.Context, id string, data []byte) error {
	sealed := append([]byte(sealedBy), base64.RawURLEncoding.EncodeToString(mac(a.key[:], id, data))...)
	sealed = append(sealed, '\n')
	return a.cache.Store(ctx, id, append(sealed, data...))
}

// mac covers id with its length, so that no part of it can pass for a part of data.
func mac(key []byte, id string, data []byte) []byte {
	h := hmac.New(sha256.New, key)
	var size [8]byte
	binary.BigEndian.PutUint64(size[:], uint64(len(id)))
	h.Write(size[:])
	h.Write([]byte(id))
	h.Write(data)
	return h.Sum(nil)
}
