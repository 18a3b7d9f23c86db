package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// TestScenarios plays every scenario with a part of its requests.
func TestScenarios(t *testing.T) {
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			r := play(t.Context(), s, 0.02)
			var table bytes.Buffer
			printResults(&table, []result{r})
			if !r.held() {
				t.Error(table.String())
			}
			if r.requests == 0 {
				t.Error("the scenario sent no request")
			}
		})
	}
}

// TestStorm runs all faults at once for a moment.
func TestStorm(t *testing.T) {
	r := runStorm(t.Context(), 5*time.Second)
	var table bytes.Buffer
	printResults(&table, []result{r})
	if !r.held() {
		t.Error(table.String())
	}
}

// TestSoak runs the four frameworks for a moment.
func TestSoak(t *testing.T) {
	var table bytes.Buffer
	ok, err := runSoak(t.Context(), &table, 1500*time.Millisecond)
	if err != nil || !ok {
		t.Errorf("%v\n%s", err, table.String())
	}
	for _, framework := range []string{"gin", "echo", "chi", "fiber"} {
		if !strings.Contains(table.String(), framework+" ") {
			t.Errorf("no row for %s:\n%s", framework, table.String())
		}
	}
}
