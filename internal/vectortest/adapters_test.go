package main

import (
	"testing"

	"github.com/revstackhq/auth-go/vectors"
)

// TestAdapters: over HTTP, net/http and every adapter give every vector the verdict and the code that the engine gives.
func TestAdapters(t *testing.T) {
	classes, err := vectors.Load()
	if err != nil {
		t.Fatal(err)
	}
	cases := sendables(classes)
	if len(cases) < 2600 {
		t.Errorf("%d cases are sent, want at least 2600", len(cases))
	}
	all := allAdapters()
	for n := range all {
		t.Run(all[n].name, func(t *testing.T) {
			t.Parallel()
			mine, least := cases, 2580
			if raceEnabled { // the adapters share the vectors
				mine, least = nil, 200
				for i := n; i < len(cases); i += len(all) {
					mine = append(mine, cases[i])
				}
			}
			got := all[n].judge(t.Context(), mine)
			if got.err != nil {
				t.Error(got.err)
			}
			if got.sent < least {
				t.Errorf("%d tokens were sent, want at least %d", got.sent, least)
			}
		})
	}
}
