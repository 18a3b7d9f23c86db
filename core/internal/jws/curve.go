package jws

import (
	"crypto/ecdsa"
	"crypto/ed25519"

	"github.com/revstackhq/auth-go/core/internal/ecverify"
	"github.com/revstackhq/auth-go/core/internal/edverify"
	"github.com/revstackhq/auth-go/core/internal/jwks"
	"github.com/revstackhq/auth-go/core/internal/keytables"
)

// tables bounds the tables of all keys of this program, whatever their issuers.
//
//nolint:gochecknoglobals // one bound for the process, whatever number of verifiers and tenants it has
var tables = keytables.NewBudget(64, 8<<20)

// slotOf returns the place of the key's table, nil for a key that has something else attached.
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

// newTable returns the table of a public key, nil for one that the standard library has to verify with. So it is for
// every key in FIPS mode.
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
