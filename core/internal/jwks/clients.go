package jwks

import (
	"net/http"
	"net/url"
	"sync"

	"github.com/revstackhq/auth-go/core/internal/upstream"
)

// Clients holds HTTP clients that several sources share. A transport takes several KB and these keep no connections,
// so one Clients serves the issuers of any number of tenants. It is safe for concurrent use.
type Clients struct {
	given *http.Client

	once   sync.Once
	client *http.Client
	public *http.Client                          // dials public addresses only; nil for a client that was given
	proxy  func(*http.Request) (*url.URL, error) // of client's transport, nil if it has none
}

// NewClients returns clients that use a copy of client or, if it is nil, of the default transport. The copy is made
// when the first source needs it.
func NewClients(client *http.Client) *Clients { return &Clients{given: client} }

func (c *Clients) open() {
	given := c.given
	if given == nil {
		t := upstream.NewTransport()
		t.DisableKeepAlives = true // a set is fetched every few minutes at most: keep no connections and goroutines
		given, c.proxy = &http.Client{Transport: t}, t.Proxy
		c.public = &http.Client{Transport: publicTransport(t), CheckRedirect: checkRedirect}
	}
	own := *given // do not modify the caller's client
	own.CheckRedirect = checkRedirect
	own.Jar = nil
	c.client = &own
}
