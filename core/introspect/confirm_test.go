package introspect_test

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/dpop"
	"github.com/revstackhq/auth-go/core/guard"
)

const resource = "https://api.northwind.example/orders"

// sender is a client that its tokens are bound to, by a key or a certificate.
type sender struct {
	*dpop.Signer
	certificate *x509.Certificate
}

func newSender(t *testing.T) *sender {
	t.Helper()
	signer, err := dpop.GenerateSigner()
	if err != nil {
		t.Fatal(err)
	}
	return &sender{signer, &x509.Certificate{Raw: []byte(signer.Thumbprint())}}
}

func (s *sender) jkt() map[string]string { return map[string]string{"jkt": s.Thumbprint()} }

func (s *sender) x5t() map[string]string {
	sum := sha256.Sum256(s.certificate.Raw)
	return map[string]string{"x5t#S256": base64.RawURLEncoding.EncodeToString(sum[:])}
}

// credentials prove all that the sender can, with a new proof.
func (s *sender) credentials(t *testing.T, checker *dpop.Checker, scheme string, at time.Time) core.Credentials {
	t.Helper()
	proof, err := s.Proof(dpop.Claims{Method: http.MethodGet, URL: resource, Token: token, IssuedAt: at})
	if err != nil {
		t.Fatal(err)
	}
	return core.Credentials{
		Token: token, Scheme: scheme, Proof: proof, Proofs: checker, Method: http.MethodGet, URL: resource,
		PeerCertificate: s.certificate,
	}
}

func newChecker(t *testing.T) *dpop.Checker {
	t.Helper()
	checker, err := dpop.New(dpop.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return checker
}

// TestBoundTokens is the table of what Rules.Confirmation accepts: the same as for a JWT (TestConfirmation of core).
func TestBoundTokens(t *testing.T) {
	clock := authtest.NewClock(time.Unix(1_800_000_000, 0))
	owner := newSender(t)
	both := owner.x5t()
	both["jkt"] = owner.Thumbprint()
	tokens := map[string]any{
		"plain": nil, "jkt": owner.jkt(), "x5t": owner.x5t(), "both": both,
		"unknown": map[string]string{"jkt": owner.Thumbprint(), "kid": "a"}, "text": "jkt",
	}
	const kind, proof, scheme = core.CodeClaimMismatch, core.CodeInvalidProof, core.CodeInvalidRequest
	for _, row := range []struct {
		confirmation string
		required     bool
		want         map[string][2]core.Code // by token: sent as Bearer, sent as DPoP
	}{
		{"", false, map[string][2]core.Code{"plain": {"", scheme}, "jkt": {kind, scheme}, "x5t": {kind, scheme}}},
		{"dpop", false, map[string][2]core.Code{
			"plain": {"", proof}, "jkt": {proof, ""}, "x5t": {kind, kind}, "both": {kind, kind},
			"unknown": {kind, kind}, "text": {kind, kind},
		}},
		{"dpop", true, map[string][2]core.Code{"plain": {proof, proof}, "jkt": {proof, ""}}},
		{"mtls", false, map[string][2]core.Code{"plain": {"", scheme}, "jkt": {kind, scheme}, "x5t": {"", scheme}}},
		{"either", false, map[string][2]core.Code{
			"plain": {"", proof}, "jkt": {proof, ""}, "x5t": {"", proof}, "both": {proof, ""}, "unknown": {kind, kind},
		}},
		{"either", true, map[string][2]core.Code{"plain": {proof, proof}, "jkt": {proof, ""}, "x5t": {"", proof}}},
	} {
		for name, want := range row.want {
			s := newServer(t, answer(200, active(clock, map[string]any{"cnf": tokens[name]})))
			cfg := config(s, clock)
			cfg.Rules.Confirmation, cfg.Rules.ConfirmationRequired = row.confirmation, row.required
			client, checker := newClient(t, cfg), newChecker(t)
			for i, sent := range []string{"Bearer", "DPoP"} {
				for _, when := range []string{"first", "remembered"} {
					_, err := client.Authenticate(t.Context(), owner.credentials(t, checker, sent, clock.Now()))
					if got := core.CodeOf(err); got != want[i] {
						t.Errorf("%q, required %t: a %s token by %s, %s: %v, want %q",
							row.confirmation, row.required, name, sent, when, err, want[i])
					}
				}
			}
		}
	}
}

// TestConfirmedEachTime: a remembered session does not make a proof, a key or a certificate unnecessary.
func TestConfirmedEachTime(t *testing.T) {
	clock := authtest.NewClock(time.Unix(1_800_000_000, 0))
	owner, thief := newSender(t), newSender(t)
	s := newServer(t, answer(200, active(clock, map[string]any{"cnf": owner.jkt()})))
	cfg := config(s, clock)
	cfg.Rules.Confirmation = "either"
	c, checker := newClient(t, cfg), newChecker(t)
	good := owner.credentials(t, checker, "DPoP", clock.Now())
	without := good
	without.Proof = ""
	for _, row := range []struct {
		name        string
		credentials core.Credentials
		code        core.Code
	}{
		{"before the owner", thief.credentials(t, checker, "DPoP", clock.Now()), core.CodeInvalidProof},
		{"the owner", good, ""},
		{"the proof again", good, core.CodeInvalidProof},
		{"another key", thief.credentials(t, checker, "DPoP", clock.Now()), core.CodeInvalidProof},
		{"no proof", without, core.CodeInvalidProof},
		{"as a bearer token", owner.credentials(t, checker, "Bearer", clock.Now()), core.CodeInvalidProof},
		{"from a cookie", owner.credentials(t, checker, "", clock.Now()), core.CodeInvalidProof},
		{"no checker", owner.credentials(t, nil, "DPoP", clock.Now()), core.CodeInvalidProof},
		{"the owner again", owner.credentials(t, checker, "DPoP", clock.Now()), ""},
	} {
		_, err := c.Authenticate(t.Context(), row.credentials)
		want(t, row.name, err, row.code)
	}
	if s.asked.Load() != 1 {
		t.Errorf("asked %d times: what a request proves is not what the server says", s.asked.Load())
	}

	handle := answer(200, active(clock, map[string]any{"cnf": owner.x5t()}))
	s.handle.Store(&handle)
	c.Forget(token)
	other := owner.credentials(t, checker, "Bearer", clock.Now())
	other.PeerCertificate = thief.certificate
	none := other
	none.PeerCertificate = nil
	for _, row := range []struct {
		name        string
		credentials core.Credentials
		code        core.Code
	}{
		{"the certificate", owner.credentials(t, checker, "Bearer", clock.Now()), ""},
		{"another certificate", other, core.CodeInvalidProof},
		{"no certificate", none, core.CodeInvalidProof},
	} {
		_, err := c.Authenticate(t.Context(), row.credentials)
		want(t, row.name, err, row.code)
	}
}

// TestSharedCallIsConfirmedForEach: requests that share one call do not share what they prove.
func TestSharedCallIsConfirmedForEach(t *testing.T) {
	clock := authtest.NewClock(time.Unix(1_800_000_000, 0))
	owner, thief := newSender(t), newSender(t)
	body := active(clock, map[string]any{"cnf": owner.jkt()})
	asked, release := make(chan struct{}), make(chan struct{})
	s := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		close(asked)
		<-release
		answer(200, body)(w, r)
	})
	cfg := config(s, clock)
	cfg.Rules.Confirmation = "dpop"
	c, checker := newClient(t, cfg), newChecker(t)
	var accepted, refused atomic.Int64
	var wg sync.WaitGroup
	send := func(from *sender) {
		credentials := from.credentials(t, checker, "DPoP", clock.Now())
		wg.Go(func() {
			_, err := c.Authenticate(t.Context(), credentials)
			switch {
			case err == nil && from == owner:
				accepted.Add(1)
			case core.CodeOf(err) == core.CodeInvalidProof && from == thief:
				refused.Add(1)
			default:
				t.Errorf("got %v", err)
			}
		})
	}
	send(thief) // begins the call
	<-asked
	for range 20 {
		send(owner)
		send(thief)
	}
	close(release)
	wg.Wait()
	if accepted.Load() != 20 || refused.Load() != 21 || s.asked.Load() != 1 {
		t.Errorf("accepted %d, refused %d, asked %d", accepted.Load(), refused.Load(), s.asked.Load())
	}
}

// TestBoundTokenInAnOutage: a session past MaxAge is kept for its owner only.
func TestBoundTokenInAnOutage(t *testing.T) {
	clock := authtest.NewClock(time.Unix(1_800_000_000, 0))
	owner, thief := newSender(t), newSender(t)
	s := newServer(t, answer(200, active(clock, map[string]any{"cnf": owner.jkt()})))
	cfg := config(s, clock)
	cfg.Rules.Confirmation, cfg.KeepInOutage = "dpop", time.Hour
	c, checker := newClient(t, cfg), newChecker(t)
	_, err := c.Authenticate(t.Context(), owner.credentials(t, checker, "DPoP", clock.Now()))
	want(t, "before the outage", err, "")
	handle := answer(500, "{}")
	s.handle.Store(&handle)
	clock.Advance(time.Minute)
	_, err = c.Authenticate(t.Context(), owner.credentials(t, checker, "DPoP", clock.Now()))
	want(t, "the owner in the outage", err, "")
	_, err = c.Authenticate(t.Context(), thief.credentials(t, checker, "DPoP", clock.Now()))
	want(t, "a thief in the outage", err, core.CodeInvalidProof)
}

// TestGuardOffersDPoP: a guard learns from the client that it has to look for proofs.
func TestGuardOffersDPoP(t *testing.T) {
	clock := authtest.NewClock(time.Unix(1_800_000_000, 0))
	cfg := config(newServer(t, answer(200, active(clock, nil))), clock)
	for _, row := range []struct {
		confirmation       string
		required           bool
		dpop, mtls, bearer bool
	}{
		{"", false, false, false, true},
		{"dpop", false, true, false, true},
		{"mtls", true, false, true, false},
		{"either", true, true, true, false},
	} {
		cfg.Rules.Confirmation, cfg.Rules.ConfirmationRequired = row.confirmation, row.required
		c := newClient(t, cfg)
		if dpop, mtls, bearer := c.Confirmations(); dpop != row.dpop || mtls != row.mtls || bearer != row.bearer {
			t.Errorf("%q, required %t: %t, %t, %t", row.confirmation, row.required, dpop, mtls, bearer)
		}
		if _, err := guard.New(c); (err != nil) != row.dpop {
			t.Errorf("%q: a guard without ExternalURL: %v", row.confirmation, err)
		}
	}
}
