package core

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"time"

	"github.com/revstackhq/auth-go/core/dpop"
	"github.com/revstackhq/auth-go/core/internal/faults"
	"github.com/revstackhq/auth-go/core/internal/jose"
)

// confirmations says how a client may prove to a contract that a token is its
// own; see [Rules.Confirmation].
type confirmations struct {
	dpop, mtls, required bool
	ignored              bool   // see Rules.InsecureIgnoreConfirmation
	rule                 string // Rules.Confirmation, for errors
}

func (c confirmations) any() bool { return c.dpop || c.mtls }

// String describes what the contract expects in cnf.
func (c confirmations) String() string {
	expected := "no cnf"
	switch {
	case c.dpop && c.mtls:
		expected = "cnf.jkt or cnf.x5t#S256 with its proof"
	case c.dpop:
		expected = "cnf.jkt with a DPoP proof"
	case c.mtls:
		expected = "cnf.x5t#S256 with that client certificate"
	}
	if c.any() && !c.required {
		expected += ", or no cnf"
	}
	return expected
}

func compileConfirmation(r *Rules, f *configErrors) (c confirmations) {
	c.ignored, c.rule = r.InsecureIgnoreConfirmation, r.Confirmation
	switch r.Confirmation {
	case "", "refuse":
	case "dpop":
		c.dpop = true
	case "mtls":
		c.mtls = true
	case "either":
		c.dpop, c.mtls = true, true
	default:
		f.Invalid("Confirmation", faults.Show(r.Confirmation), "must be refuse, dpop, mtls or either")
		return c
	}
	c.required = r.ConfirmationRequired
	if c.required && !c.any() {
		f.Conflict("ConfirmationRequired", "true", "{Confirmation} accepts no bound token: set it to dpop, mtls or either")
	}
	if c.any() && r.InsecureIgnoreConfirmation {
		f.Conflict("InsecureIgnoreConfirmation", "true", "{Confirmation} is set: remove one of the two")
	}
	return c
}

// binding holds the contents of a token's cnf: the keys that the token's sender must prove possession of.
type binding struct {
	jkt string // RFC 9449 §6.1: the thumbprint of the key of DPoP proofs, "" if none
	x5t string // RFC 8705 §3.1: the SHA-256 of a client certificate, "" if none
}

// readBinding reads cnf. The token is refused if cnf has a member that this
// package does not understand or that the contract does not accept: such a token
// is only valid together with a proof that nothing here would ask for.
func (c confirmations) readBinding(claims jose.Object) (*binding, *Error) {
	value, bound := claims.Lookup("cnf")
	if !bound || c.ignored {
		return nil, nil
	}
	refuseIt := func(detail string) *Error { return refuseClaim(CodeClaimMismatch, "cnf", detail) }
	if !c.any() {
		return nil, refuseIt("the token is bound to a client's key (RFC 7800), and the contract accepts no such token: " +
			"set Confirmation")
	}
	members, ok := value.Object()
	if !ok || members.Len() == 0 {
		return nil, refuseIt("cnf is not an object with a member")
	}
	var b binding
	for name, v := range members.All() {
		var to *string
		switch {
		case name == "jkt" && c.dpop:
			to = &b.jkt
		case name == "x5t#S256" && c.mtls:
			to = &b.x5t
		default:
			return nil, refuseIt("cnf has the member " + quoted(name) + ", which Confirmation " + quoted(c.rule) +
				" does not accept")
		}
		*to, _ = v.Text()
		if digest, ok := jose.DecodeBase64(*to); !ok || len(digest) != sha256.Size {
			return nil, refuseIt("cnf." + name + " is not a SHA-256 digest in base64url")
		}
	}
	return &b, nil
}

// check returns nil if the client that sent the credentials holds the keys that the token is bound to. b is nil for a
// token that is not bound. sent is nil if the caller has only the token.
func (c confirmations) check(ctx context.Context, b *binding, sent *Credentials, now time.Time) *Error {
	isDPoP := sent != nil && sent.Scheme == schemeDPoP
	switch {
	case b == nil && isDPoP: // RFC 9449 §7.1: the scheme promises a bound token
		return refuseClaim(CodeInvalidProof, "cnf",
			"the token is not bound to a key (cnf.jkt), so it must not be sent by the scheme DPoP")
	case b == nil && c.required:
		return refuseClaim(CodeInvalidProof, "cnf", "the token is not bound to a key (cnf), which the contract requires")
	case b == nil:
		return nil
	case sent == nil:
		return refuseClaim(CodeInvalidProof, "cnf",
			"the token is bound to a client's key (cnf), and a token alone comes without a proof: use Authenticate")
	}
	if b.x5t != "" {
		if err := confirmCertificate(b.x5t, sent); err != nil {
			return err
		}
	}
	switch {
	case b.jkt == "" && isDPoP:
		return refuseClaim(CodeInvalidProof, "cnf", "the token has no cnf.jkt, so it must not be sent by the scheme DPoP")
	case b.jkt == "":
		return nil
	case !isDPoP: // RFC 9449 §7.2: a bound token is never a bearer token
		return refuseClaim(CodeInvalidProof, "cnf",
			"the token is bound to a key (cnf.jkt): it must be sent by the scheme DPoP, with a proof")
	case sent.Proofs == nil:
		return refuseClaim(CodeInvalidProof, "cnf",
			"the credentials have no checker of proofs: use a guard, or set Credentials.Proofs")
	}
	return proofError(ctx, sent.Proofs.Check(ctx, dpop.Presentation{
		Proof:      sent.Proof,
		Method:     sent.Method,
		URL:        sent.URL,
		Token:      sent.Token,
		Thumbprint: b.jkt,
		Now:        now,
	}))
}

// confirmCertificate checks that the connection has the certificate that the token
// is bound to (RFC 8705 §3).
func confirmCertificate(x5t string, c *Credentials) *Error {
	if c.PeerCertificate == nil {
		return refuseClaim(CodeInvalidProof, "cnf",
			"the token is bound to a client certificate (cnf.x5t#S256), and the request has none")
	}
	want, _ := jose.DecodeBase64(x5t) // readBinding has decoded it
	got := sha256.Sum256(c.PeerCertificate.Raw)
	if subtle.ConstantTimeCompare(want, got[:]) != 1 {
		return refuseClaim(CodeInvalidProof, "cnf",
			"the token is bound to another client certificate (cnf.x5t#S256) than that of the request")
	}
	return nil
}

// proofRetry is the Retry-After of a response when the replay store is unavailable.
const proofRetry = 5 * time.Second

// proofError converts the error of a [dpop.Checker] to an [*Error] with the matching code.
func proofError(ctx context.Context, err error) *Error {
	if err == nil {
		return nil
	}
	var e *dpop.Error
	if errors.As(err, &e) && e != nil && e.Kind == dpop.KindUnavailable {
		if gone := canceled(ctx); gone != nil {
			return gone
		}
		return &Error{Code: codeProofsUnavailable, RetryAfter: proofRetry, Err: err}
	}
	return &Error{Code: CodeInvalidProof, Err: err}
}
