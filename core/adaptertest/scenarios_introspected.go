package adaptertest

import (
	"net/http"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// introspectedScenarios are about opaque tokens that are bound to a client's key or certificate, as the server that
// introspects them says. Their answers are those of bound JWTs.
func introspectedScenarios() []Scenario {
	const (
		offered   = "\nDPoP " + proofAlgorithms
		bound     = "oat_key"
		certified = "oat_certificate"
	)
	either := Mode{
		Name: "bound opaque tokens", Opaque: true, OpaqueConfirmation: "either",
		Options: options(guard.TrustedProxies("127.0.0.1"), guard.CertificateHeader("Client-Cert")),
	}
	forwarded := Field{"X-Forwarded-Proto", "https"}
	proof := func(name, target, token string) Field {
		return Field{"DPoP", "{" + name + ":GET " + target + " " + token + "}"}
	}
	certificate := func(name string) Field { return Field{"Client-Cert", "{" + name + "}"} }
	row := func(name, why string, want Want, authorization string, fields ...Field) Scenario {
		all := append([]Field{{"Authorization", authorization}, forwarded}, fields...)
		return Scenario{Name: either.Name + ", " + name, Why: why, Mode: either, Fields: all, Want: want}
	}
	unauthorized := func(challenge string) Want {
		return Want{Status: http.StatusUnauthorized, Code: core.CodeInvalidProof, Challenge: challenge}
	}
	badProof := unauthorized(`DPoP error="invalid_dpop_proof", ` + proofAlgorithms)
	notBound := unauthorized(`DPoP error="invalid_token", ` + proofAlgorithms)
	asBearer := unauthorized(challengeToken + offered)
	const once = "a proof is for one request, one token and one key, no matter who states what the token is bound to"
	const never = "a bound token is never a bearer token, even if it is opaque (RFC 9449 §6.2)"
	const owner = "only the holder of the certificate may send the token (RFC 8705 §3.2)"
	twice := row("behind two guards", "the proof of one request counts once", passes("partner_2"),
		"DPoP {"+bound+"}", proof("proof", PathTwice, bound))
	twice.Target = PathTwice
	refuse := Scenario{
		Name: "opaque tokens, one that is bound", Why: "no bound token is accepted unless the rules say so",
		Mode: modeOpaque(), Fields: bearer(bound), Want: refused(core.CodeClaimMismatch),
	}
	return []Scenario{
		refuse,
		row("with its proof", "the client holds the key", passes("partner_2"),
			"DPoP {"+bound+"}", proof("proof", PathPrivate, bound)),
		twice,
		row("without a proof", once, badProof, "DPoP {"+bound+"}"),
		row("proof of another path", once, badProof, "DPoP {"+bound+"}", proof("proof", PathTwice, bound)),
		row("proof of another token", once, badProof, "DPoP {"+bound+"}", proof("proof", PathPrivate, "oat_partner")),
		row("proof by another key", once, badProof, "DPoP {"+bound+"}", proof("thief's proof", PathPrivate, bound)),
		row("as a bearer token", never, asBearer, "Bearer {"+bound+"}", proof("proof", PathPrivate, bound)),
		row("plain token by DPoP", "the scheme promises a bound token", notBound, "DPoP {oat_partner}",
			proof("proof", PathPrivate, "oat_partner")),
		row("plain token", "the rules accept plain tokens too", passes("partner_2"), "Bearer {oat_partner}"),
		row("session", "other kinds of credentials are accepted as before", passes("user_1"), "Bearer {session}"),
		row("certificate", "the proxy passes on the client's certificate", passes("partner_2"),
			"Bearer {"+certified+"}", certificate("certificate")),
		row("another certificate", owner, asBearer, "Bearer {"+certified+"}", certificate("thief's certificate")),
		row("no certificate", owner, asBearer, "Bearer {"+certified+"}"),
	}
}
