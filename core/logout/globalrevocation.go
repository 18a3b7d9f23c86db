package logout

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/bearer"
	"github.com/revstackhq/auth-go/core/internal/jose"
	"github.com/revstackhq/auth-go/core/internal/statement"
)

// maxAssertionAge bounds the age of the tokens that authenticate requests. The
// draft recommends five minutes.
const maxAssertionAge = 15 * time.Minute

// NewGlobalRevocation returns the handler of a Global Token Revocation endpoint
// (draft-parecki-oauth-global-token-revocation-06), which Okta calls Universal
// Logout: an identity provider asks to end all sessions and tokens of one user.
// source is the contract whose keys sign the provider's requests: for Okta, the
// contract of the org, such as https://northwind.okta.com, and not of an
// authorization server.
//
// The request is authenticated by a signed JWT of that issuer in the Authorization
// header (§3.5), whose aud is this endpoint's URL: [Audience] is required. A user is
// named as "iss_sub" or "opaque", and in any other format, such as Okta's default
// "email", through [Subjects]. The answers are those of §3.4: 204; 400 for a subject
// that is not understood, 401, 403 for a user of a foreign issuer, 404 for a user
// that Subjects does not know; and 503 with Retry-After in an outage.
//
// The options are [Audience], [Callers], [SubjectIssuers], [Subjects],
// [TokenLifetime] and [MaxConcurrent].
func NewGlobalRevocation(source core.Authenticator, sink Sink, opts ...Option) (*Handler, error) {
	c := configure(source, sink, opts, "Audience", "Callers", "SubjectIssuers", "Subjects")
	if len(c.audiences) == 0 { // with the audience of sessions, any API client could revoke
		c.faults.Missing("Audience", "is needed: give the exact URL of this endpoint, without a query")
	}
	c.requireSubject()
	if c.about.Symmetric {
		c.faults.Conflict("source", "", "accepts an HMAC secret, and a request must be signed with a private key")
	}
	g := &globalRevocation{c}
	return newHandler(c, protocol{
		name:       "global token revocation",
		mediaTypes: []string{"application/json"},
		maxBytes:   16 << 10,
		success:    http.StatusNoContent,
		read:       g.read,
		fail:       failGlobalRevocation,
		onceOnly:   true,
	})
}

type globalRevocation struct{ *common }

func (g *globalRevocation) read(ctx context.Context, r *http.Request, body []byte) (*message, *failure) {
	s, id, f := g.authenticate(ctx, r)
	if f != nil {
		return nil, f
	}
	subject, f := readRevocation(body, s.Issuer)
	if f != nil {
		return nil, f
	}
	entries, known, f := g.entriesFor(ctx, subject, KindUser, s.Issuer, s.IssuedAt)
	switch {
	case f != nil:
		return nil, f
	case !known || subject.jti != "":
		return nil, fail(unsupportedSubject, "subjects of this format are not supported", nil)
	case len(entries) == 0:
		return nil, fail(unknownSubject, "the user is not known", nil)
	}
	return &message{event: "global-token-revocation", id: id, until: s.Expires.Add(s.Leeway), entries: entries}, nil
}

// authenticate verifies the caller's token (§3.5).
func (g *globalRevocation) authenticate(
	ctx context.Context, r *http.Request,
) (s *statement.Statement, id [16]byte, f *failure) {
	fields := r.Header.Values("Authorization")
	if len(fields) != 1 {
		return nil, id, fail(badCredentials, "the request must have one Authorization header", nil)
	}
	token, problem := bearer.Token(fields[0])
	if problem != "" || token == "" {
		return nil, id, fail(badCredentials, "the Authorization header must hold a bearer token", nil)
	}
	s, err := statement.Verify(ctx, g.source, token, statement.Want{
		Types:      []string{"global-token-revocation+jwt", "JWT", ""}, // the first is Okta's, the draft names none
		Audiences:  g.audiences,
		MaxAge:     maxAssertionAge,
		Asymmetric: true,
	})
	if err != nil {
		return nil, id, refused(err)
	}
	if len(g.callers) > 0 && !slices.Contains(g.callers, s.Subject) {
		return nil, id, fail(badToken, "the token's sub is not an accepted caller", nil)
	}
	jti, f := idOf(s)
	if f != nil {
		return nil, id, f
	}
	return s, digestOf("global", s.Issuer, jti), nil
}

// readRevocation reads the body of §3.2.
func readRevocation(body []byte, issuer string) (identifier, *failure) {
	o, err := jose.ParseObject(body, jose.Limits{})
	if err != nil {
		return identifier{}, fail(badMessage, "the body is not a JSON object", nil)
	}
	sub, ok := objectIn(o, "sub_id")
	if !ok {
		return identifier{}, fail(badMessage, "the body has no sub_id", nil)
	}
	return readIdentifier(sub, issuer)
}

// failGlobalRevocation answers as §3.4.2 says.
func failGlobalRevocation(w http.ResponseWriter, f *failure) {
	status, name := http.StatusBadRequest, "invalid_request"
	switch f.reason {
	case badToken, badCredentials, replayed:
		status, name = http.StatusUnauthorized, "invalid_token"
		challenge := "Bearer"
		if f.reason != badCredentials { // RFC 6750 §3.1: no error without credentials
			challenge += ` error="invalid_token"`
		}
		w.Header().Set("WWW-Authenticate", challenge)
	case foreignSubject:
		status, name = http.StatusForbidden, "access_denied"
	case unknownSubject:
		status, name = http.StatusNotFound, "user_not_found"
	case internalFault:
		status, name = http.StatusUnprocessableEntity, "server_error"
	case keysUnavailable, notRecorded, busy:
		status, name = http.StatusServiceUnavailable, "temporarily_unavailable"
	case badMessage, unsupportedSubject:
	}
	writeJSON(w, status, "error", name, "error_description", f.public)
}
