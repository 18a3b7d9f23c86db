module github.com/revstackhq/auth-go/vectors

go 1.25.0
