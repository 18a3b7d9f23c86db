package faults

import "strings"

// Join returns all configuration errors as one error, nil if there are none. Its
// text has a line for each error, and ends with the address of the documentation
// about the first one. An error that Join returned before is taken apart again.
func Join(errs ...error) error {
	var all joined
	for _, err := range errs {
		all.add(err)
	}
	return all.err()
}

// joined is a list of errors that is itself an error. It keeps the sentences that
// the reasons were made from, so that [List.AppendAs] can replace the names of
// fields in them.
type joined []item

type item struct {
	err    error
	reason sentence // nil if another package wrote the reason
}

func (j *joined) add(err error) {
	switch e := err.(type) { //nolint:errorlint // what was joined before is taken apart, nothing else
	case nil:
	case joined:
		*j = append(*j, e...)
	default:
		*j = append(*j, item{err: e})
	}
}

func (j joined) err() error {
	if len(j) == 0 {
		return nil
	}
	return j
}

func (j joined) Error() string {
	var b strings.Builder
	for i, one := range j {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(one.err.Error())
	}
	if documented, ok := j[0].err.(interface{ DocURL() string }); ok {
		b.WriteString("\nsee " + documented.DocURL())
	}
	return b.String()
}

func (j joined) Unwrap() []error {
	errs := make([]error, len(j))
	for i, one := range j {
		errs[i] = one.err
	}
	return errs
}

// itemsOf returns the errors at the leaves of err's tree, in order.
func itemsOf(err error) joined {
	switch e := err.(type) { //nolint:errorlint // this walks the tree itself
	case nil:
		return nil
	case joined:
		return e
	case interface{ Unwrap() []error }:
		var all joined
		for _, one := range e.Unwrap() {
			all = append(all, itemsOf(one)...)
		}
		return all
	case interface{ Unwrap() error }:
		return itemsOf(e.Unwrap())
	default:
		return joined{{err: err}}
	}
}
