package cli_test

import (
	"testing"

	"github.com/revstackhq/auth-go/authdoctor/internal/codes"
)

func TestExplain(t *testing.T) {
	list := run(t, "explain")
	for _, e := range codes.All() {
		list.want(t, 0, string(e.Code))
		run(t, "explain", string(e.Code)).want(t, 0, string(e.Code), "What to do", e.Code.DocURL())
	}
	run(t, "explain", "token-expired").want(t, 0, "status            401", `Bearer error="invalid_token"`)
	run(t, "explain", "KEYS_UNAVAILABLE", "--json").want(t, 0, `"status": 503`)
	run(t, "explain", "--json").want(t, 0, "TOKEN_EXPIRED")
	run(t, "explain", "TOKEN_LOST").want(t, 2, `unknown code "TOKEN_LOST"`)
}
