module github.com/revstackhq/auth-go/internal/rpctest

go 1.26.0

require (
	connectrpc.com/connect v1.21.1
	github.com/revstackhq/auth-go/connectauth v0.1.0
	github.com/revstackhq/auth-go/core v0.1.0
	github.com/revstackhq/auth-go/grpcauth v0.1.0
	google.golang.org/genproto/googleapis/rpc v0.0.0-20260817212433-ac3dfec99bb1
	google.golang.org/grpc v1.85.0
	google.golang.org/protobuf v1.36.12
)

require (
	filippo.io/bigmod v0.1.0 // indirect
	filippo.io/edwards25519 v1.2.0 // indirect
	filippo.io/nistec v0.0.4 // indirect
	github.com/go-jose/go-jose/v4 v4.1.8 // indirect
	github.com/golang-jwt/jwt/v5 v5.3.1 // indirect
	github.com/maypok86/otter/v2 v2.4.0 // indirect
	golang.org/x/net v0.61.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/text v0.43.0 // indirect
)

replace (
	github.com/revstackhq/auth-go/connectauth => ../../connectauth
	github.com/revstackhq/auth-go/core => ../../core
	github.com/revstackhq/auth-go/grpcauth => ../../grpcauth
)
