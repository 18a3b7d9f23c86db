package judge

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/keys"
	"github.com/revstackhq/auth-go/vectors"
)

// publisher is an issuer that publishes one key set after the other. It needs no network.
type publisher struct{ set atomic.Pointer[[]byte] }

func (p *publisher) publish(set []byte) { p.set.Store(&set) }

// RoundTrip answers every request with the set that is published now.
func (p *publisher) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK,
		Header:     http.Header{"Content-Type": {"application/jwk-set+json"}},
		Body:       io.NopCloser(bytes.NewReader(*p.set.Load())),
		Request:    r,
	}, nil
}

const freshFor = 10 * time.Second

// rotating makes a verifier that fetches the keys of a case from p.
func rotating(t *testing.T, c *vectors.Case, p *publisher) *subject {
	t.Helper()
	r := rules(c.Contract, c.Keys)
	r.JWKS, r.JWKSURL = nil, "https://keys.example/jwks"
	contract, err := core.NewContract(r)
	if err != nil {
		return &subject{err: err}
	}
	s := &subject{clock: &clock{}}
	s.verifier, s.err = core.NewVerifier(contract, silent(), core.WithClock(s.clock),
		core.WithHTTPClient(&http.Client{Transport: p}), core.WithKeyPolicy(keys.Policy{MaxFresh: freshFor}))
	return s
}

// TestRotation: keys are fetched, and replaced twice. No token is accepted before its key is published or after it is
// withdrawn, and each has its verdict in between.
func TestRotation(t *testing.T) {
	groups := map[pair][]*vectors.Case{}
	for _, c := range Tokens(load(t)) {
		if c.Keys.Set != nil {
			key := pair{c.Contract, c.Keys, c.Time}
			groups[key] = append(groups[key], c)
		}
	}
	others := otherKeys(t)
	judged := 0
	for key, cases := range groups {
		p := &publisher{}
		p.publish(others)
		s := rotating(t, cases[0], p)
		if s.err != nil {
			t.Errorf("%s: %v", cases[0].Name, s.err)
			continue
		}
		s.clock.now = key.at.Add(-2 * freshFor)
		refuseAll(t, s, "before its key is published", cases)
		p.publish(key.keys.Set)
		s.clock.now = key.at
		for range 2 {
			for _, c := range cases {
				got := s.judge(t.Context(), c.Token)
				if c.Code == string(invalidContract) { // a fetched set is not refused: its entry is skipped
					got.code = invalidContract
				}
				if !got.Fits(c) {
					t.Errorf("%s: got %q %q (%v), want %q %q", c.Name, got.code, got.user, got.err, c.Code, c.User)
				}
				judged++
			}
		}
		p.publish(others)
		s.clock.now = key.at.Add(2 * freshFor)
		refuseAll(t, s, "after its key is withdrawn", cases)
	}
	if judged < 4000 {
		t.Errorf("%d verdicts, want at least 4000", judged)
	}
}

// refuseAll checks that no token of a public key is accepted.
func refuseAll(t *testing.T, s *subject, when string, cases []*vectors.Case) {
	t.Helper()
	for _, c := range cases {
		if got := s.judge(t.Context(), c.Token); got.code == "" {
			t.Errorf("%s: accepted %s", c.Name, when)
		}
	}
}

// otherKeys is a set with a key of each kind that has signed nothing.
func otherKeys(t *testing.T) []byte {
	t.Helper()
	encode := base64.RawURLEncoding.EncodeToString
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ed, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	set := []map[string]string{
		{"kty": "RSA", "kid": "other", "n": encode(r.N.Bytes()), "e": "AQAB"},
		{"kty": "OKP", "kid": "other", "crv": "Ed25519", "x": encode(ed)},
	}
	for name, curve := range map[string]ecdh.Curve{"P-256": ecdh.P256(), "P-384": ecdh.P384(), "P-521": ecdh.P521()} {
		k, err := curve.GenerateKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		point := k.PublicKey().Bytes()[1:]
		half := len(point) / 2
		set = append(set, map[string]string{
			"kty": "EC",
			"kid": "other",
			"crv": name,
			"x":   encode(point[:half]),
			"y":   encode(point[half:]),
		})
	}
	text, err := json.Marshal(map[string]any{"keys": set})
	if err != nil {
		t.Fatal(err)
	}
	return text
}
