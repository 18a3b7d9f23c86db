package main

import (
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/examples/internal/profiletest"
)

func TestProfile(t *testing.T) {
	profiletest.Run(t, func(c *core.Contract) profiletest.Send { return profiletest.Handler(routes(c)) })
}
