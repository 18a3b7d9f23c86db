module github.com/revstackhq/auth-go/internal/mutation

go 1.25.0
