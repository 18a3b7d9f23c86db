package core

import (
	"slices"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

// hintFor names the likeliest reason for the step to refuse the token.
func (a *attempt) hintFor(s step, err *Error) string {
	switch s {
	case stepSize:
		return "the token is larger than MaxTokenBytes: keep large data out of tokens, or raise the bound"
	case stepFormat:
		return a.formatHint(err)
	case stepAlgorithm, stepContract:
		return a.algorithmHint(err)
	case stepIssuer:
		return a.issuerCause(err)
	case stepKey:
		return a.keyHint(err)
	case stepSignature:
		return a.signatureHint()
	case stepTime:
		return a.timeHint(err)
	case stepAudience:
		return a.audienceHint(a.engine.rules.Audiences)
	case stepParty:
		return a.partyHint()
	case stepType:
		return a.typeHint(err)
	case stepBinding:
		return a.bindingHint()
	case stepClaims:
		return a.claimHint(err)
	case stepUserID:
		return a.userIDHint(err)
	default:
		return ""
	}
}

// bindingHint says how to send a token that is bound to a key. Explain has the
// token alone, so it cannot judge the proof.
func (a *attempt) bindingHint() string {
	b := a.bound
	switch {
	case b == nil && a.engine.confirms.required:
		return "the contract has ConfirmationRequired, and the issuer sent a plain bearer token: " +
			"is the client set up for bound tokens?"
	case b == nil:
		return "the token is bound to a client's key (cnf): set Confirmation to accept it with its proof, " +
			"or have the issuer send plain bearer tokens"
	case b.jkt != "":
		return "a token alone cannot be judged: send it as Authorization: DPoP <token>, with a proof in the header DPoP"
	default:
		return "a token alone cannot be judged: send it over a connection with the client certificate that it is bound to"
	}
}

// formatHint looks at the text of a token that cannot be read.
func (a *attempt) formatHint(err *Error) string {
	raw := a.raw
	trimmed := strings.TrimSpace(raw)
	word, rest, spaced := strings.Cut(trimmed, " ")
	parts := strings.Count(raw, ".") + 1
	switch {
	case trimmed == "":
		return "the token is empty: was a variable or a header not set?"
	case spaced && rest != "" && !strings.Contains(word, "."):
		return quoted(word) + " precedes the token: pass only what follows it, or the whole header to VerifyHeader"
	case strings.ContainsAny(trimmed[:1]+trimmed[len(trimmed)-1:], "\"'`"):
		return "the token is in quotes: remove them"
	case trimmed != raw:
		return "white space or a line break is around the token: trim it"
	case strings.ContainsAny(raw, " \t\r\n"):
		return "white space or a line break is inside the token: it was wrapped when it was copied"
	case strings.Contains(raw, "%"):
		return "the token is percent-encoded: decode it once"
	case strings.Contains(raw, "..."):
		return "a part of the token was left out (...): copy all of it"
	case err.Claim != "":
		return "the claim " + err.Claim + " is " + a.shownClaim(err.Claim) + ", which has the wrong JSON type"
	case parts == 5:
		return "five segments: an encrypted token (JWE): have the issuer send signed tokens (JWS)"
	case parts == 1:
		return "an opaque token, not a JWT: have the issuer send JWTs " +
			"(many do only if an API's audience is requested), or use introspection"
	case parts != 3:
		return itoa(parts) + " segments instead of three: the token was cut off or joined when it was copied"
	case strings.HasSuffix(raw, "."):
		return "the token has no signature (alg none, or cut off): unsigned tokens prove nothing"
	case strings.Contains(raw, "="):
		return "the segments are padded with =: remove it, or set PaddedSegments if the issuer writes it"
	case strings.ContainsAny(raw, "+/"):
		return "the token is in plain base64 (+ and /): a JWT uses base64url"
	default:
		return err.withoutCode() + ": it was changed or cut off when it was copied"
	}
}

func isHMAC(alg string) bool { return strings.HasPrefix(alg, "HS") }

func (a *attempt) algorithmHint(err *Error) string {
	alg, accepted := a.token.Header.Alg, a.verifier.algorithms()
	if a.engine != nil {
		accepted = strings.Join(a.engine.rules.Algorithms, ", ")
	}
	switch {
	case err.Code == CodeTokenTooLarge:
		return "the token is larger than the contract's MaxTokenBytes"
	case err.Code == CodeInvalidFormat:
		return err.withoutCode()
	case strings.EqualFold(alg, "none"):
		return "alg is none: the token is not signed, so anyone could have written it"
	case isHMAC(alg) && !strings.Contains(accepted, "HS"):
		return "alg " + alg + " is signed with a shared secret, and the contract has public keys (" + accepted +
			"): a legacy token, or a forged one that uses the public key as the secret"
	case !isHMAC(alg) && strings.HasPrefix(accepted, "HS"):
		return "alg " + quoted(
			alg,
		) + " is signed with a private key, and the contract has a shared secret (" + accepted + "): " +
			"configure the issuer's key set"
	default:
		return "alg " + quoted(alg) + " is not accepted (" + accepted + "): add it to Algorithms if the issuer signs with it"
	}
}

// knownKeys lists the ids of the issuer's keys.
func (a *attempt) knownKeys() string {
	if a.engine.keys == nil {
		return ""
	}
	h := a.engine.keys.Health()
	ids := make([]string, 0, len(h.Keys))
	for _, k := range h.Keys {
		ids = append(ids, quoted(k.ID))
	}
	const most = 8
	if len(ids) == 0 {
		ids = append(ids, "no keys")
	}
	if len(ids) > most {
		ids = append(ids[:most], "and "+itoa(len(ids)-most)+" more")
	}
	set := "the set"
	if !h.FetchedAt.IsZero() {
		set += " fetched " + timeSince(h.Age)
	}
	return set + " has " + strings.Join(ids, ", ")
}

func timeSince(d time.Duration) string { return roundedDuration(d) + " ago" }

// roundedDuration rounds d as people say it.
func roundedDuration(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return d.Round(time.Second).String()
	case d < 48*time.Hour:
		return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
	default:
		return itoa(int(d.Hours()/24)) + " days"
	}
}

func (a *attempt) keyHint(err *Error) string {
	switch {
	case err.Code == CodeKeysUnavailable:
		return "the issuer's keys cannot be fetched: " + err.withoutCode()
	case !a.token.Header.HasKid:
		return "the header has no kid, and " + a.knownKeys()
	case a.engine.rules.KeyURLTemplate != "": // a page for each key: they are not listed anywhere
		return "signed by key " + quoted(a.token.Header.Kid) + ", which the issuer does not publish" +
			": a token of another environment, or of a key that was removed"
	default:
		return "signed by key " + quoted(a.token.Header.Kid) + "; " + a.knownKeys() +
			": a token of another environment, or of a key that was removed"
	}
}

func (a *attempt) signatureHint() string {
	if a.algorithm != nil && a.algorithm.Symmetric {
		return "the signature does not fit the secret: the contract has another secret than the issuer, " +
			"one of them is base64, or the token was changed"
	}
	return "the signature does not fit key " + quoted(
		a.token.Header.Kid,
	) + ": the token was changed or cut off after it was signed, " +
		"or another instance signs under the same key id"
}

func (a *attempt) timeHint(err *Error) string {
	leeway := "; the leeway is " + a.engine.leeway().String()
	skew := a.clockSkew()
	switch {
	case err.Code == CodeMissingClaim:
		return err.Claim + " is missing: the issuer has to write it"
	case err.Claim == "exp":
		hint := "expired " + timeSince(a.now.Sub(a.times.expires)) + leeway
		if skew < minClockSkew {
			return hint + ": the client has to send a fresh token"
		}
		hint += "; this machine's clock is " + roundedDuration(skew) + " ahead of the issuer's"
		if a.now.Add(-skew).Before(a.times.expires.Add(a.engine.leeway())) {
			return hint + ", by which the token has not expired: synchronize it (NTP)"
		}
		return hint + ": synchronize it (NTP), and the client has to send a fresh token"
	case err.Code == CodeTokenNotActive:
		date := a.times.issued
		if err.Claim == "nbf" {
			date = a.times.notBefore
		}
		hint := err.Claim + " is " + roundedDuration(date.Sub(a.now)) + " in the future" + leeway
		if skew > -minClockSkew {
			return hint + ": compare this machine's clock with the issuer's"
		}
		return hint + "; this machine's clock is " + roundedDuration(-skew) + " behind the issuer's: synchronize it (NTP)"
	default:
		return "issued " + timeSince(a.now.Sub(a.times.issued)) + ", older than MaxAge " + a.engine.rules.MaxAge.String()
	}
}

// minClockSkew is the least difference between the clocks that a hint mentions.
const minClockSkew = 2 * time.Second

// clockSkew returns how far this machine's clock is ahead of the issuer's, 0 if
// no fetch of keys has shown it.
func (a *attempt) clockSkew() time.Duration {
	if a.engine.keys == nil {
		return 0
	}
	return a.engine.keys.Health().ClockSkew
}

// audienceHint says what the audience holds instead of an accepted one.
func (a *attempt) audienceHint(accepted []string) string {
	found, want := a.shownClaim("aud"), strings.Join(accepted, " or ")
	if a.audience.Kind() == jose.KindInvalid {
		return "aud is missing, expected " + want + ": request a token for this API's audience"
	}
	list, _ := a.audience.Texts()
	for _, aud := range list {
		if aud == "" {
			continue
		}
		for _, name := range accepted {
			switch {
			case strings.TrimRight(aud, "/") == strings.TrimRight(name, "/"):
				return "aud " + found + " differs from the accepted " + quoted(name) + " only by a trailing slash"
			case strings.EqualFold(aud, name):
				return "aud " + found + " differs from the accepted " + quoted(name) + " only by the case of letters"
			}
		}
		for _, client := range []string{"azp", "client_id"} {
			if v, ok := a.token.Claims.Lookup(client); ok && v.TextIs(aud) ||
				slices.Contains(a.engine.rules.AuthorizedParties, aud) {
				return "aud " + found + " holds the client id: an ID token? Send the access token, expected aud " + want
			}
		}
	}
	return "aud is " + found + ", expected " + want + ": the token was made for another service" + a.kindHint()
}

// kindHint names the kind of the token, if the contract's rules say that it is
// not a session token.
func (a *attempt) kindHint() string {
	kind := a.engine.mapping.kindOf(a.token.Header, a.token.Claims, a.now.Add(a.engine.leeway()))
	if kind != a.engine.mapping.kind {
		return "; it is a token of kind " + string(kind)
	}
	return ""
}

func (a *attempt) partyHint() string {
	want := strings.Join(a.engine.rules.AuthorizedParties, " or ")
	if _, ok := a.token.Claims.Lookup("azp"); !ok {
		return "azp is missing, expected " + want + ": InsecureMissingParty accepts tokens of native apps and backends"
	}
	return "azp is " + a.shownClaim(
		"azp",
	) + ", expected " + want + ": another client or origin obtained the token; add it to AuthorizedParties if it is yours"
}

func (a *attempt) typeHint(err *Error) string {
	typ := a.token.Header.Typ
	switch {
	case err.Claim == "events":
		return "events marks a logout or security event token: send it to the logout endpoint"
	case sameType(typ, "logout+jwt"):
		return "typ " + quoted(typ) + " is a logout token: send it to the logout endpoint"
	case sameType(typ, "dpop+jwt"):
		return "typ " + quoted(typ) + " is a DPoP proof: send it in the DPoP header, and the access token in Authorization"
	case foreignType(typ):
		return "typ " + quoted(typ) + " is not a session's or an access token's"
	default:
		return "typ is " + quoted(typ) + ", expected " + strings.Join(a.engine.rules.TokenTypes, " or ") +
			": an ID token in place of an access token, or the reverse?"
	}
}

// claimHint adds the value that was found to the text of the contract's rule.
func (a *attempt) claimHint(err *Error) string {
	name, isHeader := strings.CutPrefix(err.Claim, "header ")
	found := ""
	if isHeader {
		if v, ok := a.token.Header.Members.Lookup(name); ok {
			found = shown(v)
		}
	} else {
		found = a.shownClaim(err.Claim)
	}
	hint := err.withoutCode()
	if err.Code != CodeMissingClaim && found != "" {
		hint += "; " + err.Claim + " is " + found
	}
	return hint + a.kindHint()
}

func (a *attempt) userIDHint(err *Error) string {
	hint := err.withoutCode()
	if _, ok := a.token.Claims.Lookup("sub"); ok && err.Code == CodeMissingClaim && a.engine.rules.UserIDClaim != "sub" {
		hint += ", and the token has sub: is UserIDClaim spelled as in the token?"
	}
	return hint
}

// shownClaim shows the value of a claim.
func (a *attempt) shownClaim(path string) string {
	p, err := jose.ParsePath(path)
	if err != nil {
		return ""
	}
	v, ok := p.In(a.token.Claims)
	if !ok {
		return "missing"
	}
	return shown(v)
}

func (a *attempt) shownDate(claim string) string {
	v, ok := a.token.Claims.Lookup(claim)
	at, err := v.Time()
	if !ok || err != nil {
		return "missing"
	}
	return stamp(at)
}
