package adaptertest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/adaptertest"
)

// No two rows of one mode send the same request, and no row expects an impossible
// answer.
func TestRowsDiffer(t *testing.T) {
	requests := map[string]string{}
	rows := adaptertest.Scenarios()
	for _, row := range rows {
		switch passed := row.Want.Status == http.StatusOK; {
		case passed && (row.Want.Code != "" || row.Want.Challenge != ""):
			t.Errorf("%q: who passes is not refused", row.Name)
		case !passed && row.Want.User != "":
			t.Errorf("%q: a rejected request has no user", row.Name)
		}
		var request strings.Builder
		request.WriteString(row.Mode.Name + "\n" + row.Method + " " + row.Target + "\n")
		for _, f := range row.Fields {
			request.WriteString(f.Name + ": " + f.Value + "\n")
		}
		if other := requests[request.String()]; other != "" {
			t.Errorf("%q asks what %q asks", row.Name, other)
		}
		requests[request.String()] = row.Name
	}
	t.Logf("%d rows", len(rows))
}
