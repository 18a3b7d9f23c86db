package awsalb

// Claims are the claims of the load balancer's tokens; a field is zero if the
// token lacks its claim. Apart from iss and exp, they come from the identity
// provider's user-info endpoint, so other claims depend on the provider and on
// the scopes of the listener rule's action.
//
// Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html#user-claims-encoding.
type Claims struct {
	Issuer    string `json:"iss"`
	Subject   string `json:"sub"`
	ExpiresAt int64  `json:"exp"` // seconds since 1970
	Email     string `json:"email,omitempty"`
	// EmailVerified is a boolean, or with Cognito the string "true" or "false".
	EmailVerified any    `json:"email_verified,omitempty"`
	Name          string `json:"name,omitempty"`
	GivenName     string `json:"given_name,omitempty"`
	FamilyName    string `json:"family_name,omitempty"`
	// Username is Cognito's.
	Username string `json:"username,omitempty"`
}
