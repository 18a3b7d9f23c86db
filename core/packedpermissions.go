package core

import (
	"math/bits"
	"strconv"
	"strings"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

// PackedPermissions decodes permissions that are packed into bit masks: mask i, a
// decimal number, belongs to feature i, and its bit j grants permission j as
// Prefix + feature + ":" + permission. This is what Clerk's session tokens of
// version 2 do (https://clerk.com/docs/guides/sessions/session-tokens).
//
// Features are "<scope>:<name>" entries. Only those whose scope contains
// OrganizationScope count. Clerk's own SDKs disagree on whether the other entries
// have a mask too; a permission is granted only if both readings grant it. A mask
// that cannot be decoded grants nothing.
type PackedPermissions struct {
	Features          string `json:"features"`    // path of the comma-separated features
	Permissions       string `json:"permissions"` // path of the comma-separated permission names
	Masks             string `json:"masks"`       // path of the comma-separated masks
	OrganizationScope string `json:"organizationScope"`
	Prefix            string `json:"prefix,omitempty"`
}

type packedPermissions struct {
	features, permissions, masks jose.Path
	scope, prefix                string
}

// Bounds on the number of permissions that a token can expand to.
const (
	maxPackedFeatures    = 256
	maxPackedPermissions = 256
)

func compileBits(b *PackedPermissions, f *configErrors) *packedPermissions {
	ref := func(name, path string) jose.Path {
		return compilePath("session.packedPermissions."+name, path, f)
	}
	if b.OrganizationScope == "" {
		f.Missing("session.packedPermissions.organizationScope", `is required, e.g. "o"`)
	}
	return &packedPermissions{
		features: ref("features", b.Features), permissions: ref("permissions", b.Permissions),
		masks: ref("masks", b.Masks), scope: b.OrganizationScope, prefix: b.Prefix,
	}
}

func (b *packedPermissions) decode(claims jose.Object) []string {
	features := commaList(b.features, claims)
	permissions := commaList(b.permissions, claims)
	masks := commaList(b.masks, claims)
	if len(features) > maxPackedFeatures || len(permissions) > maxPackedPermissions || len(masks) > maxPackedFeatures {
		return nil
	}
	var granted []string
	scoped := 0 // position among the features of the organization
	for listed, entry := range features {
		scope, feature, ok := strings.Cut(entry, ":")
		if !ok || !strings.Contains(scope, b.scope) {
			continue
		}
		byScope, byList := maskAt(masks, scoped, len(permissions)), maskAt(masks, listed, len(permissions))
		scoped++
		if !plainName(feature) {
			continue
		}
		for j, permission := range permissions {
			if (byScope&byList)>>j&1 == 1 && plainName(permission) {
				granted = append(granted, b.prefix+feature+":"+permission)
			}
		}
	}
	return granted
}

// maskAt returns the mask at i, 0 if there is none or if one of the two readings
// would drop it: a mask that does not fit 63 bits, names a permission that is not
// listed, or is padded with spaces.
func maskAt(masks []string, i, permissions int) uint64 {
	if i >= len(masks) {
		return 0
	}
	mask, err := strconv.ParseUint(masks[i], 10, 63) // digits only
	if err != nil || bits.Len64(mask) > permissions {
		return 0
	}
	return mask
}

// plainName reports whether both readings of a feature give the same name: one of
// them trims white space and cuts at a second colon.
func plainName(s string) bool {
	return s != "" && strings.TrimSpace(s) == s && !strings.Contains(s, ":")
}

// commaList splits the claim at its commas. It keeps empty entries, because masks belong to features by position.
func commaList(path jose.Path, claims jose.Object) []string {
	v, _ := path.In(claims)
	text, _ := v.Text()
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}
