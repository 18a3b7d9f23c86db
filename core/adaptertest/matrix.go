package adaptertest

import (
	"net/http"
	"slices"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// The matrix multiplies small tables: every place for a token by every case by
// every mode, every policy by every session, every form of the answer by every
// rejection. The expected answer follows from the small tables.
func matrixScenarios() []Scenario {
	return slices.Concat(wayScenarios(), issuerScenarios(), originScenarios(), policyScenarios(), formScenarios())
}

// combine returns one mode with the settings of all modes. Its name is made of
// theirs, because modes with the same name must be equal.
func combine(name string, modes ...Mode) Mode {
	all := Mode{Name: name}
	for _, m := range modes {
		if m.Name != "" {
			all.Name += " + " + m.Name
		}
		all.Outage = all.Outage || m.Outage
		all.Policies = append(all.Policies, m.Policies...)
		if m.Further != nil {
			all.Further = m.Further // at most one mode of a combination has further contracts
		}
	}
	all.Options = func(s *Stage) []guard.Option {
		var opts []guard.Option
		for _, m := range modes {
			if m.Options != nil {
				opts = append(opts, m.Options(s)...)
			}
		}
		return opts
	}
	return all
}

// underOptional returns what guard.Optional changes about an answer: a request
// without credentials is anonymous, and nothing else changes.
func underOptional(w Want) Want {
	if w.Code == core.CodeTokenMissing {
		return passes("")
	}
	return w
}

// underBestEffort returns what guard.InsecureBestEffort changes about an answer: a
// request that would be rejected is anonymous, but an outage still answers 503.
func underBestEffort(w Want) Want {
	if w.Status >= http.StatusBadRequest && w.Status != http.StatusServiceUnavailable {
		return passes("")
	}
	return w
}
