package adaptertest

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// Scenario is one request and what must come of it. A token's name in braces,
// in a field's value or in the target, stands for that token of the [Stage].
type Scenario struct {
	// Name is unique in the table, and fit for a file name.
	Name string
	// Why is the rule behind it, told when it is broken.
	Why string
	// Mode is how the program guards its routes.
	Mode Mode
	// Method is GET by default, Target [PathPrivate].
	Method, Target string
	// Fields are the request's header lines besides Host, in this order.
	Fields []Field
	Want   Want
}

// Mode is a way to guard. Scenarios of one mode differ in the request only.
type Mode struct {
	Name string
	// Options returns the options of New; nil for none.
	Options func(*Stage) []guard.Option
	// Inner returns the options of the inner guard at PathTwice; nil for those of
	// Options.
	Inner func(*Stage) []guard.Option
	// Further returns the contracts that are accepted besides the stage's own; nil
	// for none.
	Further func(*Stage) ([]*core.Contract, error)
	// Policies are what Require asks.
	Policies []core.Policy
	// Outage: the issuer's keys can't be had, and never could.
	Outage bool
}

// Want is what must be answered. The handler must have run if Status is 200,
// and must not have otherwise.
type Want struct {
	Status int
	// Code is in the body's "code" (default body and problem details). "" is
	// not looked for.
	Code core.Code
	// Challenge is the WWW-Authenticate field, "" for none.
	Challenge string
	// User is who the handler, and a service behind it, must see; "" is nobody.
	User string
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

// Check returns what is wrong with an answer, nil if it is as it must be.
func (s Scenario) Check(x Exchange) error {
	if x.Status != s.Want.Status {
		return fmt.Errorf("status %d, want %d", x.Status, s.Want.Status)
	}
	if ran := len(x.Ran) > 0; ran != (s.Want.Status == http.StatusOK && !s.isMetadata()) {
		return fmt.Errorf("handlers that ran: %v, with status %d", x.Ran, x.Status)
	}
	if got := x.Header.Values("Www-Authenticate"); s.Want.Challenge == "" && len(got) > 0 ||
		s.Want.Challenge != "" && !slices.Equal(got, []string{s.Want.Challenge}) {
		return fmt.Errorf("challenge %q, want %q", got, s.Want.Challenge)
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
