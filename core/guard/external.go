package guard

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/revstackhq/auth-go/core/internal/faults"
	"github.com/revstackhq/auth-go/core/internal/netaddr"
)

// ExternalURL names the URL under which clients reach the service, such as https://api.example.com. DPoP proofs are
// made for it (htu, RFC 9449 §4.2), and the server itself may see another scheme, host or path: behind a proxy, or
// because the client chose what to send as Host. A path is put in front of the paths that the service sees, for a
// proxy that removes a prefix. Of several URLs, the one with the host of the request applies, and a request for
// another host has no URL.
func ExternalURL(urls ...string) Option {
	return option(func(s *settings) {
		s.placed = true
		if len(urls) == 0 {
			s.faults.Missing("ExternalURL", "names no URL: name the one that clients call")
		}
		for i, raw := range urls {
			field := "ExternalURL"
			if len(urls) > 1 {
				field = fmt.Sprintf("ExternalURL[%d]", i)
			}
			if !s.faults.URL(field, raw, faults.URLRules{}) {
				continue
			}
			u, err := url.Parse(raw)
			if err != nil {
				continue // URL has noted it
			}
			u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
			same := func(other *url.URL) bool { return other.Host == u.Host }
			if slices.ContainsFunc(s.external, same) {
				s.faults.Conflict(field, faults.Show(raw), "another URL has this host: the host of a request chooses one")
			}
			s.external = append(s.external, u)
		}
	})
}

// TrustedProxies names the proxies in front of the service, as addresses or as prefixes such as 10.0.0.0/8. What only a
// proxy knows is believed if the connection comes from one of them, and ignored otherwise: the URL that the client used
// (X-Forwarded-Proto and X-Forwarded-Host; [ExternalURL] comes first), and the client's certificate (see
// [CertificateHeader]). A proxy must replace these headers, not append to them: a header that is given twice, or with
// several values, is not believed. The address is that of the connection: no middleware may change it before the guard,
// as chi's RealIP does.
func TrustedProxies(addresses ...string) Option {
	return option(func(s *settings) {
		s.placed = true
		if len(addresses) == 0 {
			s.faults.Missing("TrustedProxies", "names no address: name the addresses of your proxies")
		}
		for i, text := range addresses {
			prefix, err := netip.ParsePrefix(text)
			if err != nil {
				var addr netip.Addr
				if addr, err = netip.ParseAddr(text); err == nil {
					addr = addr.Unmap()
					prefix = netip.PrefixFrom(addr, addr.BitLen())
				}
			}
			field := fmt.Sprintf("TrustedProxies[%d]", i)
			switch {
			case err != nil:
				s.faults.Invalid(field, faults.Show(text), "is not an address or prefix: write 10.0.0.7 or 10.0.0.0/8")
			case prefix.Bits() == 0:
				s.faults.Prohibit(field, faults.Show(text), "names every address: any client could pass for a proxy")
			default:
				s.proxies = append(s.proxies, prefix.Masked())
			}
		}
	})
}

// fromProxy reports whether the connection of r comes from a trusted proxy.
func (s *settings) fromProxy(r Request) bool {
	if len(s.proxies) == 0 {
		return false
	}
	peer, ok := r.(interface{ RemoteAddr() string })
	if !ok {
		return false
	}
	// Only a server writes address and port. Middleware that copies an address out of a header, such as
	// X-Forwarded-For, writes the address alone.
	from, err := netip.ParseAddrPort(peer.RemoteAddr())
	if err != nil {
		return false
	}
	addr := from.Addr().Unmap().WithZone("")
	return slices.ContainsFunc(s.proxies, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// externalURL returns the URL that the client used, "" if it cannot be known.
func (s *settings) externalURL(r Request, encrypted bool) string {
	host, scheme := r.Host(), ""
	if s.fromProxy(r) {
		if forwarded, ok := onlyValue(r, "X-Forwarded-Host"); ok {
			host = forwarded
		}
		scheme, _ = onlyValue(r, "X-Forwarded-Proto")
	}
	path := sentPath(r)
	switch {
	case len(s.external) == 1:
		return joinURL(s.external[0], path)
	case len(s.external) > 1:
		for _, u := range s.external {
			if sameHost(u, host) {
				return joinURL(u, path)
			}
		}
		return ""
	case len(s.proxies) > 0:
		if scheme = strings.ToLower(scheme); scheme != "https" && scheme != "http" || !isHost(host) {
			return ""
		}
		return scheme + "://" + host + path
	default:
		return urlOf(r, encrypted)
	}
}

func joinURL(base *url.URL, path string) string {
	return base.Scheme + "://" + base.Host + strings.TrimRight(base.EscapedPath(), "/") + path
}

// sameHost compares a Host header with the host of a URL; the port is optional if it is the scheme's default.
func sameHost(u *url.URL, host string) bool {
	host = strings.ToLower(host)
	if host == u.Host {
		return true
	}
	port := ":" + netaddr.DefaultPort(u.Scheme)
	return strings.TrimSuffix(host, port) == strings.TrimSuffix(u.Host, port)
}

// isHost reports whether text is a host with an optional port, and nothing that would change the rest of a URL.
func isHost(text string) bool {
	u, err := url.Parse("http://" + text)
	return err == nil && u.Host == text && netaddr.CheckHost(u.Hostname()) == nil
}

// onlyValue returns the value of a header that is given once, and is not a list.
func onlyValue(r Request, name string) (string, bool) {
	values := r.Header(name)
	if len(values) != 1 || strings.Contains(values[0], ",") {
		return "", false
	}
	value := strings.Trim(values[0], " \t")
	return value, value != ""
}
