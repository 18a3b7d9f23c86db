package jwks

import (
	"net/http"
	"net/url"
	"sync"

	"github.com/revstackhq/auth-go/core/internal/upstream"
)

// Clients are the HTTP clients of all sources that were given them. A transport takes several KB, and these keep no
// connections, so one serves the issuers of any number of tenants. It is safe for concurrent use.
type Clients struct {
	given *http.Client

	once   sync.Once
	client *http.Client
	public *http.Client                          // dials public addresses only; nil for a client that was given
	proxy  func(*http.Request) (*url.URL, error) // of client's transport, nil if it has none
}

// NewClients returns clients that fetch with client, which they copy, or with a copy of the default transport if it is
// nil. The copy is made for the first source.
func NewClients(client *http.Client) *Clients { return &Clients{given: client} }

func (c *Clients) open() {
	given := c.given
	if given == nil {
		t := upstream.NewTransport()
		t.DisableKeepAlives = true // nor a goroutine for them: a set is fetched every few minutes at most
		given, c.proxy = &http.Client{Transport: t}, t.Proxy
		c.public = &http.Client{Transport: publicTransport(t), CheckRedirect: checkRedirect}
	}
	own := *given // do not modify the caller's client
	own.CheckRedirect = checkRedirect
	own.Jar = nil
	c.client = &own
}
