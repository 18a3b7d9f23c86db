package crosstest_test

import (
	"testing"

	"github.com/revstackhq/auth-go/core/adaptertest"
	"github.com/revstackhq/auth-go/internal/crosstest"
)

func TestConformance(t *testing.T) {
	for _, adapter := range crosstest.Adapters() {
		t.Run(adapter.Name, func(t *testing.T) { adaptertest.Run(t, adapter) })
	}
}
