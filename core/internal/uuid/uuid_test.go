package uuid_test

import (
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/internal/uuid"
)

func TestValid(t *testing.T) {
	t.Parallel()
	const good = "3d9a1f64-0b57-4c2e-a8d3-7e5f1c62b490"
	for text, want := range map[string]bool{
		good:                                 true,
		strings.ToUpper(good):                true,
		strings.Repeat("0", 8) + good[8:]:    true,
		good[:35]:                            false,
		good + "0":                           false,
		"":                                   false,
		strings.Replace(good, "-", "/", 1):   false,
		strings.Replace(good, "-", "a", 1):   false,
		strings.Replace(good, "3", "-", 1):   false,
		strings.Replace(good, "3", "g", 1):   false,
		strings.Replace(good, "3", "G", 1):   false,
		strings.Replace(good, "3", "/", 1):   false,
		strings.Replace(good, "3", "%2F", 1): false,
	} {
		if uuid.Valid(text) != want || uuid.Valid([]byte(text)) != want {
			t.Errorf("Valid(%q) is %t", text, !want)
		}
	}
}
