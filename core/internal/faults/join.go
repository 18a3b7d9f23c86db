package faults

import "strings"

// Join returns all configuration errors as one, nil if there is none. Its text is
// theirs, a line each, and ends with where the documentation explains the first.
// An error that was joined before adds its own errors, not its text.
func Join(errs ...error) error {
	var all joined
	for _, err := range errs {
		switch e := err.(type) { //nolint:errorlint // what was joined before is taken apart, nothing else
		case nil:
		case joined:
			all = append(all, e...)
		default:
			all = append(all, e)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return all
}

type joined []error

func (j joined) Error() string {
	var b strings.Builder
	for i, err := range j {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(err.Error())
	}
	if documented, ok := j[0].(interface{ DocURL() string }); ok {
		b.WriteString("\nsee " + documented.DocURL())
	}
	return b.String()
}

func (j joined) Unwrap() []error { return j }
