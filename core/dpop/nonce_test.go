package dpop_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/dpop"
)

func newNonces(t *testing.T, secrets ...[]byte) *dpop.Nonces {
	t.Helper()
	n, err := dpop.NewNonces(time.Minute, secrets...)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

var secretA, secretB = bytes.Repeat([]byte("a"), 32), bytes.Repeat([]byte("b"), 32)

func TestNonces(t *testing.T) {
	n, fleet, other := newNonces(t, secretA), newNonces(t, secretA), newNonces(t, secretB)
	nonce := n.Issue(at)
	if nonce == "" || nonce == n.Issue(at.Add(time.Minute)) || nonce == other.Issue(at) {
		t.Errorf("nonce %q", nonce)
	}
	for later, ok := range map[time.Duration]bool{
		0: true, 59 * time.Second: true, 119 * time.Second: true, 2 * time.Minute: false,
		-5 * time.Second: true, -6 * time.Second: false, time.Hour: false,
	} {
		if got := fleet.Valid(nonce, at.Add(later)); got != ok {
			t.Errorf("after %v: valid %t, want %t", later, got, ok)
		}
	}
	if other.Valid(nonce, at) || n.Valid("", at) || n.Valid(nonce+"x", at) {
		t.Error("a nonce of another secret, or no nonce, is valid")
	}
	rotated := newNonces(t, secretB, secretA)
	if !rotated.Valid(nonce, at) || rotated.Issue(at) != other.Issue(at) {
		t.Error("after a rotation the new secret issues, and nonces of the old one are valid")
	}
}

func TestNoncesPrintNoSecret(t *testing.T) {
	n := newNonces(t, secretA)
	for _, text := range []string{fmt.Sprintf("%v %+v %#v", n, n, n), fmt.Sprintf("%+v", dpop.Config{Nonces: n})} {
		if strings.Contains(text, "aaaa") || strings.Contains(text, "97 97") {
			t.Errorf("the secret is printed: %s", text)
		}
	}
	for _, secrets := range [][][]byte{nil, {secretA[:31]}, {secretA, nil}} {
		if _, err := dpop.NewNonces(0, secrets...); err == nil {
			t.Errorf("secrets of %d bytes are accepted", len(secrets))
		}
	}
	if _, err := dpop.NewNonces(5, secretA); err == nil {
		t.Error("a period without a unit is accepted")
	}
}

// TestNonceRequired: with nonces, a proof is current by its nonce, whatever the client's clock says.
func TestNonceRequired(t *testing.T) {
	s, n := newSigner(t), newNonces(t, secretA)
	k := newChecker(t, dpop.Config{Nonces: n})
	if k.Nonce(at) != n.Issue(at) || newChecker(t, dpop.Config{}).Nonce(at) != "" {
		t.Error("Nonce is not that of the server")
	}
	for _, c := range []struct {
		name, nonce string
		clock       time.Duration
		want        dpop.Kind
	}{
		{"none", "", 0, dpop.KindUseNonce},
		{"made up", "nonce", 0, dpop.KindUseNonce},
		{"old", n.Issue(at.Add(-time.Hour)), 0, dpop.KindUseNonce},
		{"current", n.Issue(at), 0, ""},
		{"of the last period", n.Issue(at.Add(-time.Minute)), 0, ""},
		{"current, the client's clock is wrong", n.Issue(at), -9 * time.Hour, ""},
	} {
		claims := good()
		claims.Nonce, claims.IssuedAt = c.nonce, at.Add(c.clock)
		p := present(s, proof(t, s, claims))
		if err := k.Check(t.Context(), p); kindOf(err) != c.want || (err == nil) != (c.want == "") {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
		if c.want != "" {
			continue
		}
		for later := time.Duration(0); later < 3*time.Minute; later += time.Second {
			p.Now = at.Add(later)
			if k.Check(t.Context(), p) == nil {
				t.Errorf("%s: accepted again after %v", c.name, later)
			}
		}
	}
}
