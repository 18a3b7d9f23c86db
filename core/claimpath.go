package core

import "github.com/revstackhq/auth-go/core/internal/jose"

// CheckClaimPath returns an error if path can't be read as the path of a claim,
// written like [Rules.UserIDClaim]. It is for code that takes paths before there
// is a session to ask, as package policy does.
func CheckClaimPath(path string) error {
	_, err := jose.ParsePath(path)
	return err
}
