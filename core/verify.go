package core

import (
	"bytes"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/revstackhq/auth-go/core/internal/jose"
	"github.com/revstackhq/auth-go/core/internal/jwks"
	"github.com/revstackhq/auth-go/core/internal/jws"
)

// What follows checks one token against one contract, in the order that
// DESIGN promises: format, algorithm, issuer, key, signature, time, audience,
// party, other claims.

// registered are the claims whose types every token must get right, read before
// the signature because the issuer chooses the keys.
type registered struct {
	issuer    string
	hasIssuer bool
	// numericSub is for the contract to judge: sub is a string (RFC 7519
	// §4.1.2), and some issuers write their database's number.
	numericSub bool
	audience   jose.Value
	times      times
}

func readRegistered(claims jose.Object) (registered, *Error) {
	var r registered
	if v, ok := claims.Lookup("iss"); ok {
		if r.issuer, r.hasIssuer = v.Text(); !r.hasIssuer {
			return r, refuseClaim(CodeInvalidFormat, "iss", "iss is not a string")
		}
	}
	if v, ok := claims.Lookup("sub"); ok && v.Kind() != jose.KindString {
		if r.numericSub = v.Kind() == jose.KindNumber; !r.numericSub {
			return r, refuseClaim(CodeInvalidFormat, "sub", "sub is not a string")
		}
	}
	if v, ok := claims.Lookup("aud"); ok {
		r.audience = v
		for e := range v.Elements() {
			if e.Kind() != jose.KindString {
				return r, refuseClaim(CodeInvalidFormat, "aud", "aud holds something that is not a string")
			}
		}
		if k := v.Kind(); k != jose.KindString && k != jose.KindArray {
			return r, refuseClaim(CodeInvalidFormat, "aud", "aud is neither a string nor an array")
		}
	}
	var err *Error
	r.times, err = readTimes(claims)
	return r, err
}

func (c *contract) checkSubject(r *registered) *Error {
	if r.numericSub && !c.rules.NumericUserID {
		return refuseClaim(CodeInvalidFormat, "sub", "sub is a number, not a string; NumericUserID accepts integers")
	}
	return nil
}

// checkAlgorithm pins alg to the contract (RFC 8725 §3.1).
func (c *contract) checkAlgorithm(h *jose.Header) (*jws.Algorithm, *Error) {
	a := c.algorithms[h.Alg]
	if a == nil {
		return nil, refuse(CodeAlgorithmNotAllowed, "alg "+quoted(h.Alg)+" is not among "+strings.Join(c.rules.Algorithms, ", "))
	}
	return a, nil
}

func (c *contract) checkIssuer(r *registered, claims jose.Object) *Error {
	if c.accepts(r.issuer, claims) {
		return nil
	}
	found := "iss is " + quoted(r.issuer)
	if !r.hasIssuer {
		found = "iss is missing"
	}
	return refuseClaim(CodeIssuerMismatch, "iss", found+", expected "+c.expectedIssuers()+c.issuerHint(r))
}

// issuerHint returns what the longest fitting hint says of the token's issuer.
func (c *contract) issuerHint(r *registered) string {
	longest, says := -1, ""
	for prefix, hint := range c.rules.IssuerHints {
		fits := prefix != "" && strings.HasPrefix(r.issuer, prefix) || prefix == "" && r.issuer == ""
		if fits && len(prefix) > longest {
			longest, says = len(prefix), "; "+hint
		}
	}
	return says
}

func (c *contract) expectedIssuers() string {
	all := c.issuers
	if c.template != nil {
		all = append(slices.Clip(all), c.rules.IssuerTemplate)
	}
	return strings.Join(all, " or ")
}

// checkClaims runs everything that follows the signature and the time.
func (c *contract) checkClaims(t *jose.Token, r *registered, now time.Time) *Error {
	if err := c.checkAudience(r); err != nil {
		return err
	}
	if err := c.checkParty(t.Claims); err != nil {
		return err
	}
	if err := c.checkType(t.Header); err != nil {
		return err
	}
	if err := c.checkEvents(t.Claims); err != nil {
		return err
	}
	if _, bound := t.Claims.Lookup("cnf"); bound && !c.rules.InsecureIgnoreConfirmation {
		return refuseClaim(CodeClaimMismatch, "cnf", "the token is bound to a client's key (RFC 7800), which is not checked here")
	}
	for i, path := range c.required {
		if v, ok := path.In(t.Claims); !ok || v.Kind() == jose.KindNull {
			name := c.rules.RequiredClaims[i]
			return refuseClaim(CodeMissingClaim, name, name+" is missing, the contract requires it")
		}
	}
	return c.checkRules(t.Header, t.Claims, now)
}

func (c *contract) checkRules(h *jose.Header, claims jose.Object, now time.Time) *Error {
	now = now.Add(c.leeway())
	for i := range c.claimRules {
		if err := c.claimRules[i].check(h, claims, now); err != nil {
			return err
		}
	}
	return nil
}

func (c *contract) checkAudience(r *registered) *Error {
	if len(c.rules.Audiences) == 0 {
		return nil
	}
	if slices.ContainsFunc(c.rules.Audiences, r.audience.HasText) {
		return nil
	}
	return refuseClaim(CodeAudienceMismatch, "aud", "aud is "+shown(r.audience)+", expected "+strings.Join(c.rules.Audiences, " or "))
}

func (c *contract) checkParty(claims jose.Object) *Error {
	if len(c.rules.AuthorizedParties) == 0 {
		return nil
	}
	azp, ok := claims.Lookup("azp")
	if !ok && c.rules.InsecureMissingParty {
		return nil
	}
	if slices.ContainsFunc(c.rules.AuthorizedParties, azp.TextIs) {
		return nil
	}
	return refuseClaim(CodePartyMismatch, "azp", "azp is "+shown(azp)+", expected "+strings.Join(c.rules.AuthorizedParties, " or "))
}

// checkType compares typ as media types are (RFC 8725 §3.11, RFC 7515 §4.1.9).
func (c *contract) checkType(h *jose.Header) *Error {
	if len(c.rules.TokenTypes) == 0 {
		if foreignType(h.Typ) {
			return refuseClaim(CodeClaimMismatch, "typ", "typ "+quoted(h.Typ)+" is not a session's or an access token's; TokenTypes accepts it")
		}
		return nil
	}
	for _, want := range c.rules.TokenTypes {
		if sameType(h.Typ, want) {
			return nil
		}
	}
	return refuseClaim(CodeClaimMismatch, "typ", "typ is "+quoted(h.Typ)+", expected "+strings.Join(c.rules.TokenTypes, " or "))
}

// checkEvents refuses security event tokens (RFC 8417 §2.2) and logout tokens
// (OpenID Connect Back-Channel Logout 1.0 §2.4): they have the user's sub and
// may lack a typ of their own.
func (c *contract) checkEvents(claims jose.Object) *Error {
	_, ok := claims.Lookup("events")
	named := func(typ string) bool { return sameType(typ, "logout+jwt") || sameType(typ, "secevent+jwt") }
	if !ok || slices.ContainsFunc(c.rules.TokenTypes, named) {
		return nil
	}
	return refuseClaim(CodeClaimMismatch, "events", "events marks a logout or security event token; TokenTypes accepts logout+jwt and secevent+jwt")
}

// foreignType reports whether typ marks a token that an issuer may sign with the
// same keys as its sessions, and that proves no sign-in.
func foreignType(typ string) bool {
	typ, _, _ = strings.Cut(typ, ";") // a media type's parameters
	typ = strings.TrimSpace(typ)
	return slices.ContainsFunc(foreignTypes[:], func(foreign string) bool { return sameType(typ, foreign) })
}

var foreignTypes = [...]string{
	"logout+jwt",              // OpenID Connect Back-Channel Logout 1.0 §2.4
	"secevent+jwt",            // RFC 8417 §2.3
	"dpop+jwt",                // RFC 9449 §4.2
	"oauth-authz-req+jwt",     // RFC 9101 §10.8
	"token-introspection+jwt", // RFC 9701 §5
}

func sameType(a, b string) bool { return strings.EqualFold(bareType(a), bareType(b)) }

// bareType takes off what RFC 7515 §4.1.9 lets a typ leave out.
func bareType[T string | []byte](typ T) T {
	const prefix = "application/"
	if len(typ) > len(prefix) && strings.EqualFold(string(typ[:len(prefix)]), prefix) {
		return typ[len(prefix):]
	}
	return typ
}

// newSession builds the session of a token that has passed everything.
func (e *engine) newSession(t *jose.Token, r *registered, key *jwks.Key, now time.Time) (*Session, *Error) {
	id, err := e.userIDOf(t.Claims)
	if err != nil {
		return nil, err
	}
	return &Session{
		engine: e, header: t.Header, payload: t.Payload, claims: t.Claims, times: r.times, key: key,
		userID: id, issuer: r.issuer, kind: e.mapping.kindOf(t.Header, t.Claims, now.Add(e.leeway())),
	}, nil
}

// breaksText reports whether r ends a line, steers a terminal or turns the
// direction of writing: a user id with such a character forges lines in logs,
// and looks like another user's.
func breaksText(r rune) bool {
	if r < 0x80 {
		return r < ' ' || r == 0x7f
	}
	return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
}

func (c *contract) userIDOf(claims jose.Object) (string, *Error) {
	for _, path := range c.userID {
		v, ok := path.In(claims)
		if !ok || v.Kind() == jose.KindNull || v.TextIs("") {
			continue
		}
		id, refused := c.readUserID(v, path.String())
		if refused != nil {
			return "", refused
		}
		return id, nil
	}
	name := c.rules.UserIDClaim
	return "", refuseClaim(CodeMissingClaim, name, name+", the user id, is missing")
}

func (c *contract) readUserID(v jose.Value, claim string) (string, *Error) {
	if c.rules.NumericUserID && v.Kind() == jose.KindNumber {
		if id, ok := canonicalInteger(v.Raw()); ok {
			return id, nil
		}
		return "", refuseClaim(CodeClaimMismatch, claim, "the user id is "+shown(v)+", expected an integer in plain digits")
	}
	id, isText := v.Text()
	switch {
	case !isText && v.Kind() == jose.KindNumber:
		return "", refuseClaim(CodeClaimMismatch, claim, "the user id is "+shown(v)+", expected a string; NumericUserID accepts integers")
	case !isText:
		return "", refuseClaim(CodeClaimMismatch, claim, "the user id is "+shown(v)+", expected a string")
	case len(id) > maxUserIDBytes:
		return "", refuseClaim(CodeClaimMismatch, claim, "the user id has "+itoa(len(id))+" bytes, at most "+itoa(maxUserIDBytes)+" are read")
	case strings.ContainsFunc(id, breaksText):
		return "", refuseClaim(CodeClaimMismatch, claim, "the user id contains a control character")
	}
	return id, nil
}

// canonicalInteger returns n as it is if it is an integer in its one plain form.
// 1e3 and 42.0 are refused, not converted: past 2^53 readers disagree on them.
func canonicalInteger(n []byte) (string, bool) {
	digits := bytes.TrimPrefix(n, []byte("-"))
	plain := len(digits) > 0 && len(digits) <= maxUserIDBytes && !bytes.ContainsFunc(digits, func(r rune) bool { return r < '0' || r > '9' })
	return string(n), plain && string(n) != "-0"
}
