package guard

import (
	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/faults"
)

// configErrors collects the mistakes in a guard's options.
type configErrors = faults.List[core.ConfigError, *core.ConfigError]

// quoted shows a value in a log, shortened and without the credentials of a URL.
func quoted(s string) string { return string(faults.Show(s)) }
