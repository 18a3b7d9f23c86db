module github.com/revstackhq/auth-go/internal/vectortest

go 1.26.0

require (
	connectrpc.com/connect v1.21.1
	github.com/go-jose/go-jose/v4 v4.1.8
	github.com/golang-jwt/jwt/v5 v5.3.1
	github.com/revstackhq/auth-go/core v0.1.0
	github.com/revstackhq/auth-go/internal/crosstest v0.1.0
	github.com/revstackhq/auth-go/internal/faultrun v0.1.0
	github.com/revstackhq/auth-go/vectors v0.1.0
	google.golang.org/genproto/googleapis/rpc v0.0.0-20260817212433-ac3dfec99bb1
	google.golang.org/grpc v1.85.0
	google.golang.org/protobuf v1.36.12
)

require (
	filippo.io/bigmod v0.1.0 // indirect
	filippo.io/edwards25519 v1.2.0 // indirect
	filippo.io/nistec v0.0.4 // indirect
	github.com/andybalholm/brotli v1.2.0 // indirect
	github.com/bytedance/gopkg v0.1.3 // indirect
	github.com/bytedance/sonic v1.15.0 // indirect
	github.com/bytedance/sonic/loader v0.5.0 // indirect
	github.com/clipperhouse/uax29/v2 v2.7.0 // indirect
	github.com/cloudwego/base64x v0.1.6 // indirect
	github.com/gabriel-vasile/mimetype v1.4.13 // indirect
	github.com/gin-contrib/sse v1.1.0 // indirect
	github.com/gin-gonic/gin v1.12.0 // indirect
	github.com/go-chi/chi/v5 v5.5.0 // indirect
	github.com/go-playground/locales v0.14.1 // indirect
	github.com/go-playground/universal-translator v0.18.1 // indirect
	github.com/go-playground/validator/v10 v10.30.1 // indirect
	github.com/goccy/go-json v0.10.6 // indirect
	github.com/goccy/go-yaml v1.19.2 // indirect
	github.com/gofiber/fiber/v2 v2.52.15 // indirect
	github.com/gofiber/fiber/v3 v3.1.0 // indirect
	github.com/gofiber/schema v1.7.0 // indirect
	github.com/gofiber/utils/v2 v2.0.2 // indirect
	github.com/google/jsonschema-go v0.4.3 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/json-iterator/go v1.1.12 // indirect
	github.com/klauspost/compress v1.20.1 // indirect
	github.com/klauspost/cpuid/v2 v2.3.0 // indirect
	github.com/labstack/echo/v4 v4.16.0 // indirect
	github.com/labstack/echo/v5 v5.4.4 // indirect
	github.com/labstack/gommon v0.5.0 // indirect
	github.com/leodido/go-urn v1.4.0 // indirect
	github.com/mattn/go-colorable v0.1.15 // indirect
	github.com/mattn/go-isatty v0.0.24 // indirect
	github.com/mattn/go-runewidth v0.0.20 // indirect
	github.com/maypok86/otter/v2 v2.4.0 // indirect
	github.com/modelcontextprotocol/go-sdk v1.8.0 // indirect
	github.com/modern-go/concurrent v0.0.0-20180306012644-bacd9c7ef1dd // indirect
	github.com/modern-go/reflect2 v1.0.2 // indirect
	github.com/pelletier/go-toml/v2 v2.2.4 // indirect
	github.com/philhofer/fwd v1.2.0 // indirect
	github.com/quic-go/qpack v0.6.0 // indirect
	github.com/quic-go/quic-go v0.59.0 // indirect
	github.com/revstackhq/auth-go/chiauth v0.1.0 // indirect
	github.com/revstackhq/auth-go/connectauth v0.1.0 // indirect
	github.com/revstackhq/auth-go/echo5auth v0.1.0 // indirect
	github.com/revstackhq/auth-go/echoauth v0.1.0 // indirect
	github.com/revstackhq/auth-go/fiber3auth v0.1.0 // indirect
	github.com/revstackhq/auth-go/fiberauth v0.1.0 // indirect
	github.com/revstackhq/auth-go/ginauth v0.1.0 // indirect
	github.com/revstackhq/auth-go/grpcauth v0.1.0 // indirect
	github.com/revstackhq/auth-go/mcpauth v0.1.0 // indirect
	github.com/segmentio/asm v1.2.1 // indirect
	github.com/segmentio/encoding v0.5.4 // indirect
	github.com/tinylib/msgp v1.6.3 // indirect
	github.com/twitchyliquid64/golang-asm v0.15.1 // indirect
	github.com/ugorji/go/codec v1.3.1 // indirect
	github.com/valyala/bytebufferpool v1.0.0 // indirect
	github.com/valyala/fasthttp v1.69.0 // indirect
	github.com/valyala/fasttemplate v1.2.2 // indirect
	github.com/yosida95/uritemplate/v3 v3.0.2 // indirect
	go.mongodb.org/mongo-driver/v2 v2.5.0 // indirect
	golang.org/x/arch v0.24.0 // indirect
	golang.org/x/crypto v0.58.0 // indirect
	golang.org/x/net v0.61.0 // indirect
	golang.org/x/oauth2 v0.37.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/text v0.43.0 // indirect
	golang.org/x/time v0.15.0 // indirect
)

replace (
	github.com/revstackhq/auth-go/chiauth => ../../chiauth
	github.com/revstackhq/auth-go/connectauth => ../../connectauth
	github.com/revstackhq/auth-go/core => ../../core
	github.com/revstackhq/auth-go/echo5auth => ../../echo5auth
	github.com/revstackhq/auth-go/echoauth => ../../echoauth
	github.com/revstackhq/auth-go/fiber3auth => ../../fiber3auth
	github.com/revstackhq/auth-go/fiberauth => ../../fiberauth
	github.com/revstackhq/auth-go/ginauth => ../../ginauth
	github.com/revstackhq/auth-go/grpcauth => ../../grpcauth
	github.com/revstackhq/auth-go/internal/crosstest => ../crosstest
	github.com/revstackhq/auth-go/internal/faultrun => ../faultrun
	github.com/revstackhq/auth-go/mcpauth => ../../mcpauth
	github.com/revstackhq/auth-go/vectors => ../../vectors
)
