package fiberauth_test

import (
	"testing"

	"github.com/revstackhq/auth-go/core/adaptertest"
)

func TestConformance(t *testing.T) {
	adaptertest.Run(t, adaptertest.Adapter{Name: "fiberauth", Start: startFiber, HasErrorHandler: true})
}
