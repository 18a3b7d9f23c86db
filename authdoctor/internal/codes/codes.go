// Package codes explains every core.Code: what causes it and how to fix it. The
// page docs/errors.md is generated from it.
package codes

import (
	"strings"

	"github.com/revstackhq/auth-go/core"
)

// Explanation explains a code to a person, in plain text with `code` in
// backticks.
type Explanation struct {
	Code core.Code
	// Cause says when a request gets the code, the most frequent case first.
	Cause string
	// Fix lists remedies, in the order in which to try them.
	Fix []string
}

// All returns the explanations in the order in which a token with several
// faults reports them.
func All() []Explanation {
	var all []Explanation
	for _, group := range [][]Explanation{ofRequests(), ofSignatures(), ofClaims(), ofDecisions()} {
		all = append(all, group...)
	}
	return all
}

// Lookup finds the explanation of a code. Case does not count, and hyphens and
// spaces may replace underscores.
func Lookup(code string) (Explanation, bool) {
	wanted := core.Code(strings.ToUpper(strings.NewReplacer("-", "_", " ", "_").Replace(strings.TrimSpace(code))))
	for _, e := range All() {
		if e.Code == wanted {
			return e, true
		}
	}
	return Explanation{}, false
}
