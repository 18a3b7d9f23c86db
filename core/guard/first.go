package guard

import (
	"fmt"

	"github.com/revstackhq/auth-go/core/internal/faults"
)

// First is an extractor that looks in these places, in this order: the first one
// that has a credential decides. Later places are not read, so a request may
// carry two different tokens, such as a bearer token and the browser's cookie.
// A credential in the first place that is malformed or invalid is an error; First
// never falls through to the next place. Give it to [Extractors]:
//
//	guard.Extractors(guard.First(guard.Bearer(), guard.Cookie("__session")))
//
// Without First, [Extractors] rejects two different tokens (RFC 6750 §2), which
// is the safer choice if one client should never send both.
func First(extractors ...Extractor) Extractor { return &first{extractors} }

type first struct{ extractors []Extractor }

func (f *first) Extract(r Request) (string, error) {
	token, _, err := f.extract(r)
	return token, err
}

// extract returns the token and the scheme under which it was found.
func (f *first) extract(r Request) (token, scheme string, err error) {
	for _, e := range f.extractors {
		if token, scheme, err = extractFrom(e, r); token != "" || err != nil {
			return token, scheme, err
		}
	}
	return "", "", nil
}

func (f *first) validate(errs *configErrors) {
	if len(f.extractors) == 0 {
		errs.Missing("First", "names no extractor: it could never find a token")
	}
	for i, e := range f.extractors {
		if faults.IsNil(e) {
			errs.Missing(fmt.Sprintf("First[%d]", i), "is nil: remove it")
			continue
		}
		validate(e, errs)
	}
}

// validate adds the mistakes in an extractor of this package to errs.
func validate(e Extractor, f *configErrors) {
	if v, ok := e.(interface{ validate(f *configErrors) }); ok {
		v.validate(f)
	}
}

// extractFrom returns the token that e finds and the scheme under which it was
// found.
func extractFrom(e Extractor, r Request) (token, scheme string, err error) {
	if f, ok := e.(*first); ok {
		return f.extract(r)
	}
	token, err = e.Extract(r)
	if err != nil || token == "" {
		return "", "", err
	}
	switch e.(type) {
	case bearerHeader:
		scheme = schemeBearer
	case dpopHeader:
		scheme = schemeDPoP
	}
	return token, scheme, nil
}
