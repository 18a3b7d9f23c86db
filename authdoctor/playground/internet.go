package playground

import (
	"net/http"
	"net/url"

	"github.com/revstackhq/auth-go/core/authtest"
)

// internet sends every request to the issuer, whatever its host, so that the
// contracts of real providers work without a network.
type internet struct {
	secure http.RoundTripper
	plain  *url.URL // where the issuer listens without TLS
}

func newInternet(issuer *authtest.Issuer) internet {
	base, err := url.Parse(issuer.BaseURL())
	if err != nil {
		base = &url.URL{Scheme: "http"} // unreachable: a listener's address makes a URL
	}
	return internet{secure: issuer.HTTPClient().Transport, plain: base}
}

// RoundTrip sends one request.
func (i internet) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "http" {
		return i.secure.RoundTrip(r)
	}
	r = r.Clone(r.Context())
	r.URL.Host = i.plain.Host
	return http.DefaultTransport.RoundTrip(r)
}
