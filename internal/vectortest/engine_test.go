package main

import (
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/vectors"
)

func load(t *testing.T) []vectors.Class {
	t.Helper()
	classes, err := vectors.Load()
	if err != nil {
		t.Fatal(err)
	}
	return classes
}

// TestWithoutCache: the engine gives every case its verdict and its code.
func TestWithoutCache(t *testing.T) {
	e := newEngine(core.TokenCache{Disabled: true})
	for _, class := range load(t) {
		for i := range class.Cases {
			c := &class.Cases[i]
			if got := e.judge(t.Context(), c); !got.fits(c) {
				t.Errorf("%s: %s: got %q %q (%v), want %q %q", class.Name, c.Name, got.code, got.user, got.err, c.Code, c.User)
			}
		}
	}
}
