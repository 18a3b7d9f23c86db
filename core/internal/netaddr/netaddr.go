// Package netaddr decides whether a host or an address is this machine, in a private network, or public. Every check
// of where keys may be fetched from uses it, so that two checks cannot disagree. It also writes origins, so that two
// transports agree on where a token may be sent.
package netaddr

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// CheckHost reports why host, as [net/url.URL.Hostname] returns it, cannot be looked up safely. A resolver may fold
// full-width digits and other dots ("127。0。0。1", IDNA2003 mapping) into an address that no check has seen.
func CheckHost(host string) error {
	if host == "" {
		return errors.New("the host is missing")
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return nil
	}
	for i := range len(host) {
		switch c := host[i]; {
		case c >= 0x80:
			return errors.New("the host is not ASCII: write an international name in its xn-- form")
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '.', c == '-', c == '_':
		default:
			return errors.New("the host holds a character that no host name has")
		}
	}
	return nil
}

// Loopback reports whether host names this machine: localhost (RFC 6761 §6.3) or a loopback address.
func Loopback(host string) bool {
	host = canonical(host)
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// PrivateHost reports whether host names, without a look-up, something that is not on the public internet.
func PrivateHost(host string) bool {
	host = canonical(host)
	if host == "" || host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		return Private(addr)
	}
	// "127.1", "2130706433" and "0x7f000001" are addresses to a C resolver, though not to netip.
	last := host[strings.LastIndexByte(host, '.')+1:]
	return last != "" && (strings.Trim(last, "0123456789") == "" || strings.HasPrefix(last, "0x"))
}

// Private reports whether addr is not on the public internet: loopback, private, link-local, shared or reserved, a
// cloud's metadata service, or an IPv6 form that embeds such an IPv4 address.
func Private(addr netip.Addr) bool {
	addr = addr.WithZone("").Unmap() // ::ffff:10.0.0.1 is 10.0.0.1
	if !addr.IsValid() || !addr.IsGlobalUnicast() || addr.IsPrivate() {
		return true
	}
	for _, p := range reserved {
		if p.Contains(addr) {
			return true
		}
	}
	if v4, ok := embedded(addr); ok {
		return Private(v4)
	}
	return false
}

// embedded returns the IPv4 address that a translator or tunnel reaches through addr.
func embedded(addr netip.Addr) (v4 netip.Addr, ok bool) {
	b := addr.As16()
	switch {
	case nat64.Contains(addr):
		return netip.AddrFrom4([4]byte(b[12:16])), true
	case sixToFour.Contains(addr):
		return netip.AddrFrom4([4]byte(b[2:6])), true
	}
	return netip.Addr{}, false
}

//nolint:gochecknoglobals // constants in all but name
var (
	nat64     = netip.MustParsePrefix("64:ff9b::/96") // RFC 6052 §2.1
	sixToFour = netip.MustParsePrefix("2002::/16")    // RFC 3056 §2

	// reserved lists networks that are not public although the methods of [netip.Addr] do not say so (RFC 6890 and the
	// registries that it created).
	reserved = []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/8"),
		netip.MustParsePrefix("100.64.0.0/10"),    // RFC 6598; Alibaba's metadata is 100.100.100.200
		netip.MustParsePrefix("168.63.129.16/32"), // Azure's metadata and DNS
		netip.MustParsePrefix("192.0.0.0/24"),     // RFC 6890; Oracle's metadata is 192.0.0.192
		netip.MustParsePrefix("192.0.2.0/24"),     // documentation, RFC 5737
		netip.MustParsePrefix("198.18.0.0/15"),    // benchmarks, RFC 2544
		netip.MustParsePrefix("198.51.100.0/24"),
		netip.MustParsePrefix("203.0.113.0/24"),
		netip.MustParsePrefix("240.0.0.0/4"), // RFC 1112 §4, broadcast included

		netip.MustParsePrefix("::/96"),          // IPv4-compatible, RFC 4291 §2.5.5.1: [::127.0.0.1]
		netip.MustParsePrefix("64:ff9b:1::/48"), // local NAT64, RFC 8215
		netip.MustParsePrefix("100::/64"),       // discard, RFC 6666
		netip.MustParsePrefix("2001::/23"),      // Teredo, ORCHID and other protocols, RFC 2928
		netip.MustParsePrefix("2001:db8::/32"),
		netip.MustParsePrefix("3fff::/20"),
		netip.MustParsePrefix("5f00::/16"), // segment routing, RFC 9602
		netip.MustParsePrefix("fec0::/10"), // site-local, RFC 3879
	}
)

func canonical(host string) string { return strings.TrimSuffix(strings.ToLower(host), ".") }

// Origin returns the origin of u in one spelling (RFC 6454 §4): lowercase, with the port.
func Origin(u *url.URL) string {
	scheme, port := strings.ToLower(u.Scheme), u.Port()
	if port == "" {
		port = DefaultPort(scheme)
	}
	return scheme + "://" + net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

// DefaultPort returns the port of a URL that has none, "" for schemes other than http and https.
func DefaultPort(scheme string) string {
	switch scheme {
	case "http":
		return "80"
	case "https":
		return "443"
	default:
		return ""
	}
}
