package jwks

import (
	"context"
	"net/http"
)

// download returns a function that fetches and parses r.url, a key set or the page of one key, or that calls the key
// source if there is one.
func (s *Source) download(r request) func(context.Context) (downloaded, error) {
	return func(ctx context.Context) (downloaded, error) {
		if s.cfg.Source != nil {
			set, err := s.fromSource(ctx)
			return downloaded{&answer{header: http.Header{}}, set}, err
		}
		ans, err := s.fetch.get(ctx, r)
		switch {
		case r.pem && pageMissing(err):
			return downloaded{&answer{header: http.Header{}}, emptySet(s.limits())}, nil
		case err != nil || ans.notModified:
			return downloaded{ans: ans}, err
		}
		set, err := s.parse(ans.body)
		return downloaded{ans, set}, err
	}
}

// downloaded is an answer with its keys; set is nil for a 304.
type downloaded struct {
	ans *answer
	set *Set
}

func (s *Source) parse(body []byte) (*Set, error) {
	if s.cfg.pemKid != "" {
		return parsePEM(body, s.cfg.pemKid, s.limits())
	}
	return Parse(body, s.limits())
}
