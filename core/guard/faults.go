package guard

import (
	"fmt"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/fault"
)

// faults collects configuration mistakes so that all are returned at once.
type faults []error

// add notes a value that can never work.
func (f *faults) add(field, value, reason string, args ...any) {
	f.note(core.ConfigInvalid, field, value, reason, args...)
}

// missing notes that something required is absent.
func (f *faults) missing(field, reason string) { f.note(core.ConfigMissing, field, "", "%s", reason) }

// conflict notes an option that contradicts another one.
func (f *faults) conflict(field, reason string) {
	f.note(core.ConfigConflicting, field, "", "%s", reason)
}

func (f *faults) note(kind core.ConfigErrorKind, field, value, reason string, args ...any) {
	sentence := fmt.Sprintf(reason, args...)
	*f = append(*f, &core.ConfigError{Field: field, Value: value, Kind: kind, Reason: sentence})
}

func quoted(s string) string { return fault.Value(s) }
