package core

import (
	"math/big"
	"strings"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

// PermissionBits decodes permissions that are packed into bit masks: mask i, a
// decimal number, belongs to feature i, and its bit j grants permission j as
// Prefix + feature + ":" + permission. This is what Clerk's session tokens of
// version 2 do (https://clerk.com/docs/guides/sessions/session-tokens).
//
// Features are "<scope>:<name>" entries, of which only those whose scope
// contains OrganizationScope count. Clerk's own SDKs disagree on whether the
// others take a mask too; a permission is granted only if both readings grant
// it. Whatever can't be decoded grants nothing.
type PermissionBits struct {
	Features          string `json:"features"`    // path of the comma-separated features
	Permissions       string `json:"permissions"` // path of the comma-separated permission names
	Masks             string `json:"masks"`       // path of the comma-separated masks
	OrganizationScope string `json:"organizationScope"`
	Prefix            string `json:"prefix,omitempty"`
}

type permissionBits struct {
	features, permissions, masks jose.Path
	scope, prefix                string
}

// Bounds on what a token may make us expand.
const (
	maxPackedFeatures    = 256
	maxPackedPermissions = 256
	maxMaskDigits        = 80
)

func compileBits(b *PermissionBits, f *faults) *permissionBits {
	ref := func(name, path string) jose.Path {
		return compilePath("session.permissionBits."+name, path, f)
	}
	if b.OrganizationScope == "" {
		f.add("session.permissionBits.organizationScope", "", `is required, e.g. "o"`)
	}
	return &permissionBits{
		features: ref("features", b.Features), permissions: ref("permissions", b.Permissions),
		masks: ref("masks", b.Masks), scope: b.OrganizationScope, prefix: b.Prefix,
	}
}

func (b *permissionBits) decode(claims jose.Object) []string {
	features, permissions, masks := commaList(b.features, claims), commaList(b.permissions, claims), commaList(b.masks, claims)
	if len(features) > maxPackedFeatures || len(permissions) > maxPackedPermissions || len(masks) > maxPackedFeatures {
		return nil
	}
	var granted []string
	scoped := 0 // position among the features of the organisation
	for listed, entry := range features {
		scope, feature, ok := strings.Cut(entry, ":")
		if !ok || !strings.Contains(scope, b.scope) {
			continue
		}
		byScope, byList := maskAt(masks, scoped), maskAt(masks, listed)
		scoped++
		if byScope == nil || byList == nil || byScope.BitLen() > len(permissions) || byList.BitLen() > len(permissions) {
			continue // one of the two readings skips this feature
		}
		for j, permission := range permissions {
			if byScope.Bit(j) == 1 && byList.Bit(j) == 1 {
				granted = append(granted, b.prefix+feature+":"+permission)
			}
		}
	}
	return granted
}

// maskAt reads an unsigned decimal; nil if there is none at i.
func maskAt(masks []string, i int) *big.Int {
	if i >= len(masks) || len(masks[i]) > maxMaskDigits {
		return nil
	}
	for _, c := range masks[i] {
		if c < '0' || c > '9' {
			return nil
		}
	}
	n, ok := new(big.Int).SetString(masks[i], 10)
	if !ok {
		return nil
	}
	return n
}

// commaList keeps empty entries: they hold a position.
func commaList(path jose.Path, claims jose.Object) []string {
	v, _ := path.In(claims)
	text, _ := v.Text()
	if text == "" {
		return nil
	}
	list := strings.Split(text, ",")
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
	return list
}
