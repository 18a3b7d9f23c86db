package jwks

import (
	"encoding/pem"
	"errors"
	"net/http"
)

// acceptPEM is the Accept header for the URL of one key. Object stores serve PEM as application/octet-stream or
// text/plain.
const acceptPEM = "application/x-pem-file, application/octet-stream, text/plain, */*"

// parsePEM reads the document of one key: exactly one PEM block with a public key, which verifies only tokens with
// this kid. The error is a *[FetchError] of kind KindMalformedSet or KindNoUsableKeys and does not repeat the
// document.
func parsePEM(data []byte, kid string, lim Limits) (*Set, error) {
	malformed := func(err error) error { return &FetchError{Kind: KindMalformedSet, Err: err} }
	block, rest := pem.Decode(data)
	if block == nil {
		return nil, malformed(errors.New("not a PEM public key"))
	}
	if more, _ := pem.Decode(rest); more != nil {
		return nil, malformed(errors.New("more than one PEM block"))
	}
	pub, err := fromBlock(block)
	if err != nil {
		return nil, malformed(err)
	}
	set := newSet(lim)
	key, reason := newKey(pub, kid, "")
	if reason == "" {
		reason = set.add(key)
	}
	if reason != "" {
		return nil, &FetchError{Kind: KindNoUsableKeys, Err: errors.New(reason)}
	}
	return set.done(), nil
}

// emptySet returns the set for a key whose URL does not exist.
func emptySet(lim Limits) *Set {
	return newSet(lim).done()
}

// pageMissing reports whether err means that the URL of a key does not exist. For a missing object, S3 answers 403 to
// a client that may not list the bucket, so 403 counts too.
func pageMissing(err error) bool {
	var fe *FetchError
	if !errors.As(err, &fe) || fe.Kind != KindStatus {
		return false
	}
	return fe.Status == http.StatusForbidden || fe.Status == http.StatusNotFound || fe.Status == http.StatusGone
}
