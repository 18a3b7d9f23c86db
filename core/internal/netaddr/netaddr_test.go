package netaddr_test

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/internal/netaddr"
)

func TestPrivate(t *testing.T) {
	for addr, want := range map[string]bool{
		"127.0.0.1":            true,
		"127.255.255.254":      true,
		"0.0.0.0":              true,
		"0.1.2.3":              true,
		"10.1.2.3":             true,
		"172.16.0.1":           true,
		"172.32.0.1":           false,
		"192.168.1.1":          true,
		"169.254.169.254":      true,
		"100.63.255.255":       false,
		"100.64.0.1":           true,
		"100.100.100.200":      true,
		"168.63.129.16":        true,
		"168.63.129.17":        false,
		"192.0.0.192":          true,
		"192.0.2.1":            true,
		"198.18.0.1":           true,
		"224.0.0.1":            true,
		"240.0.0.1":            true,
		"255.255.255.255":      true,
		"8.8.8.8":              false,
		"::":                   true,
		"::1":                  true,
		"::127.0.0.1":          true,
		"::8.8.8.8":            true,
		"::ffff:127.0.0.1":     true,
		"::ffff:10.0.0.1":      true,
		"::ffff:100.64.0.1":    true,
		"::ffff:8.8.8.8":       false,
		"64:ff9b::10.0.0.1":    true,
		"64:ff9b::7f00:1":      true,
		"64:ff9b::169.254.1.1": true,
		"64:ff9b::8.8.8.8":     false,
		"64:ff9b:1::8.8.8.8":   true,
		"2002:7f00:1::":        true,
		"2002:a00:1::1":        true,
		"2002:808:808::1":      false,
		"2001::1":              true,
		"2001:db8::1":          true,
		"fd00:ec2::254":        true,
		"fe80::1":              true,
		"fe80::1%eth0":         true,
		"64:ff9b::7f00:1%eth0": true,
		"fec0::1":              true,
		"ff02::1":              true,
		"2606:4700::1111":      false,
	} {
		if got := netaddr.Private(netip.MustParseAddr(addr)); got != want {
			t.Errorf("Private(%s) = %v", addr, got)
		}
	}
	if !netaddr.Private(netip.Addr{}) {
		t.Error("the zero address is public")
	}
}

func TestHosts(t *testing.T) {
	for host, want := range map[string]struct{ usable, loopback, private bool }{
		"issuer.example":     {true, false, false},
		"_dmarc.x-y.example": {true, false, false},
		"xn--mnchen-3ya.de":  {true, false, false},
		"8.8.8.8":            {true, false, false},
		"localhost":          {true, true, true},
		"LOCALHOST.":         {true, true, true},
		"a.localhost":        {true, false, true},
		"127.0.0.1":          {true, true, true},
		"127.8.9.1":          {true, true, true},
		"::1":                {true, true, true},
		"::ffff:127.0.0.1":   {true, true, true},
		"::127.0.0.1":        {true, false, true},
		"10.0.0.1":           {true, false, true},
		"10.0.0.1.":          {true, false, true},
		"127.1":              {true, false, true},
		"2130706433":         {true, false, true},
		"0x7f.0x1":           {true, false, true},
		"fe80::1%eth0":       {true, false, true},
		"":                   {false, false, true},
		"münchen.example":    {false, false, false},
		"localhost。":         {false, false, false},
		"169。254。169。254":    {false, false, false},
		"１２７.０.０.１":          {false, false, false},
		"a\x00b":             {false, false, false},
		"a b":                {false, false, false},
		"a/b":                {false, false, false},
	} {
		if err := netaddr.CheckHost(host); (err == nil) != want.usable {
			t.Errorf("CheckHost(%q) = %v", host, err)
		}
		if got := netaddr.Loopback(host); got != want.loopback {
			t.Errorf("Loopback(%q) = %v", host, got)
		}
		if got := netaddr.PrivateHost(host); got != want.private {
			t.Errorf("PrivateHost(%q) = %v", host, got)
		}
	}
}

// TestInternationalNames: the error for a name with letters that are not ASCII shows the ASCII form.
func TestInternationalNames(t *testing.T) {
	if err := netaddr.CheckHost("m\u00fcnchen.example"); err == nil || !strings.Contains(err.Error(), "xn--") {
		t.Errorf("error = %v", err)
	}
}

func TestOrigin(t *testing.T) {
	for raw, want := range map[string]string{
		"https://api.example":            "https://api.example:443",
		"https://api.example:443/a?b#c":  "https://api.example:443",
		"HTTPS://API.Example/":           "https://api.example:443",
		"http://api.example":             "http://api.example:80",
		"http://api.example:443":         "http://api.example:443",
		"https://user@api.example:8443/": "https://api.example:8443",
		"https://[2001:DB8::1]/":         "https://[2001:db8::1]:443",
	} {
		u, err := url.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		if got := netaddr.Origin(u); got != want {
			t.Errorf("Origin(%s) = %s, want %s", raw, got, want)
		}
	}
}
