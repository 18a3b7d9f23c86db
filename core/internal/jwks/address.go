package jwks

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/revstackhq/auth-go/core/internal/netaddr"
)

// secureScheme reports whether u may be fetched: https, or http on this machine.
func secureScheme(u *url.URL) bool {
	return u.Scheme == "https" || (u.Scheme == "http" && netaddr.Loopback(u.Hostname()))
}

// publicOnly reports whether target must have a public address, because a tenant chose it or because a discovery
// document names a host that the contract does not name. A private address or localhost that the contract names is
// accepted. If the contract is the program's own, such an address also allows other private addresses: the keys may
// be in the same network.
func (c Config) publicOnly(target string) bool {
	if c.PrivateNetwork {
		return false
	}
	host := hostOf(target)
	for _, url := range []string{c.URL, c.Issuer, c.DiscoveryURL} {
		named := hostOf(url)
		switch {
		case named == "":
			continue
		case strings.EqualFold(named, host) && (!c.Tenant || netaddr.PrivateHost(named)):
			return false
		case !c.Tenant && netaddr.PrivateHost(named):
			return false
		}
	}
	return true
}

func hostOf(rawURL string) string {
	u, err := url.Parse(rawURL)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// errPrivate explains how to allow a private address.
var errPrivate = errors.New("the host is in a private network, and the contract does not name it; " +
	"where that is right, name the URL in JWKSURL or set InsecurePrivateNetwork")

// publicTransport returns a copy of t for hosts that an untrusted party may have chosen. It checks the address when
// it dials, after the DNS lookup. That prevents DNS rebinding, where a name resolves to a public address for the
// check and to a private one for the connection.
func publicTransport(t *http.Transport) *http.Transport {
	t = t.Clone()
	t.Proxy = nil // clientFor sends no proxied request here
	t.DialTLSContext = nil
	dialer := &net.Dialer{
		Timeout: 5 * time.Second,
		ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
			ap, err := netip.ParseAddrPort(address)
			if err != nil || netaddr.Private(ap.Addr()) {
				return &FetchError{Kind: KindPrivateAddress, Err: errPrivate}
			}
			return nil
		},
	}
	t.DialContext = dialer.DialContext
	return t
}
