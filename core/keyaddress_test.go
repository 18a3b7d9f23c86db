package core_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/fakedns"
)

// TestHostsOfURLs: what a resolver would fold into an address is no host name.
func TestHostsOfURLs(t *testing.T) {
	for url, ok := range map[string]bool{
		"https://issuer.example/":          true,
		"https://xn--mnchen-3ya.example/":  true,
		"https://[2606:4700::1111]/":       true,
		"https://169。254。169。254/":         false,
		"https://１２７.０.０.１/":               false,
		"https://localhost。/":              false,
		"http://localhost。/":               false,
		"https://localhost%E3%80%82/":      false,
		"http://localhost%E3%80%82/":       false,
		"https://169%E3%80%82254.169.254/": false,
	} {
		for field, rules := range map[string]core.Rules{
			"JWKSURL": {Issuer: kitIssuer, JWKSURL: url, Audiences: []string{kitAudience}},
			"Issuer":  {Issuer: url, Discovery: true, Audiences: []string{kitAudience}},
		} {
			_, err := core.NewContract(rules)
			var fault *core.ConfigError
			if (err == nil) != ok || !ok && (!errors.As(err, &fault) || fault.Field != field) {
				t.Errorf("%s %s: %v", field, url, err)
			}
		}
	}
}

// TestTenantKeysArePublic: a host name in a resolver's contract must resolve to
// public addresses, in a contract of the program's own it need not.
func TestTenantKeysArePublic(t *testing.T) {
	fakedns.Start(t, [4]byte{127, 0, 0, 1})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	_ = listener.Close() // nobody has to answer there
	rules := core.Rules{
		Issuer:    tenantIssuer,
		JWKSURL:   "https://keys.example:" + port + "/keys",
		Audiences: []string{kitAudience},
	}
	waived := rules
	waived.InsecurePrivateNetwork = true
	resolve := func(r core.Rules) core.Option {
		return core.Resolver{
			Resolve: func(context.Context, string) (*core.Contract, error) { return core.NewContract(r) },
		}
	}
	for name, c := range map[string]struct {
		verifier *core.Verifier
		refused  bool
	}{
		"our own contract":                    {newVerifier(t, rules), false},
		"a resolver's contract":               {newVerifier(t, secretRules(), resolve(rules)), true},
		"a resolver's contract with a waiver": {newVerifier(t, secretRules(), resolve(waived)), false},
	} {
		_, err := c.verifier.Verify(t.Context(), rs256(t, "k1", map[string]any{"iss": tenantIssuer}))
		wantCode(t, err, core.CodeKeysUnavailable)
		if got := strings.Contains(err.Error(), "private address refused"); got != c.refused {
			t.Errorf("%s: %v", name, err)
		}
	}
}
