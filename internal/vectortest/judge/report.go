package judge

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/revstackhq/auth-go/vectors"
)

// AskAll asks all peers about all vectors and mutants.
func AskAll(ctx context.Context, classes []vectors.Class) *Survey {
	s := newSurvey()
	s.vectors(ctx, classes)
	s.mutants(ctx, classes)
	return s
}

// Table returns the disagreements as a Markdown table, and an error that names those without a reason.
func (s *Survey) Table() (string, error) {
	var b strings.Builder
	var errs []error
	fmt.Fprintf(&b, `# Where auth-go and other libraries disagree

Written by `+"`cd internal/vectortest/judge && go test . -update`"+`. %d tokens: the vectors of the module vectors, and mutants of them, made
with a fixed seed: %d with a changed character, %d with a changed header and %d with changed claims, these two signed again
with the issuer's secret. Each is judged by auth-go, by golang-jwt v5 and go-jose v4 with their strictest options, and read by
encoding/json into maps. The column after the library names who refuses the tokens; they agree on all others.

| input | class of vectors, or what auth-go says | library | refused by | tokens | why |
|---|---|---|---|---|---|
`, s.tokens, mutantsOfEach, mutantsOfEach, mutantsOfEach)
	for _, d := range s.inOrder() {
		why := d.why()
		if why == "" {
			errs = append(errs, fmt.Errorf("%s: %q: %s alone refuses (%s), for example %q: mend it, or explain it in reasons.go",
				d.input, d.group, d.stricter, d.peer, s.examples[d]))
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %d | %s |\n", d.input, d.group, d.peer, d.stricter, s.counts[d], why)
	}
	return b.String(), errors.Join(errs...)
}
