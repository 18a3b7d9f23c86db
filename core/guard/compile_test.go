package guard_test

import (
	"reflect"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// The options of a verifier and of a guard are different types, and neither
// implements the other: passing one as the other does not compile.
func TestOptionsDoNotMix(t *testing.T) {
	verifiers, guards := reflect.TypeFor[core.Option](), reflect.TypeFor[guard.Option]()
	if verifiers.AssignableTo(guards) || guards.AssignableTo(verifiers) {
		t.Error("an option of one can be passed to the other")
	}
	for _, o := range []any{new(core.Contract), core.WithStandardCrypto(), guard.Optional()} {
		if typ := reflect.TypeOf(o); typ.Implements(verifiers) == typ.Implements(guards) {
			t.Errorf("%s is an option of both, or of neither", typ)
		}
	}
}
