package jws

import (
	"crypto/ecdsa"
	"crypto/ed25519"

	"github.com/revstackhq/auth-go/core/internal/ecverify"
	"github.com/revstackhq/auth-go/core/internal/edverify"
	"github.com/revstackhq/auth-go/core/internal/jwks"
	"github.com/revstackhq/auth-go/core/internal/keytables"
)

// tables limits the number and size of the tables in this program, for the keys of all issuers together.
//
//nolint:gochecknoglobals // one bound for the process, whatever number of verifiers and tenants it has
var tables = keytables.NewBudget(64, 8<<20)

// slotOf returns the slot for the key's table, nil for a key to which another value is attached.
func slotOf(k *jwks.Key) *keytables.Slot {
	aux := k.Aux()
	if aux == nil {
		aux = k.Attach(&keytables.Slot{})
	}
	slot, _ := aux.(*keytables.Slot)
	return slot
}

// verifyWithTable checks a signature with the key's table if it has one, and else counts towards one.
func (a *Algorithm) verifyWithTable(slot *keytables.Slot, k *jwks.Key, input string, sig []byte) bool {
	if table := slot.Table(); table != nil {
		return table.Verify(input, sig)
	}
	if !a.verifyStandard(k, input, sig) {
		return false
	}
	tables.Verified(slot, func() keytables.Table { return newTable(k) })
	return true
}

// newTable returns a table for a public key, nil if the standard library has to verify with the key. In FIPS mode
// that is every key.
func newTable(k *jwks.Key) keytables.Table {
	switch public := k.Public.(type) {
	case *ecdsa.PublicKey:
		if key, err := ecverify.Prepare(public); err == nil {
			return es256Table{key}
		}
	case ed25519.PublicKey:
		if key, err := edverify.Prepare(public); err == nil {
			return edTable{key}
		}
	}
	return nil
}

type es256Table struct{ key *ecverify.Key }

func (t es256Table) Verify(input string, sig []byte) bool {
	digest := DigestOf(input)
	return t.key.Verify((*[len(digest)]byte)(&digest), sig)
}

func (es256Table) Size() int { return ecverify.Size() }

type edTable struct{ key *edverify.Key }

func (t edTable) Verify(input string, sig []byte) bool { return t.key.Verify(input, sig) }

func (edTable) Size() int { return edverify.Size() }
