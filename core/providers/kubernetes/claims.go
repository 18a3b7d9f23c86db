package kubernetes

import "github.com/revstackhq/auth-go/core"

// Claims are the claims of a projected service account token; a field is zero
// if the token lacks its claim.
//
// Source: https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/.
type Claims struct {
	Issuer string `json:"iss"`
	// Subject is system:serviceaccount:<namespace>:<name>.
	Subject   string       `json:"sub"`
	Audience  core.Strings `json:"aud"`
	ExpiresAt int64        `json:"exp"` // seconds since 1970
	IssuedAt  int64        `json:"iat"`
	NotBefore int64        `json:"nbf,omitempty"`
	ID        string       `json:"jti,omitempty"` // in newer versions

	// Kubernetes says what the token is bound to.
	Kubernetes Bound `json:"kubernetes.io"`
}

// Bound is the claim kubernetes.io. An object that the token is not bound to is
// nil.
type Bound struct {
	Namespace      string  `json:"namespace"`
	ServiceAccount Object  `json:"serviceaccount"`
	Pod            *Object `json:"pod,omitempty"`
	Secret         *Object `json:"secret,omitempty"`
	Node           *Object `json:"node,omitempty"`
	// WarnAfter is when the pod should have got a new token, in seconds since
	// 1970; exp is up to a year later where tokens are extended.
	WarnAfter int64 `json:"warnafter,omitempty"`
}

// Object is a Kubernetes object that the token names. A new object of the same
// name has another UID.
type Object struct {
	Name string `json:"name"`
	UID  string `json:"uid"`
}
