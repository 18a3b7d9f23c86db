package google

import "github.com/revstackhq/auth-go/core"

// Claims are the claims of Google's ID tokens; a field is zero if the token
// lacks its claim.
//
// Source: https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload.
type Claims struct {
	// Issuer is https://accounts.google.com or accounts.google.com.
	Issuer string `json:"iss"`
	// Subject is the account's unchanging id, up to 255 digits: identify people
	// by it, not by their e-mail address.
	Subject   string       `json:"sub"`
	Audience  core.Strings `json:"aud"`
	ExpiresAt int64        `json:"exp"` // seconds since 1970
	IssuedAt  int64        `json:"iat"`
	NotBefore int64        `json:"nbf,omitempty"`
	ID        string       `json:"jti,omitempty"`

	// AuthorizedParty is the client that asked for the token; of a mobile app
	// it differs from Audience.
	AuthorizedParty string `json:"azp,omitempty"`
	AccessTokenHash string `json:"at_hash,omitempty"`
	Nonce           string `json:"nonce,omitempty"`

	// HostedDomain is the account's Google Workspace or Cloud organization, ""
	// for any other account.
	HostedDomain  string `json:"hd,omitempty"`
	Email         string `json:"email,omitempty"`
	EmailVerified bool   `json:"email_verified,omitempty"`

	Name       string `json:"name,omitempty"`
	GivenName  string `json:"given_name,omitempty"`
	FamilyName string `json:"family_name,omitempty"`
	Picture    string `json:"picture,omitempty"`
	Locale     string `json:"locale,omitempty"`

	// Google is in tokens of virtual machines (format full).
	Google *Instance `json:"google,omitempty"`
}

// Instance is the claim google.
type Instance struct {
	ComputeEngine ComputeEngine `json:"compute_engine"`
}

// ComputeEngine says which virtual machine asked for the token.
//
// Source: https://cloud.google.com/compute/docs/instances/verifying-instance-identity.
type ComputeEngine struct {
	ProjectID     string `json:"project_id"`
	ProjectNumber int64  `json:"project_number"`
	Zone          string `json:"zone"`
	InstanceID    string `json:"instance_id"`
	InstanceName  string `json:"instance_name"`
	// CreatedAt is when the instance was made, in seconds since 1970.
	CreatedAt int64 `json:"instance_creation_timestamp"`
	// LicenseIDs are there if the token was asked for with licenses.
	LicenseIDs []string `json:"license_id,omitempty"`
}
