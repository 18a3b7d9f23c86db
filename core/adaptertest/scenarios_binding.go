package adaptertest

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/dpop"
	"github.com/revstackhq/auth-go/core/guard"
)

// bindings are the keys of a client whose tokens are bound to them, and of a thief.
type bindings struct {
	client, thief *dpop.Signer
	certificates  [2]tls.Certificate // of the client and of the thief
	contract      *core.Contract
	nonces        *dpop.Nonces
}

func newBindings(issuer *authtest.Issuer) (*bindings, error) {
	b := &bindings{}
	var errs [6]error
	b.client, errs[0] = dpop.GenerateSigner()
	b.thief, errs[1] = dpop.GenerateSigner()
	b.certificates[0], errs[2] = selfSigned()
	b.certificates[1], errs[3] = selfSigned()
	b.contract, errs[4] = core.NewContract(core.Rules{
		Provider:     "partner",
		Issuer:       issuer.URL(),
		JWKSURL:      issuer.JWKSURL(),
		Algorithms:   []string{"ES256"},
		Audiences:    []string{partner},
		Confirmation: "either",
	})
	b.nonces, errs[5] = dpop.NewNonces(0, []byte(rand.Text()+rand.Text()))
	return b, errors.Join(errs[:]...)
}

// confirmation returns the cnf of a bound token.
func (b *bindings) confirmation(name string) map[string]string {
	switch name {
	case "bound to a key":
		return map[string]string{"jkt": b.client.Thumbprint()}
	case "bound to a certificate":
		sum := sha256.Sum256(b.certificates[0].Certificate[0])
		return map[string]string{"x5t#S256": base64.RawURLEncoding.EncodeToString(sum[:])}
	default:
		return nil
	}
}

// placeholder returns the value for a name that is not a token's: a certificate as in
// RFC 9440, or for "proof:<method> <path> <token>" a proof, new each time. "proof with
// nonce" has a current nonce of the server, "proof with old nonce" one that was current
// an hour ago.
func (s *Stage) placeholder(name string) (text string, known bool, err error) {
	switch name {
	case "certificate", "thief's certificate":
		i := strings.Count(name, "thief")
		return ":" + base64.StdEncoding.EncodeToString(s.bound.certificates[i].Certificate[0]) + ":", true, nil
	}
	kind, what, found := strings.Cut(name, ":")
	claims, signer := dpop.Claims{}, s.bound.client
	switch {
	case found && kind == "proof":
	case found && kind == "thief's proof":
		signer = s.bound.thief
	case found && kind == "proof with nonce":
		claims.Nonce = s.bound.nonces.Issue(time.Now())
	case found && kind == "proof with old nonce":
		claims.Nonce = s.bound.nonces.Issue(time.Now().Add(-time.Hour))
	default:
		return "", false, nil
	}
	parts := strings.SplitN(what, " ", 3)
	if len(parts) != 3 {
		return "", true, fmt.Errorf("adaptertest: %q does not name method, path and token", name)
	}
	token, err := s.token(parts[2])
	if err != nil {
		return "", true, err
	}
	claims.Method, claims.URL, claims.Token = parts[0], "https://"+host+parts[1], token
	text, err = signer.Proof(claims)
	return text, true, err
}

func modeOf(name string, opts ...guard.Option) Mode {
	return Mode{Name: name, Options: options(opts...), Further: func(s *Stage) ([]*core.Contract, error) {
		return []*core.Contract{s.bound.contract}, nil
	}}
}

// modeNonces requires the server's nonces in proofs.
func modeNonces() Mode {
	mode := modeOf("bound tokens with nonces")
	mode.Options = func(s *Stage) []guard.Option {
		return []guard.Option{guard.ExternalURL("https://" + host), guard.Proofs(dpop.Config{Nonces: s.bound.nonces})}
	}
	return mode
}

// proofAlgorithms is the algs parameter of challenges.
const proofAlgorithms = `algs="ES256 ES384 ES512 EdDSA Ed25519 PS256 RS256"`

// bindingScenarios are about tokens that are bound to a client's key (RFC 9449) or
// certificate (RFC 8705).
func bindingScenarios() []Scenario {
	const (
		offered   = "\nDPoP " + proofAlgorithms
		bound     = "bound to a key"
		byProof   = "DPoP {" + bound + "}"
		certified = "bound to a certificate"
	)
	external := modeOf("bound tokens", guard.ExternalURL("https://"+host))
	header := guard.CertificateHeader("Client-Cert")
	proxied := modeOf("bound tokens behind a proxy", guard.TrustedProxies("127.0.0.1"), header)
	stranger := modeOf("bound tokens, another proxy", guard.TrustedProxies("192.0.2.1"), header)
	proof := func(what string) Field { return Field{"DPoP", "{" + what + "}"} }
	good := proof("proof:GET " + PathPrivate + " " + bound)
	row := func(mode Mode, name, why string, want Want, authorization string, fields ...Field) Scenario {
		all := fields
		if authorization != "" {
			all = append([]Field{{"Authorization", authorization}}, fields...)
		}
		return Scenario{Name: mode.Name + ", " + name, Why: why, Mode: mode, Fields: all, Want: want}
	}
	described := modeOf("bound tokens with metadata", guard.ExternalURL("https://"+host),
		guard.Metadata(guard.ResourceMetadata{
			Resource:             "https://" + host,
			AuthorizationServers: []string{"https://login.northwind.example"},
		}))
	to := func(target string, s Scenario) Scenario {
		s.Target = target
		return s
	}
	refusedBy := func(status int, code core.Code, challenge string) Want {
		return Want{Status: status, Code: code, Challenge: challenge}
	}
	badProof := refusedBy(
		http.StatusUnauthorized, core.CodeInvalidProof, `DPoP error="invalid_dpop_proof", `+proofAlgorithms,
	)
	notBound := refusedBy(http.StatusUnauthorized, core.CodeInvalidProof, `DPoP error="invalid_token", `+proofAlgorithms)
	asBearer := refusedBy(http.StatusUnauthorized, core.CodeInvalidProof, challengeToken+offered)
	malformedProof := refusedBy(
		http.StatusBadRequest, core.CodeInvalidRequest, `DPoP error="invalid_request", `+proofAlgorithms,
	)
	const once = "a proof is for one request, one token and one key (RFC 9449 §4.3)"
	const never = "a bound token is never a bearer token (RFC 9449 §7.2)"
	const owner = "only the holder of the certificate may send the token (RFC 8705 §3)"
	const fresh = "a client learns the server's nonce from its answer (RFC 9449 §9)"
	withNonce := func(want Want) Want {
		want.Nonce = true
		return want
	}
	wantsNonce := withNonce(refusedBy(
		http.StatusUnauthorized, core.CodeInvalidProof, `DPoP error="use_dpop_nonce", `+proofAlgorithms,
	))
	fromServer := proof("proof with nonce:GET " + PathPrivate + " " + bound)
	nonces := modeNonces()
	forwarded := Field{"X-Forwarded-Proto", "https"}
	certificate := func(name string) Field { return Field{"Client-Cert", "{" + name + "}"} }
	return []Scenario{
		row(external, "with its proof", "the client holds the key", passes("partner_1"), byProof, good),
		row(external, "scheme in lower case", "schemes are case-insensitive (RFC 9110 §11.1)", passes("partner_1"),
			"dpop {"+bound+"}", good),
		to(PathPrivate+"?page=2", row(external, "query", "htu has no query (RFC 9449 §4.2)", passes("partner_1"),
			byProof, good)),
		to(PathTwice, row(external, "behind two guards", "the proof of one request counts once", passes("partner_1"),
			byProof, proof("proof:GET "+PathTwice+" "+bound))),
		row(external, "without a proof", once, badProof, byProof),
		row(external, "empty proof", once, badProof, byProof, Field{"DPoP", ""}),
		row(external, "malformed proof", once, badProof, byProof, Field{"DPoP", "a.b.c"}),
		row(external, "two proofs", "readers could disagree on which one counts", malformedProof, byProof, good, good),
		row(external, "proof of another method", once, badProof, byProof, proof("proof:POST "+PathPrivate+" "+bound)),
		row(external, "proof of another path", once, badProof, byProof, proof("proof:GET "+PathTwice+" "+bound)),
		row(external, "proof of another token", once, badProof, byProof, proof("proof:GET "+PathPrivate+" partner")),
		row(external, "proof by another key", once, badProof, byProof, proof("thief's proof:GET "+PathPrivate+" "+bound)),
		row(external, "as a bearer token", never, asBearer, "Bearer {"+bound+"}", good),
		row(external, "plain token by DPoP", "the scheme promises a bound token", notBound, "DPoP {partner}",
			proof("proof:GET "+PathPrivate+" partner")),
		row(external, "plain token", "the contract accepts plain tokens too", passes("partner_1"), "Bearer {partner}"),
		row(external, "no token", "the challenge offers both schemes (RFC 9449 §7.2)",
			refusedBy(http.StatusUnauthorized, core.CodeTokenMissing, challengeBare+offered), ""),
		row(external, "bad bearer token", "the error belongs to the scheme that was used",
			refusedBy(http.StatusUnauthorized, core.CodeTokenExpired, challengeToken+offered), "Bearer {bad:expired}"),
		row(external, "DPoP without a token", "a scheme without credentials is malformed", malformedProof, "DPoP"),
		row(external, "certificate from nowhere", owner, asBearer, "Bearer {"+certified+"}", certificate("certificate")),

		row(nonces, "proof without one", fresh, wantsNonce, byProof, good),
		row(nonces, "proof with an old one", fresh, wantsNonce, byProof,
			proof("proof with old nonce:GET "+PathPrivate+" "+bound)),
		row(nonces, "proof with a current one", "the answer has the nonce for the next proof (RFC 9449 §8.2)",
			withNonce(passes("partner_1")), byProof, fromServer),
		to(PathTwice, row(nonces, "behind two guards", fresh, withNonce(passes("partner_1")), byProof,
			proof("proof with nonce:GET "+PathTwice+" "+bound))),
		row(nonces, "proof of another path", once, withNonce(badProof), byProof,
			proof("proof with nonce:GET "+PathTwice+" "+bound)),
		row(nonces, "plain token", "nonces are for proofs", passes("partner_1"), "Bearer {partner}"),

		{
			Name:   described.Name + ", the document",
			Why:    "clients learn from the metadata which bound tokens are accepted (RFC 9728 §2)",
			Mode:   described,
			Target: "/.well-known/oauth-protected-resource",
			Want:   passes(""),
		},

		row(proxied, "proof", "the proxy knows the scheme that the client used", passes("partner_1"),
			byProof, good, forwarded),
		row(proxied, "proof, unknown scheme", "the URL is never guessed", badProof, byProof, good),
		row(proxied, "certificate", "the proxy passes on the client's certificate", passes("partner_1"),
			"Bearer {"+certified+"}", certificate("certificate")),
		row(proxied, "no certificate", owner, asBearer, "Bearer {"+certified+"}"),
		row(proxied, "another certificate", owner, asBearer, "Bearer {"+certified+"}", certificate("thief's certificate")),
		row(proxied, "malformed certificate", "an unreadable certificate is not the same as none",
			refusedBy(http.StatusBadRequest, core.CodeInvalidRequest, challengeRequest), "Bearer {"+certified+"}",
			Field{"Client-Cert", ":AAAA:"}),

		row(stranger, "proof", "only a configured proxy is trusted", badProof, byProof, good, forwarded),
		row(stranger, "certificate", "only a configured proxy is trusted", asBearer,
			"Bearer {"+certified+"}", certificate("certificate")),
	}
}
