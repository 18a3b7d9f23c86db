package core_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/revstackhq/auth-go/core"
)

func TestErrorForms(t *testing.T) {
	var none *core.Error
	if none.Error() == "" || none.Unwrap() != nil || errors.Is(none, core.CodeForbidden) ||
		core.CodeOf(none) != core.CodeUnknownError {
		t.Error("a nil *Error")
	}
	if core.CodeOf(nil) != "" || core.CodeOf(errors.New("x")) != core.CodeUnknownError {
		t.Error("CodeOf")
	}
	cause := errors.New("cause")
	e := &core.Error{Code: core.CodeForbidden, Detail: "detail", Err: cause}
	if got := e.Error(); got != "auth: FORBIDDEN: detail: cause" {
		t.Error(got)
	}
	if !errors.Is(e, cause) || !errors.Is(e, core.CodeForbidden) || errors.Is(e, core.CodeTokenExpired) {
		t.Error("errors.Is")
	}
	if data, err := json.Marshal(core.CodeForbidden); err != nil || string(data) != `"FORBIDDEN"` {
		t.Errorf("%s %v", data, err)
	}
}
