package crosstest_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/adaptertest"
	"github.com/revstackhq/auth-go/internal/crosstest"
)

// TestAnswersOverHTTP2 plays the scenarios over HTTP/2, with and without TLS, on
// every adapter that net/http serves. The answers are the recorded ones, without what
// only HTTP/1.1 has.
func TestAnswersOverHTTP2(t *testing.T) {
	stage := newStage(t)
	data, err := os.ReadFile(answersFile)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, r := range parseAnswers(string(data)) {
		want[r.scenario] = overHTTP2(r.answer)
	}
	for _, adapter := range crosstest.Adapters() {
		if !adapter.HTTP2 {
			continue
		}
		for _, protocol := range []adaptertest.Protocol{adaptertest.HTTP2, adaptertest.HTTP2NoTLS} {
			played := 0
			check := func(scenario adaptertest.Scenario, x adaptertest.Exchange, err error) {
				played++
				if err != nil || !strings.HasPrefix(x.StatusLine, "HTTP/2.0 ") || overHTTP2(x.Golden()) != want[scenario.Name] {
					t.Errorf("%s: %s over %s: %v, got:\n%s\nwant:\n%s",
						scenario.Name, adapter.Name, protocol, err, x.Golden(), want[scenario.Name])
				}
			}
			stage.PlayAll(t.Context(), adapter, protocol, adaptertest.Scenarios(), check)
			if played < 800 {
				t.Errorf("%s: %d scenarios were played over %s", adapter.Name, played, protocol)
			}
		}
	}
}

// overHTTP2 removes from an answer what differs between the protocols: the version,
// and the fields about the connection (RFC 9113 §8.2.2).
func overHTTP2(answer string) string {
	head, body, _ := strings.Cut(answer, "\n\n")
	lines := strings.Split(head, "\n")
	_, lines[0], _ = strings.Cut(lines[0], " ")
	lines = slices.DeleteFunc(lines, func(line string) bool {
		return strings.HasPrefix(line, "Transfer-Encoding: ") || strings.HasPrefix(line, "Connection: ")
	})
	return strings.Join(lines, "\n") + "\n\n" + body
}
