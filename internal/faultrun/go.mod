module github.com/revstackhq/auth-go/internal/faultrun

go 1.25.0

require (
	github.com/MicahParks/keyfunc/v3 v3.9.1
	github.com/coreos/go-oidc/v3 v3.21.0
	github.com/golang-jwt/jwt/v5 v5.3.1
	github.com/revstackhq/auth-go/core v0.1.0
)

require (
	filippo.io/bigmod v0.1.0 // indirect
	github.com/MicahParks/jwkset v0.11.4 // indirect
	github.com/go-jose/go-jose/v4 v4.1.8 // indirect
	github.com/maypok86/otter/v2 v2.4.0 // indirect
	golang.org/x/oauth2 v0.36.0 // indirect
	golang.org/x/sys v0.11.0 // indirect
	golang.org/x/time v0.15.0 // indirect
)

replace github.com/revstackhq/auth-go/core => ../../core
