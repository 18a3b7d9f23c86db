package adaptertest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// Scenario is one request and the answer that it must get. The name of a token in
// braces, in a field's value or in the target, is replaced with that token of the
// [Stage].
type Scenario struct {
	// Name is unique in the table and usable as a file name.
	Name string
	// Why is the reason for the expected answer. It is logged if the scenario
	// fails.
	Why string
	// Mode says how the program guards its routes.
	Mode Mode
	// Method is GET by default. Target is [PathPrivate] by default.
	Method, Target string
	// Fields are the request's header lines in addition to Host, in this order.
	Fields []Field
	Want   Want
	// OnlyHTTP1 is the reason why the request cannot be sent over HTTP/2, "" if it
	// can.
	OnlyHTTP1 string
}

// Mode is a configuration of the guard. Scenarios of one mode differ only in the
// request.
type Mode struct {
	Name string
	// Options returns the options of New; nil means no options.
	Options func(*Stage) []guard.Option
	// Inner returns the options of the inner guard at PathTwice; nil means those
	// of Options.
	Inner func(*Stage) []guard.Option
	// Further returns contracts that are accepted in addition to the stage's own;
	// nil means none.
	Further func(*Stage) ([]*core.Contract, error)
	// Policies are the policies of Require.
	Policies []core.Policy
	// Outage makes the issuer's keys unavailable from the start.
	Outage bool
	// Opaque accepts opaque tokens, by introspection, and API keys in addition to
	// the stage's sessions.
	Opaque bool
	// OpaqueConfirmation says which opaque tokens that are bound to a client's key
	// are accepted, as core.Rules.Confirmation does; "" means none.
	OpaqueConfirmation string
}

// Want is the answer that is required. The handler must run if Status is 200, and
// must not run otherwise.
type Want struct {
	Status int
	// Code is the "code" in the body (default body and problem details). "" is
	// not checked.
	Code core.Code
	// Challenge is the WWW-Authenticate field, "" if the answer must not have
	// one. A line break separates several fields.
	Challenge string
	// User is the user id that the handler, and a service behind it, must see; ""
	// means that the request is anonymous.
	User string
	// Nonce says whether the answer must have a DPoP-Nonce; if not, it must not have one.
	Nonce bool
}

func (s Scenario) method() string {
	if s.Method == "" {
		return http.MethodGet
	}
	return s.Method
}

func (s Scenario) target() string {
	if s.Target == "" {
		return PathPrivate
	}
	return s.Target
}

// Check returns an error that says what is wrong with an answer, or nil.
func (s Scenario) Check(x Exchange) error {
	if x.Status != s.Want.Status {
		return fmt.Errorf("status %d, want %d", x.Status, s.Want.Status)
	}
	if ran := len(x.Ran) > 0; ran != (s.Want.Status == http.StatusOK && !s.isMetadata()) {
		return fmt.Errorf("handlers that ran: %v, with status %d", x.Ran, x.Status)
	}
	if got := x.Header.Values("Www-Authenticate"); s.Want.Challenge == "" && len(got) > 0 ||
		s.Want.Challenge != "" && !slices.Equal(got, strings.Split(s.Want.Challenge, "\n")) {
		return fmt.Errorf("challenge %q, want %q", got, s.Want.Challenge)
	}
	if got := x.Header.Values("Dpop-Nonce"); len(got) > 1 || (len(got) == 1 && got[0] != "") != s.Want.Nonce {
		return fmt.Errorf("DPoP-Nonce %q, want one: %t", got, s.Want.Nonce)
	}
	if s.method() == http.MethodHead {
		if len(x.Body) > 0 {
			return fmt.Errorf("HEAD was answered with a body: %q", x.Body)
		}
		return nil
	}
	if s.Want.Status >= http.StatusBadRequest {
		return s.checkRefusal(x)
	}
	return s.checkReport(x)
}
