package chiauth_test

import (
	"testing"

	"github.com/revstackhq/auth-go/core/adaptertest"
)

func TestConformance(t *testing.T) {
	adaptertest.Run(t, adaptertest.Adapter{Name: "chiauth", Start: startChi, HasErrorHandler: false})
}
