package crosstest_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/adaptertest"
	"github.com/revstackhq/auth-go/internal/crosstest"
)

const answersFile = "testdata/answers.txtar"

var update = flag.Bool("update", false, "write "+answersFile+" and testdata/table.md, from chi's answers")

// TestAnswers plays every scenario on every adapter and compares each answer,
// byte for byte, with the recorded one.
func TestAnswers(t *testing.T) {
	stage := newStage(t)
	data, err := os.ReadFile(answersFile)
	if err != nil && !*update {
		t.Fatal(err)
	}
	recorded := parseAnswers(string(data))
	want := map[string]string{}
	for _, r := range recorded {
		want[r.scenario] = r.answer
	}
	for n, adapter := range crosstest.Adapters() {
		check := func(scenario adaptertest.Scenario, x adaptertest.Exchange, err error) {
			if err == nil {
				err = scenario.Check(x)
			}
			answer := x.Golden()
			if err != nil {
				t.Errorf("%s: %s: %v\nthe rule: %s\nthe answer:\n%s", scenario.Name, adapter.Name, err, scenario.Why, answer)
				return
			}
			if n == 0 && *update {
				want[scenario.Name] = answer
			}
			if answer != want[scenario.Name] {
				t.Errorf(
					"%s: %s's answer is not the recorded one.\ngot:\n%s\nwant:\n%s",
					scenario.Name,
					adapter.Name,
					answer,
					want[scenario.Name],
				)
			}
		}
		stage.PlayAll(t.Context(), adapter, adaptertest.HTTP1, adaptertest.Scenarios(), check)
	}
	var played []recording
	for _, scenario := range adaptertest.Scenarios() {
		played = append(played, recording{scenario.Name, want[scenario.Name]})
	}
	if *update {
		if err := os.WriteFile(answersFile, []byte(formatAnswers(played)), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if !slices.ContainsFunc(played, func(r recording) bool { return r.scenario == name }) {
			t.Errorf("%s records %q, which is not a scenario", answersFile, name)
		}
	}
	if string(data) != formatAnswers(recorded) {
		t.Errorf("%s was edited by hand: run with -update", answersFile)
	}
}

// recording is a scenario's answer.
type recording struct{ scenario, answer string }

// The file is a txtar archive (golang.org/x/tools/txtar): a section for each
// distinct answer, in the order of the table, each followed by a section with
// the names of the scenarios that get it.
const (
	answerSection    = "-- answer --\n"
	scenariosSection = "-- scenarios --\n"
	// noNewline marks an answer that does not end with a newline.
	noNewline = "\n\\ no newline at end\n"
)

func formatAnswers(all []recording) string {
	var distinct []string
	scenarios := map[string][]string{}
	for _, r := range all {
		if scenarios[r.answer] == nil {
			distinct = append(distinct, r.answer)
		}
		scenarios[r.answer] = append(scenarios[r.answer], r.scenario)
	}
	var b strings.Builder
	fmt.Fprintf(
		&b,
		"Every HTTP answer of the adapters, and the scenarios that get it.\nWritten by: go test . -run TestAnswers -update\n",
	)
	for _, answer := range distinct {
		text := answer
		if !strings.HasSuffix(text, "\n") {
			text += noNewline
		}
		b.WriteString(answerSection + text + scenariosSection + strings.Join(scenarios[answer], "\n") + "\n")
	}
	return b.String()
}

func parseAnswers(file string) (all []recording) {
	for section := range strings.SplitSeq(file, answerSection) {
		answer, names, ok := strings.Cut(section, scenariosSection)
		if !ok {
			continue // the comment before the first section
		}
		answer = strings.TrimSuffix(answer, noNewline)
		for name := range strings.Lines(names) {
			all = append(all, recording{strings.TrimSuffix(name, "\n"), answer})
		}
	}
	return all
}

// TestAnswersKeepBytes writes and reads answers whose bytes are easily lost.
func TestAnswersKeepBytes(t *testing.T) {
	all := []recording{{"a", "x\n\n"}, {"c", "x\n\n"}, {"b", "no newline"}, {"d", "\n"}, {"e", "\r\n"}}
	if got := parseAnswers(formatAnswers(all)); !slices.Equal(got, all) {
		t.Errorf("got %q, want %q", got, all)
	}
}

func newStage(t *testing.T) *adaptertest.Stage {
	t.Helper()
	stage, err := adaptertest.NewStage()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stage.Close(); err != nil {
			t.Error(err)
		}
	})
	return stage
}
