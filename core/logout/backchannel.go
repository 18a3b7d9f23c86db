package logout

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/jose"
	"github.com/revstackhq/auth-go/core/internal/statement"
)

// eventBackChannel marks a logout token (OpenID Connect Back-Channel Logout 1.0 §2.4).
const eventBackChannel = "http://schemas.openid.net/event/backchannel-logout"

// NewBackChannel returns the handler of a backchannel_logout_uri (OpenID Connect
// Back-Channel Logout 1.0). source is the contract, or the verifier, that accepts the
// sessions of the same provider: its keys, issuers and algorithms verify logout
// tokens.
//
// A logout token that names a session ends that session; one that names only a
// user ends everything that was issued to the user up to the token's iat. The
// answers are those of §2.8: 200, or 400 with a JSON object. In an outage the
// answer is 400 too, as the specification demands, with the error
// "temporarily_unavailable".
//
// The options are [Audience], [WholeUser], [Subjects], [InsecureUntyped],
// [TokenLifetime] and [MaxConcurrent].
func NewBackChannel(source core.Authenticator, sink Sink, opts ...Option) (*Handler, error) {
	c := configure(source, sink, opts, "Audience", "WholeUser", "Subjects", "InsecureUntyped")
	c.requireAudience("the client id that the provider knows this service by")
	c.requireSubject()
	lacksID := func(claims []string) bool { return !slices.Contains(claims, "sid") }
	known := len(c.about.SessionIDs) > 0 && !slices.ContainsFunc(c.about.SessionIDs, lacksID)
	if c.about.Clock != nil && !known && !c.wholeUser {
		c.faults.Missing("WholeUser", "is needed: the contract reads no session id from the claim sid, "+
			"so that a logout token that names a session would end nothing")
	}
	b := &backChannel{common: c, types: c.types("logout+jwt")}
	return newHandler(c, protocol{
		name:       "back-channel logout",
		mediaTypes: []string{"application/x-www-form-urlencoded"},
		maxBytes:   64 << 10,
		success:    http.StatusOK,
		read:       b.read,
		fail:       failBackChannel,
		onceOnly:   true, // §2.6 step 8
	})
}

// requireAudience reports a contract that would accept messages for any audience.
func (c *common) requireAudience(what string) {
	if c.about.Clock != nil && len(c.audiences) == 0 && !c.about.Audiences {
		c.faults.Missing("Audience", "is needed, because the contract names none: give %s", what)
	}
}

// requireSubject reports a contract whose user id is in a claim that messages do not have.
func (c *common) requireSubject() {
	if _, ok := c.sink.(interface{ NamesSubjects() }); ok {
		return
	}
	own := slices.IndexFunc(c.about.UserIDs, func(claim string) bool { return claim != "sub" })
	if own >= 0 && c.subjects == nil {
		c.faults.Missing("Subjects", "is needed: the contract's user id is the claim %s, and messages name users by sub",
			c.about.UserIDs[own])
	}
}

func (c *common) types(typ string) []string {
	if c.untyped {
		return []string{typ, "JWT", ""}
	}
	return []string{typ}
}

type backChannel struct {
	*common

	types []string
}

func (b *backChannel) read(ctx context.Context, _ *http.Request, body []byte) (*message, *failure) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, fail(badMessage, "the body is not a form", nil) // err quotes the body
	}
	if len(form["logout_token"]) != 1 {
		return nil, fail(badMessage, "the form must have the parameter logout_token once", nil)
	}
	s, err := statement.Verify(ctx, b.source, form.Get("logout_token"), statement.Want{
		Types:     b.types,
		Audiences: b.audiences,
	})
	if err != nil {
		return nil, refused(err)
	}
	return b.accept(ctx, s)
}

// accept takes the steps of §2.6 that are specific to logout tokens.
func (b *backChannel) accept(ctx context.Context, s *statement.Statement) (*message, *failure) {
	events, _ := objectIn(s.Claims, "events")
	if _, ok := objectIn(events, eventBackChannel); !ok {
		return nil, fail(badToken, "events does not hold the back-channel logout event", nil)
	}
	if _, ok := s.Claims.Lookup("nonce"); ok { // §2.4: prohibited, so that no ID token passes for a logout token
		return nil, fail(badToken, "a logout token must not have a nonce", nil)
	}
	jti, f := idOf(s)
	if f != nil {
		return nil, f
	}
	sid, isText := textIn(s.Claims, "sid")
	if _, has := s.Claims.Lookup("sid"); has && (!isText || sid == "") { // a malformed sid must not end all sessions
		return nil, fail(badToken, "sid is not a string of 1 to 512 bytes", nil)
	}
	if sid == "" && s.Subject == "" {
		return nil, fail(badToken, "the token has neither sid nor sub", nil)
	}
	m := &message{
		event: "backchannel-logout",
		id:    digestOf("backchannel", s.Issuer, jti),
		until: s.Expires.Add(s.Leeway),
	}
	if sid != "" {
		m.entries = append(m.entries, b.session(s.Issuer, sid, s.IssuedAt))
	}
	if s.Subject == "" || sid != "" && !b.wholeUser {
		return m, nil
	}
	if b.subjects == nil {
		m.entries = append(m.entries, b.user(s.Issuer, s.Subject, s.IssuedAt))
		return m, nil
	}
	found, f := b.find(ctx, Subject{Format: "iss_sub", Issuer: s.Issuer, Value: s.Subject}, s.IssuedAt)
	if f != nil {
		return nil, f
	}
	m.entries = append(m.entries, found...)
	m.ignored = "Subjects does not know the user"
	return m, nil
}

// failBackChannel answers as §2.8 says: 400 whatever the reason.
func failBackChannel(w http.ResponseWriter, f *failure) {
	name := "invalid_request"
	if f.outage() {
		name = "temporarily_unavailable"
	}
	writeJSON(w, http.StatusBadRequest, "error", name, "error_description", f.public)
}

// idOf returns the token's jti, which is required.
func idOf(s *statement.Statement) (string, *failure) {
	jti, _ := textIn(s.Claims, "jti")
	if jti == "" {
		return "", fail(badToken, "the token has no jti", nil)
	}
	return jti, nil
}

// maxValueBytes bounds the length of an id in an entry.
const maxValueBytes = 512

// textIn returns a string member of at most maxValueBytes.
func textIn(o jose.Object, name string) (string, bool) {
	v, ok := o.Lookup(name)
	if !ok {
		return "", false
	}
	text, ok := v.Text()
	if !ok || len(text) > maxValueBytes {
		return "", false
	}
	return text, true
}

func objectIn(o jose.Object, name string) (jose.Object, bool) {
	v, ok := o.Lookup(name)
	if !ok {
		return jose.Object{}, false
	}
	return v.Object()
}
