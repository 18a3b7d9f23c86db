module github.com/revstackhq/auth-go/mldsa

go 1.25.0

require (
	filippo.io/mldsa v1.0.0
	github.com/revstackhq/auth-go/core v0.1.0
)

require (
	filippo.io/bigmod v0.1.0 // indirect
	filippo.io/edwards25519 v1.2.0 // indirect
	filippo.io/nistec v0.0.4 // indirect
	github.com/go-jose/go-jose/v4 v4.1.8 // indirect
	github.com/golang-jwt/jwt/v5 v5.3.1 // indirect
	github.com/maypok86/otter/v2 v2.4.0 // indirect
	golang.org/x/sys v0.36.0 // indirect
)

replace github.com/revstackhq/auth-go/core => ../core
