package adaptertest

import (
	"net/http"
	"slices"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// The matrix multiplies small tables: every way in by every fault by every mode,
// every policy by every session, every form of the answer by every refusal. The
// expected answer follows from the small tables.
func matrixScenarios() []Scenario {
	return slices.Concat(wayScenarios(), issuerScenarios(), originScenarios(), policyScenarios(), formScenarios())
}

// combine is one mode with everything that the others ask for. Its name lists
// theirs, because the modes of one name must not differ.
func combine(name string, modes ...Mode) Mode {
	all := Mode{Name: name}
	for _, m := range modes {
		if m.Name != "" {
			all.Name += " + " + m.Name
		}
		all.Outage = all.Outage || m.Outage
		all.Policies = append(all.Policies, m.Policies...)
		if m.Further != nil {
			all.Further = m.Further // no two modes of a combination have further contracts
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

// underOptional is what becomes of a request under guard.Optional: who has no
// credentials is anonymous, and nothing else changes.
func underOptional(w Want) Want {
	if w.Code == core.CodeTokenMissing {
		return passes("")
	}
	return w
}

// underBestEffort is what becomes of it under guard.InsecureBestEffort: whoever
// is refused is anonymous, but an outage refuses nobody and lets nobody pass.
func underBestEffort(w Want) Want {
	if w.Status >= http.StatusBadRequest && w.Status != http.StatusServiceUnavailable {
		return passes("")
	}
	return w
}
