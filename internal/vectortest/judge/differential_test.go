package judge

import (
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write the table of the disagreements")

// TestDifferential: golang-jwt, go-jose and encoding/json judge vectors and mutants as auth-go does, except where
// differential.md says so and why. A new disagreement is a defect of one of them until somebody has looked at it.
func TestDifferential(t *testing.T) {
	if raceEnabled {
		t.Skip("one goroutine compares, and the race detector makes it slow")
	}
	const file = "differential.md"
	got, err := AskAll(t.Context(), load(t)).Table()
	if err != nil {
		t.Error(err)
	}
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is out of date: run with -update and review the difference", file)
	}
}

// TestSignatures: the libraries confirm the signatures of published examples that are refused for another reason.
func TestSignatures(t *testing.T) {
	confirmed := 0
	p := newPanel()
	for _, c := range Tokens(load(t)) {
		if !c.SignatureValid || c.Accept {
			continue
		}
		if err := p.signature(c); err != nil {
			t.Errorf("%s: %v", c.Name, err)
		}
		confirmed++
	}
	if confirmed < 10 {
		t.Errorf("%d signatures, want at least 10", confirmed)
	}
}
