package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/adaptertest"
	"github.com/revstackhq/auth-go/internal/crosstest"
)

// someScenarios returns the ones that send the given header fields, or none.
func someScenarios(t *testing.T, fields ...adaptertest.Field) []adaptertest.Scenario {
	t.Helper()
	all := slices.DeleteFunc(adaptertest.Scenarios(), func(s adaptertest.Scenario) bool {
		return s.Mode.Name != "required" || s.Method != "" || s.Target != "" || !slices.Equal(s.Fields, fields)
	})
	if len(all) == 0 {
		t.Fatalf("no scenario sends %q", fields)
	}
	return all
}

func TestCheck(t *testing.T) {
	scenarios := slices.Concat(someScenarios(t), someScenarios(t, adaptertest.Field{
		Name:  "Authorization",
		Value: "Bearer {session}",
	}))
	var out strings.Builder
	if err := check(t.Context(), crosstest.Adapters(), scenarios, &out); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	for _, want := range []string{
		"chiauth", "ginauth", "echoauth", "echo5auth", "fiberauth", "fiber3auth", "net/http", "401 TOKEN_MISSING", "200 user_1",
		"7 adapters: every answer is as documented",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, out.String())
		}
	}
	if got := strings.Count(out.String(), "as documented\n"); got != len(scenarios) {
		t.Errorf("%d rows as documented, want %d:\n%s", got, len(scenarios), out.String())
	}
}

// TestCheckReportsDifferences plays an adapter that answers every request in
// its own way next to one that is right.
func TestCheckReportsDifferences(t *testing.T) {
	right := crosstest.Adapters()[0]
	for name, c := range map[string]struct {
		answer func(http.ResponseWriter)
		want   string
	}{
		"another status": {
			func(w http.ResponseWriter) { w.WriteHeader(http.StatusTeapot) },
			"odd: status 418, want 401",
		},
		"another body": {
			func(w http.ResponseWriter) {
				w.Header().Set("Cache-Control", "no-store")
				w.Header().Set("Www-Authenticate", "Bearer")
				w.WriteHeader(http.StatusUnauthorized)
				_, _ = w.Write([]byte(`{"code":"TOKEN_MISSING"}`))
			},
			"odd: the answer is not chiauth's",
		},
	} {
		t.Run(name, func(t *testing.T) {
			odd := adaptertest.Adapter{Name: "odd", Start: func(cfg adaptertest.Config) (*adaptertest.Server, error) {
				return cfg.Serve(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { c.answer(w) }))
			}}
			var out strings.Builder
			err := check(t.Context(), []adaptertest.Adapter{right, odd}, someScenarios(t), &out)
			if err == nil || !strings.Contains(out.String(), c.want) || !strings.Contains(out.String(), "DIFFERS") {
				t.Errorf("got %v, want %q in:\n%s", err, c.want, out.String())
			}
			if strings.Contains(out.String(), ": chiauth: ") {
				t.Errorf("chiauth is blamed too:\n%s", out.String())
			}
		})
	}
}
