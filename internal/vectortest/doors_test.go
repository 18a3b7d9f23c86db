package main

import (
	"testing"

	"github.com/revstackhq/auth-go/vectors"
)

// TestDoors: net/http and every adapter, over HTTP, give every vector the verdict and the code that the engine gives.
func TestDoors(t *testing.T) {
	classes, err := vectors.Load()
	if err != nil {
		t.Fatal(err)
	}
	cases := sendables(classes)
	if len(cases) < 2600 {
		t.Errorf("%d cases are sent, want at least 2600", len(cases))
	}
	all := allDoors()
	for n := range all {
		t.Run(all[n].name, func(t *testing.T) {
			t.Parallel()
			mine, least := cases, 2580
			if raceEnabled { // the doors share the vectors
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
