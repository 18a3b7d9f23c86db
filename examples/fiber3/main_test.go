package main

import (
	"net/http"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/examples/internal/profiletest"
)

func TestProfile(t *testing.T) {
	profiletest.Run(t, func(c *core.Contract) profiletest.Send {
		app := routes(c)
		return func(r *http.Request) (*http.Response, error) { return app.Test(r) }
	})
}
