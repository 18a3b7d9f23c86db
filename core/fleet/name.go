package fleet

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"sync"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/sessionmemo"
)

// Name identifies the target of an [Entry] without revealing it: the kind, and 93 bits of an HMAC-SHA256 over kind,
// issuer and id. Without the fleet's secret, no one can find out which user a name belongs to, or make a name.
type Name = sessionmemo.Name

const kindBits = 3

func kindOf(n Name) Kind { return Kind(n.B & (1<<kindBits - 1)) }

// keyring holds the keys that are derived from the fleet's secret.
type keyring struct {
	names, records sync.Pool // of hash.Hash
}

// newKeyring derives a key for each purpose from secret and fleet, so that the records of one fleet are invalid in
// another fleet with the same secret.
func newKeyring(secret []byte, fleet string) *keyring {
	derived := func(purpose string) func() any {
		h := hmac.New(sha256.New, secret)
		h.Write([]byte("auth-go fleet " + purpose + "\x00" + fleet))
		key := h.Sum(nil)
		return func() any { return hmac.New(sha256.New, key) }
	}
	k := &keyring{}
	k.names.New, k.records.New = derived("names"), derived("records")
	return k
}

// name returns the name of the target with this kind, issuer and id.
func (k *keyring) name(kind Kind, issuer, id string) Name {
	h := k.names.Get().(hash.Hash)
	defer k.names.Put(h)
	h.Reset()
	var head [9]byte
	head[0] = byte(kind)
	binary.BigEndian.PutUint64(head[1:], uint64(len(issuer))) // so that bytes cannot move between issuer and id
	h.Write(head[:])
	h.Write([]byte(issuer))
	h.Write([]byte(id))
	var sum [sha256.Size]byte
	return newName(h.Sum(sum[:0]), kind)
}

func newName(sum []byte, kind Kind) Name {
	n := Name{A: binary.BigEndian.Uint64(sum), B: binary.BigEndian.Uint32(sum[8:])&^(1<<kindBits-1) | uint32(kind)}
	if n.A == 0 {
		n.A = 1 // 0 marks an empty slot of the table
	}
	return n
}

// mac returns record with its MAC appended.
func (k *keyring) mac(record []byte) []byte {
	h := k.records.Get().(hash.Hash)
	defer k.records.Put(h)
	h.Reset()
	h.Write(record)
	var sum [sha256.Size]byte
	return append(record, h.Sum(sum[:0])[:macSize]...)
}

// genuine reports whether record ends with its MAC.
func (k *keyring) genuine(record []byte) bool {
	if len(record) < macSize {
		return false
	}
	body := record[:len(record)-macSize]
	h := k.records.Get().(hash.Hash)
	defer k.records.Put(h)
	h.Reset()
	h.Write(body)
	var sum [sha256.Size]byte
	return hmac.Equal(h.Sum(sum[:0])[:macSize], record[len(body):])
}

// tokenID returns the id by which a token is revoked: its jti or, if it has none, the SHA-256 of its claims.
func tokenID(s *core.Session) string {
	if jti, ok := s.Claim("jti"); ok {
		if text, isText := jti.(string); isText && text != "" {
			return text
		}
	}
	if digest, ok := sessionmemo.Access.ClaimsDigest(s); ok {
		return "sha256:" + hex.EncodeToString(digest[:])
	}
	return ""
}

// namesOf returns the names by which s can be revoked.
func (k *keyring) namesOf(s *core.Session) *sessionmemo.Memo {
	m := &sessionmemo.Memo{}
	issuer := s.Issuer()
	add := func(kind Kind, id string) {
		if id != "" || kind == KindIssuer {
			m.Names[m.Count] = k.name(kind, issuer, id)
			m.Count++
		}
	}
	add(KindToken, tokenID(s))
	add(KindSession, s.SessionID())
	add(KindUser, s.UserID())
	if sub := s.Subject(); sub != s.UserID() { // logout tokens and webhooks name the subject
		add(KindUser, sub)
	}
	add(KindClient, s.ClientID())
	add(KindIssuer, "")
	if at := s.IssuedAt(); !at.IsZero() && at.Unix() > 0 {
		m.Issued = uint32(min(at.Unix(), 1<<32-1)) //nolint:gosec // bounded in this line
	}
	return m
}
