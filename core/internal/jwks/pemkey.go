package jwks

import (
	"context"
	"encoding/pem"
	"errors"
	"net/http"
)

// acceptPEM is what a key's own page is asked for. Object stores label it application/octet-stream or text/plain.
const acceptPEM = "application/x-pem-file, application/octet-stream, text/plain, */*"

// parsePEM reads the page of one key: exactly one PEM block, public. It never answers for another kid. The error is a
// *[FetchError] of kind KindMalformedSet or KindNoUsableKeys and does not echo the page.
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
	set.index()
	return set, nil
}

// noKey is the set of a page that is not there.
func noKey(lim Limits) *Set {
	set := newSet(lim)
	set.index()
	return set
}

// withdrawn reports whether err says that a key's page is not there. S3 answers 403 for an object that does not exist
// to whoever may not list the bucket, so 403 means that too.
func withdrawn(err error) bool {
	var fe *FetchError
	if !errors.As(err, &fe) || fe.Kind != KindStatus {
		return false
	}
	return fe.Status == http.StatusForbidden || fe.Status == http.StatusNotFound || fe.Status == http.StatusGone
}

// pull fetches and reads what is at r.url, a key set or the page of one key, or asks the key source.
func (s *Source) pull(r request) func(context.Context) (pulled, error) {
	return func(ctx context.Context) (pulled, error) {
		if s.cfg.Source != nil {
			set, err := s.fromSource(ctx)
			return pulled{&answer{header: http.Header{}}, set}, err
		}
		ans, err := s.fetch.get(ctx, r)
		switch {
		case r.pem && withdrawn(err):
			return pulled{&answer{header: http.Header{}}, noKey(s.limits)}, nil
		case err != nil || ans.notModified:
			return pulled{ans: ans}, err
		}
		set, err := s.parse(ans.body)
		return pulled{ans, set}, err
	}
}

// pulled is an answer and the keys in it, nil for a 304.
type pulled struct {
	ans *answer
	set *Set
}

func (s *Source) parse(body []byte) (*Set, error) {
	if s.cfg.pemKid != "" {
		return parsePEM(body, s.cfg.pemKid, s.limits)
	}
	return Parse(body, s.limits)
}
