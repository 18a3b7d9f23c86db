package core_test

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/dpop"
)

const boundURL = "https://api.example.com/orders"

// client is a client with a key and a certificate.
type client struct {
	*dpop.Signer
	certificate *x509.Certificate
	checker     *dpop.Checker
}

func newClient(t *testing.T) *client {
	t.Helper()
	signer, err := dpop.GenerateSigner()
	if err != nil {
		t.Fatal(err)
	}
	checker, err := dpop.New(dpop.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return &client{signer, &x509.Certificate{Raw: []byte(signer.Thumbprint())}, checker}
}

func (c *client) x5t() string {
	sum := sha256.Sum256(c.certificate.Raw)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// credentials are those of a request with everything that the client can prove.
func (c *client) credentials(t *testing.T, scheme, token string, at time.Time) core.Credentials {
	t.Helper()
	proof, err := c.Proof(dpop.Claims{Method: "GET", URL: boundURL, Token: token, IssuedAt: at})
	if err != nil {
		t.Fatal(err)
	}
	return core.Credentials{
		Token: token, Scheme: scheme, Proof: proof, Proofs: c.checker, Method: "GET", URL: boundURL,
		PeerCertificate: c.certificate,
	}
}

// TestConfirmation is the table of contracts, tokens and schemes: a bound token is accepted with its proof only.
func TestConfirmation(t *testing.T) {
	c := newClient(t)
	type cnf = map[string]any
	tokens := map[string]any{
		"plain": nil, "jkt": cnf{"jkt": c.Thumbprint()}, "x5t": cnf{"x5t#S256": c.x5t()},
		"both": cnf{"jkt": c.Thumbprint(), "x5t#S256": c.x5t()}, "unknown": cnf{"jkt": c.Thumbprint(), "kid": "a"},
		"empty": cnf{}, "text": "jkt", "short": cnf{"jkt": "AAAA"}, "number": cnf{"jkt": 1}, "no object": []string{"jkt"},
	}
	const kind, proof, scheme = core.CodeClaimMismatch, core.CodeInvalidProof, core.CodeInvalidRequest
	for _, row := range []struct {
		confirmation string
		required     bool
		want         map[string][2]core.Code // by token: sent as Bearer, sent as DPoP
	}{
		{"", false, map[string][2]core.Code{
			"plain": {"", scheme}, "jkt": {kind, scheme}, "x5t": {kind, scheme}, "empty": {kind, scheme},
		}},
		{"refuse", false, map[string][2]core.Code{"plain": {"", scheme}, "jkt": {kind, scheme}}},
		{"dpop", false, map[string][2]core.Code{
			"plain": {"", proof}, "jkt": {proof, ""}, "x5t": {kind, kind}, "both": {kind, kind},
			"unknown": {kind, kind}, "empty": {kind, kind}, "text": {kind, kind}, "short": {kind, kind},
			"number": {kind, kind}, "no object": {kind, kind},
		}},
		{"dpop", true, map[string][2]core.Code{"plain": {proof, proof}, "jkt": {proof, ""}}},
		{"mtls", false, map[string][2]core.Code{
			"plain": {"", scheme}, "jkt": {kind, scheme}, "x5t": {"", scheme}, "both": {kind, scheme},
		}},
		{"mtls", true, map[string][2]core.Code{"plain": {proof, scheme}, "x5t": {"", scheme}}},
		{"either", false, map[string][2]core.Code{
			"plain": {"", proof}, "jkt": {proof, ""}, "x5t": {"", proof}, "both": {proof, ""}, "unknown": {kind, kind},
		}},
		{"either", true, map[string][2]core.Code{"plain": {proof, proof}, "jkt": {proof, ""}, "x5t": {"", proof}}},
	} {
		v := newVerifier(t, with(func(r *core.Rules) {
			r.Confirmation, r.ConfirmationRequired = row.confirmation, row.required
		}), core.WithClock(newClock()))
		for name, codes := range row.want {
			token := hs256(t, claimsWith(map[string]any{"cnf": tokens[name]}))
			for i, sent := range []string{"Bearer", "DPoP"} {
				for range 2 { // the second one may be remembered
					s, err := v.Authenticate(t.Context(), c.credentials(t, sent, token, epoch()))
					if core.CodeOf(err) != codes[i] || (s == nil) != (err != nil) {
						t.Errorf("contract %q, required %t, token %s as %s: got %v, want %q",
							row.confirmation, row.required, name, sent, err, codes[i])
					}
				}
			}
			if s, err := v.Verify(t.Context(), token); s != nil && tokens[name] != nil {
				t.Errorf("contract %q: Verify accepts the token %s, which is bound, alone: %v", row.confirmation, name, err)
			}
		}
	}
}

// TestRememberedBoundToken: a session that is remembered proves nothing about the next request.
func TestRememberedBoundToken(t *testing.T) {
	c, thief := newClient(t), newClient(t)
	thief.checker = c.checker
	v := newVerifier(t, with(func(r *core.Rules) { r.Confirmation = "either" }), core.WithClock(newClock()))
	byKey := hs256(t, claimsWith(map[string]any{"cnf": map[string]string{"jkt": c.Thumbprint()}}))
	byCertificate := hs256(t, claimsWith(map[string]any{"cnf": map[string]string{"x5t#S256": c.x5t()}}))
	first := c.credentials(t, "DPoP", byKey, epoch())
	session, err := v.Authenticate(t.Context(), first)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Authenticate(t.Context(), c.credentials(t, "Bearer", byCertificate, epoch())); err != nil {
		t.Fatal(err)
	}
	other := c.credentials(t, "DPoP", byKey, epoch())
	other.URL += "/1"
	late := c.credentials(t, "DPoP", byKey, epoch().Add(-time.Hour))
	noProof := c.credentials(t, "DPoP", byKey, epoch())
	noProof.Proof = ""
	noChecker := c.credentials(t, "DPoP", byKey, epoch())
	noChecker.Proofs = nil
	noCertificate := c.credentials(t, "Bearer", byCertificate, epoch())
	noCertificate.PeerCertificate = nil
	for name, bad := range map[string]core.Credentials{
		"the same proof":         first,
		"another URL":            other,
		"an old proof":           late,
		"no proof":               noProof,
		"no checker":             noChecker,
		"a thief's proof":        thief.credentials(t, "DPoP", byKey, epoch()),
		"as a bearer token":      c.credentials(t, "Bearer", byKey, epoch()),
		"out of a cookie":        c.credentials(t, "", byKey, epoch()),
		"a thief's certificate":  thief.credentials(t, "Bearer", byCertificate, epoch()),
		"no certificate":         noCertificate,
		"a certificate by DPoP":  c.credentials(t, "DPoP", byCertificate, epoch()),
		"an unknown scheme":      {Token: byKey, Scheme: "Basic"},
		"a scheme in lower case": c.credentials(t, "dpop", byKey, epoch()),
	} {
		want := core.CodeInvalidProof
		if bad.Scheme == "Basic" || bad.Scheme == "dpop" {
			want = core.CodeInvalidRequest
		}
		if _, err := v.Authenticate(t.Context(), bad); core.CodeOf(err) != want {
			t.Errorf("%s: got %v, want %s", name, err, want)
		}
		if bad.Token != byKey {
			continue
		}
		if _, err := v.Reauthenticate(t.Context(), session, bad); core.CodeOf(err) != want {
			t.Errorf("%s, again: got %v, want %s", name, err, want)
		}
		if err := session.Confirm(t.Context(), bad); core.CodeOf(err) != core.CodeInvalidProof {
			t.Errorf("%s, Confirm: got %v", name, err)
		}
	}
	again, err := v.Reauthenticate(t.Context(), session, c.credentials(t, "DPoP", byKey, epoch()))
	if err != nil || again != session {
		t.Errorf("a new proof: %v", err)
	}
	if err := session.Confirm(t.Context(), c.credentials(t, "DPoP", byKey, epoch())); err != nil {
		t.Errorf("Confirm with a new proof: %v", err)
	}
	if err := v.Recheck(t.Context(), session); err != nil { // a session in a context was confirmed with its request
		t.Error(err)
	}
}

// TestProofOutage: an outage of the replay store is not "unauthorized".
func TestProofOutage(t *testing.T) {
	c := newClient(t)
	var err error
	store := fullStore{dpop.NewMemoryStore(1)}
	if c.checker, err = dpop.New(dpop.Config{Store: store, OnFailure: dpop.FailClosed}); err != nil {
		t.Fatal(err)
	}
	v := newVerifier(t, with(func(r *core.Rules) { r.Confirmation = "dpop" }), core.WithClock(newClock()))
	token := hs256(t, claimsWith(map[string]any{"cnf": map[string]string{"jkt": c.Thumbprint()}}))
	_, err = v.Authenticate(t.Context(), c.credentials(t, "DPoP", token, epoch()))
	var e *core.Error
	if !errors.As(err, &e) || string(e.Code) != dpop.CodeUnavailable || e.Code.Status() != 503 || e.RetryAfter == 0 ||
		!errors.Is(err, core.CodeNetworkError) || !errors.Is(err, dpop.ErrFull) {
		t.Errorf("got %v", err)
	}
}

// fullStore is a store without room.
type fullStore struct{ dpop.Store }

func (fullStore) Use(context.Context, dpop.Key, time.Time, time.Time) (bool, error) {
	return false, dpop.ErrFull
}

// TestAcceptFor: claims that were verified elsewhere bind their session to the client as a token's do.
func TestAcceptFor(t *testing.T) {
	c := newClient(t)
	v := newVerifier(t, with(func(r *core.Rules) { r.Confirmation = "dpop" }), core.WithClock(newClock()))
	claims, err := json.Marshal(claimsWith(map[string]any{"cnf": map[string]string{"jkt": c.Thumbprint()}}))
	if err != nil {
		t.Fatal(err)
	}
	const opaque = "opaque-token"
	if s, err := v.AcceptFor(t.Context(), claims, c.credentials(t, "DPoP", opaque, epoch())); err != nil || s == nil {
		t.Errorf("with a proof: %v", err)
	}
	unproved := core.Credentials{Token: opaque, Scheme: "Bearer"}
	if _, err := v.AcceptFor(t.Context(), claims, unproved); core.CodeOf(err) != core.CodeInvalidProof {
		t.Errorf("as a bearer token: %v", err)
	}
	if _, err := v.Accept(t.Context(), claims); core.CodeOf(err) != core.CodeInvalidProof {
		t.Errorf("without credentials: %v", err)
	}
}

// TestAcceptUnconfirmed: the session of a bound token is good for the requests that Confirm accepts only.
func TestAcceptUnconfirmed(t *testing.T) {
	c, thief := newClient(t), newClient(t)
	v := newVerifier(t, with(func(r *core.Rules) { r.Confirmation = "dpop" }), core.WithClock(newClock()))
	accept := func(cnf any) (*core.Session, error) {
		t.Helper()
		claims, err := json.Marshal(claimsWith(map[string]any{"cnf": cnf}))
		if err != nil {
			t.Fatal(err)
		}
		return v.AcceptUnconfirmed(t.Context(), claims)
	}
	s, err := accept(map[string]string{"jkt": c.Thumbprint()})
	if err != nil {
		t.Fatal(err)
	}
	const opaque = "opaque-token"
	for name, row := range map[string]struct {
		credentials core.Credentials
		code        core.Code
	}{
		"the owner":   {c.credentials(t, "DPoP", opaque, epoch()), ""},
		"another key": {thief.credentials(t, "DPoP", opaque, epoch()), core.CodeInvalidProof},
		"a bearer":    {c.credentials(t, "Bearer", opaque, epoch()), core.CodeInvalidProof},
		"nothing":     {core.Credentials{}, core.CodeInvalidProof},
	} {
		if err := s.Confirm(t.Context(), row.credentials); core.CodeOf(err) != row.code {
			t.Errorf("%s: %v, want %q", name, err, row.code)
		}
	}
	if _, err := accept(map[string]string{"x5t#S256": c.x5t()}); core.CodeOf(err) != core.CodeClaimMismatch {
		t.Errorf("a confirmation that the contract does not accept: %v", err)
	}
}

// TestExplainBoundToken: a token alone cannot be judged, and the report says how to send it.
func TestExplainBoundToken(t *testing.T) {
	c := newClient(t)
	bound := map[string]any{"cnf": map[string]string{"jkt": c.Thumbprint()}}
	for _, row := range []struct {
		confirmation string
		required     bool
		claims       map[string]any
		code         core.Code
		hint         string
	}{
		{"dpop", false, bound, core.CodeInvalidProof, "a token alone cannot be judged"},
		{"mtls", false, bound, core.CodeClaimMismatch, "set Confirmation"},
		{"", false, bound, core.CodeClaimMismatch, "set Confirmation"},
		{"dpop", true, nil, core.CodeInvalidProof, "ConfirmationRequired"},
	} {
		v := newVerifier(t, with(func(r *core.Rules) {
			r.Confirmation, r.ConfirmationRequired = row.confirmation, row.required
		}), core.WithClock(newClock()))
		report := v.Explain(t.Context(), hs256(t, claimsWith(row.claims)))
		if report.Code != row.code || len(report.Hints) != 1 || !strings.Contains(report.Hints[0], row.hint) {
			t.Errorf("%q: code %s, hints %q, want %s and %q", row.confirmation, report.Code, report.Hints, row.code, row.hint)
		}
		for _, step := range report.Steps {
			if failed := step.Result == "fail"; failed != (step.Name == "binding") {
				t.Errorf("%q: step %s: %s", row.confirmation, step.Name, step.Result)
			}
		}
	}
}

func TestConfirmationErrors(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*core.Rules)
		field  string
	}{
		"unknown":              {func(r *core.Rules) { r.Confirmation = "DPoP" }, "Confirmation"},
		"required, none":       {func(r *core.Rules) { r.ConfirmationRequired = true }, "ConfirmationRequired"},
		"required and refused": {func(r *core.Rules) { r.Confirmation, r.ConfirmationRequired = "refuse", true }, "ConfirmationRequired"},
		"checked and waived":   {func(r *core.Rules) { r.Confirmation, r.InsecureIgnoreConfirmation = "dpop", true }, "InsecureIgnoreConfirmation"},
	} {
		_, err := core.NewContract(with(c.change))
		if all := core.ConfigErrors(err); len(all) != 1 || all[0].Field != c.field {
			t.Errorf("%s: %v, want one error for %s", name, err, c.field)
		}
	}
}
