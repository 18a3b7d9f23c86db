package mcpauth_test

import (
	"net/http"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/adaptertest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/mcpauth"
)

// startScenarios serves the routes of adaptertest behind mcpauth.
func startScenarios(cfg adaptertest.Config) (*adaptertest.Server, error) {
	g := guard.Must("mcpauth", cfg.Source, cfg.Options...)
	inner := mcpauth.New(cfg.Source, mcpauth.Config{}, cfg.InnerOptions...)
	return cfg.ServeMux(g, mcpauth.Guard(g, mcpauth.Config{}), inner)
}

// expected returns a scenario with the answer of mcpauth where that is another than that of the other adapters.
func expected(s adaptertest.Scenario) adaptertest.Scenario {
	switch s.Method {
	case http.MethodPost, http.MethodPut, http.MethodPatch:
		// No message is in the scenarios' bodies, so it goes no further than the guard: not to the handler, and not to
		// the inner guard of a route that has two.
		if s.Want.Status == http.StatusOK || s.Target == adaptertest.PathTwice {
			s.Want = adaptertest.Want{Status: http.StatusUnsupportedMediaType, Nonce: s.Want.Nonce}
		}
	}
	own := s.Target != adaptertest.PathRequire && s.Target != adaptertest.PathUnguarded // not that of guard.Require
	if s.Want.Code == core.CodeForbidden && own {
		s.Want.Challenge = "" // no scope cures it, so clients must not ask the user for any
	}
	return s
}

// TestScenarios plays the scenarios of every other adapter: mcpauth's answers are the same, with the exceptions of
// expected.
func TestScenarios(t *testing.T) {
	stage, err := adaptertest.NewStage()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stage.Close() })
	scenarios := adaptertest.Scenarios()
	for i := range scenarios {
		scenarios[i] = expected(scenarios[i])
	}
	adapter := adaptertest.Adapter{Name: "mcpauth", Start: startScenarios}
	played := 0
	stage.PlayAll(t.Context(), adapter, adaptertest.HTTP1, scenarios,
		func(s adaptertest.Scenario, x adaptertest.Exchange, err error) {
			if err == nil {
				err = s.Check(x)
			}
			if err != nil {
				t.Errorf("%s: %v\nthe rule: %s", s.Name, err, s.Why)
			}
			played++
		})
	if played < 900 {
		t.Errorf("%d scenarios were played, want at least 900", played)
	}
}
