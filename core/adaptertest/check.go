package adaptertest

import (
	"encoding/json"
	"fmt"
	"strings"
)

func (s Scenario) isMetadata() bool { return strings.HasPrefix(s.target(), "/.well-known/") }

// checkRefusal checks an answer that is not from a handler.
func (s Scenario) checkRefusal(x Exchange) error {
	if got := x.Header.Get("Cache-Control"); got != "no-store" {
		return fmt.Errorf("Cache-Control %q, want no-store: a shared cache must not keep a refusal", got)
	}
	retry := x.Header.Get("Retry-After")
	if (retry != "") != (x.Status == 503) {
		return fmt.Errorf("Retry-After %q with status %d", retry, x.Status)
	}
	if s.Want.Code == "" {
		return nil
	}
	var answer struct{ Code string }
	if err := json.Unmarshal(x.Body, &answer); err != nil || answer.Code != string(s.Want.Code) {
		return fmt.Errorf("body %q, want code %s", x.Body, string(s.Want.Code))
	}
	return nil
}

// checkReport checks what handler and service saw.
func (s Scenario) checkReport(x Exchange) error {
	if s.isMetadata() {
		return nil
	}
	if s.target() == PathStream {
		want := StreamLine(s.Want.User, 0) + StreamLine(s.Want.User, 1) + StreamLine(s.Want.User, 2)
		if string(x.Body) != want {
			return fmt.Errorf("body %q, want %q", x.Body, want)
		}
		return nil
	}
	var r Report
	if err := json.Unmarshal(x.Body, &r); err != nil {
		return fmt.Errorf("the handler's report is not JSON: %w: %q", err, x.Body)
	}
	someone := s.Want.User != ""
	switch {
	case r.UserID != s.Want.User:
		return fmt.Errorf("the handler's UserID is %q, want %q", r.UserID, s.Want.User)
	case r.Service != s.Want.User:
		return fmt.Errorf("a service sees user %q in the request's context, want %q", r.Service, s.Want.User)
	case r.HasSession != someone || r.ServiceHas != someone:
		return fmt.Errorf(
			"the handler's Session returns %t, core.FromContext %t, want %t",
			r.HasSession,
			r.ServiceHas,
			someone,
		)
	case someone && (r.ClaimsError != "" || r.Subject != s.Want.User):
		return fmt.Errorf("Claims: subject %q, error %q", r.Subject, r.ClaimsError)
	case !someone && r.ClaimsError != "no session":
		return fmt.Errorf("Claims without a session: error %q, want core.ErrNoSession", r.ClaimsError)
	case r.Organization != r.ServiceOrg:
		return fmt.Errorf("the handler sees organization %q, a service %q", r.Organization, r.ServiceOrg)
	}
	return nil
}
