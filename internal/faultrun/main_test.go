package main

import (
	"bytes"
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
