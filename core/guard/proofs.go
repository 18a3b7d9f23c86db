package guard

import (
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/dpop"
	"github.com/revstackhq/auth-go/core/internal/faults"
)

// Proofs sets which DPoP proofs are accepted: their algorithms and age, the store that notices replays, and the
// server's nonces. Without the option, a guard whose contract accepts tokens that are bound by DPoP
// (core.Rules.Confirmation) accepts what [dpop.Config]'s zero value does. The guard then looks for tokens of both
// schemes in the Authorization header, unless [Extractors] names other places, and needs [ExternalURL] or
// [TrustedProxies].
func Proofs(config dpop.Config) Option {
	return option(func(s *settings) {
		for _, e := range config.Validate() {
			s.faults.Invalid("Proofs."+e.Field, faults.Shown(e.Value), "%s", e.Reason)
		}
		s.proofs = &config
	})
}

// confirmer is an authenticator that knows how its contracts let clients prove that a token is theirs.
type confirmer interface {
	Confirmations() (dpop, mtls, bearer bool)
}

// confirmation is how a guard checks that a token belongs to its sender.
type confirmation struct {
	checker *dpop.Checker // nil if DPoP is not accepted
	again   *dpop.Checker // for a proof that an outer guard has checked
	bearer  bool          // tokens without a proof are accepted too
	mtls    bool          // client certificates are looked at
}

// setConfirmation decides from the source and the options which proofs the guard looks for.
func (g *Guard) setConfirmation() {
	acceptsDPoP := g.proofs != nil
	g.confirm.bearer = true
	if source, ok := g.source.(confirmer); ok {
		var byContract bool
		byContract, g.confirm.mtls, g.confirm.bearer = source.Confirmations()
		acceptsDPoP = acceptsDPoP || byContract
	}
	if g.certHeader != "" && !g.placed {
		g.faults.Missing("TrustedProxies", "is required by {CertificateHeader}: a client could send that header itself")
	}
	if !acceptsDPoP {
		return
	}
	if !g.placed {
		g.faults.Missing("ExternalURL", "is required for DPoP: a proof names the URL of its request, so set the URL under "+
			"which clients reach the service, or name the proxies that know it with {TrustedProxies}")
	}
	var config dpop.Config
	if g.proofs != nil {
		config = *g.proofs
	}
	if config.Logger == nil {
		config.Logger = g.log()
	}
	checker, err := dpop.New(config)
	if err != nil {
		return // Proofs has noted every mistake
	}
	g.confirm.checker, g.confirm.again = checker, checker.Again()
	if g.byDefault {
		g.extractors, g.headerOnly = []Extractor{Bearer(), DPoP()}, false
	}
	g.renderer.dpop = &dpopChallenge{checker: checker, bearer: g.confirm.bearer, now: g.now}
}

// addConfirmation adds to c what proves that the token belongs to the sender. outer is the admission of an outer guard,
// or nil. For a bearer token it allocates nothing.
func (g *Guard) addConfirmation(c *core.Credentials, r Request, outer *admission) *core.Error {
	if g.verifier != nil && c.Scheme != schemeDPoP { // a verifier looks at nothing else
		if !g.confirm.mtls {
			return nil
		}
		return g.addCertificate(c, r)
	}
	if err := addProof(c, r); err != nil {
		return err
	}
	c.Proofs = g.confirm.checker
	if outer != nil && c.Proof != "" && outer.details().proof == c.Proof {
		// The outer guard has checked and recorded the proof of this very request.
		c.Proofs = g.confirm.again
	}
	c.Method = r.Method()
	state, ok := connection(r)
	if ok || len(g.external)+len(g.proxies) > 0 {
		c.URL = g.externalURL(r, state != nil)
	}
	return g.addCertificate(c, r)
}

func (g *Guard) addCertificate(c *core.Credentials, r Request) (err *core.Error) {
	state, _ := connection(r)
	c.PeerCertificate, err = g.certificate(r, state)
	return err
}

// dpopChallenge is the DPoP part of the WWW-Authenticate header.
type dpopChallenge struct {
	checker *dpop.Checker
	bearer  bool
	now     func() time.Time
}

// nonceHeader is the header with the nonce for the client's next proof (RFC 9449 §8.2).
const nonceHeader = "Dpop-Nonce"

// supplyNonce puts a fresh nonce into the answer to a request with a proof.
func (g *Guard) supplyNonce(r Request) {
	if g.confirm.checker == nil || !usesDPoP(r) {
		return
	}
	nonce := g.confirm.checker.Nonce(g.now())
	if answer, ok := r.(interface{ SetHeader(name, value string) }); ok && nonce != "" {
		answer.SetHeader(nonceHeader, nonce)
	}
}

// checkedProof returns the proof of a request that g has let in, "" if g did not need it: the token may have been in
// another place than the Authorization header.
func (g *Guard) checkedProof(r Request) string {
	if !usesDPoP(r) {
		return ""
	}
	found, err := g.extract(r)
	if err != nil || found.Scheme != schemeDPoP || addProof(&found, r) != nil {
		return ""
	}
	return found.Proof
}

// usesDPoP reports whether the credentials of r are a DPoP token.
func usesDPoP(r Request) bool {
	if r == nil {
		return false
	}
	for _, value := range r.Header("Authorization") {
		scheme, _, _ := strings.Cut(strings.TrimLeft(value, " \t"), " ")
		if strings.EqualFold(scheme, schemeDPoP) {
			return true
		}
	}
	return false
}
