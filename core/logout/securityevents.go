package logout

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/jose"
	"github.com/revstackhq/auth-go/core/internal/statement"
)

// NewSecurityEvents returns the handler of a stream of pushed security events
// (SSF 1.0, RFC 8935). source is the contract with the transmitter's issuer and
// keys, and the stream's audience.
//
// These events revoke; all others are confirmed and change nothing:
//
//	CAEP session-revoked              the session, or everything of the user
//	CAEP token-claims-change          the token that it names, or everything of the user
//	CAEP credential-change            everything of the user, unless a credential was only created
//	RISC account-disabled, account-purged, sessions-revoked, credential-compromise,
//	OAuth tokens-revoked              everything of the user
//
// "Everything" means all tokens issued up to the time of the event. If a subject
// also names a device or a tenant, that does not limit what is revoked. Subjects
// in formats other than "iss_sub", "opaque" and "jwt_id" need [Subjects].
//
// The answers are those of RFC 8935 §2: 202, for a repeated event too; 400 with "err"
// and "description"; and 503 in an outage, after which the transmitter tries again.
//
// The options are [Audience], [SubjectIssuers], [Subjects], [PushToken],
// [InsecureUntyped], [TokenLifetime] and [MaxConcurrent].
func NewSecurityEvents(source core.Authenticator, sink Sink, opts ...Option) (*Handler, error) {
	c := configure(source, sink, opts, "Audience", "SubjectIssuers", "Subjects", "PushToken", "InsecureUntyped")
	c.requireAudience("the audience of the stream")
	c.requireSubject()
	e := &securityEvents{common: c, types: c.types("secevent+jwt")}
	return newHandler(c, protocol{
		name:       "security events",
		mediaTypes: []string{"application/secevent+jwt"}, // RFC 8935 §2.1
		maxBytes:   64 << 10,
		success:    http.StatusAccepted,
		read:       e.read,
		fail:       failSecurityEvent,
	})
}

type securityEvents struct {
	*common

	types []string
}

func (e *securityEvents) read(ctx context.Context, r *http.Request, body []byte) (*message, *failure) {
	if !e.pushToken.IsZero() {
		fields := r.Header.Values("Authorization")
		if len(fields) != 1 || !sameSecret(strings.TrimPrefix(fields[0], "Bearer "), e.pushToken.Reveal()) {
			return nil, fail(badCredentials, "the Authorization header does not hold the token of the stream", nil)
		}
	}
	s, err := statement.Verify(ctx, e.source, string(body), statement.Want{
		Types:     e.types,
		Audiences: e.audiences,
		NoExpiry:  true, // an event does not become untrue (RFC 8417 §2.2)
	})
	if err != nil {
		return nil, refused(err)
	}
	return e.accept(ctx, s)
}

// accept reads the events of one token (RFC 8417 §2.2).
func (e *securityEvents) accept(ctx context.Context, s *statement.Statement) (*message, *failure) {
	jti, f := idOf(s)
	if f != nil {
		return nil, f
	}
	events, ok := objectIn(s.Claims, "events")
	if !ok || events.Len() == 0 {
		return nil, fail(badMessage, "the token has no events", nil)
	}
	m := &message{id: digestOf("set", s.Issuer, jti), until: s.IssuedAt.Add(e.lifetime)}
	for uri, value := range events.All() {
		payload, ok := value.Object()
		if !ok {
			return nil, fail(badMessage, "an event is not a JSON object", nil)
		}
		name, kind := meaning(uri, payload)
		m.event = name // few values, so that a log can be searched for them
		if kind == "" {
			continue
		}
		entries, why, f := e.entriesOf(ctx, s, payload, kind)
		if f != nil {
			return nil, f
		}
		m.entries = append(m.entries, entries...)
		m.ignored = why
	}
	return m, nil
}

const (
	caep  = "https://schemas.openid.net/secevent/caep/event-type/"
	risc  = "https://schemas.openid.net/secevent/risc/event-type/"
	oauth = "https://schemas.openid.net/secevent/oauth/event-type/"
)

// meaning returns the event's short name, and the kind of its subject if the
// subject does not say. The name is "" for an event that revokes nothing.
func meaning(uri string, payload jose.Object) (name string, kind Kind) {
	switch uri {
	case caep + "session-revoked":
		return "session-revoked", KindSession
	case caep + "token-claims-change":
		return "token-claims-change", KindUser
	case caep + "credential-change":
		if change, _ := textIn(payload, "change_type"); change == "create" { // a new credential: none was compromised
			return "credential-change", ""
		}
		return "credential-change", KindUser
	case oauth + "tokens-revoked":
		return "tokens-revoked", KindUser
	}
	for _, event := range []string{"account-disabled", "account-purged", "sessions-revoked", "credential-compromise"} {
		if uri == risc+event {
			return event, KindUser
		}
	}
	return "other", ""
}

// entriesOf returns the entries for the subject of an event or, if there are none, why.
func (e *securityEvents) entriesOf(
	ctx context.Context, s *statement.Statement, payload jose.Object, kind Kind,
) (entries []Entry, why string, f *failure) {
	subject, ok := objectIn(s.Claims, "sub_id") // SSF 1.0
	if !ok {
		if subject, ok = objectIn(payload, "subject"); !ok { // RISC before RFC 9493
			return nil, "", fail(badMessage, "the event has no subject", nil)
		}
	}
	at := eventTime(s, payload)
	if format, _ := textIn(subject, "format"); format == "complex" { // SSF 1.0
		if subject, kind, ok = partOf(subject, kind); !ok {
			return nil, "the subject names neither a session nor a user", nil
		}
	}
	id, f := readIdentifier(subject, s.Issuer)
	if f != nil {
		return nil, "", f
	}
	entries, known, f := e.entriesFor(ctx, id, kind, s.Issuer, at)
	switch {
	case f != nil:
		return nil, "", f
	case !known:
		return nil, "Subjects is needed for subjects of this format", nil
	default:
		return entries, "Subjects does not know the subject", nil
	}
}

// partOf chooses the part of a complex subject that tokens name.
func partOf(subject jose.Object, kind Kind) (jose.Object, Kind, bool) {
	if kind == KindSession {
		if part, ok := objectIn(subject, "session"); ok {
			return part, KindSession, true
		}
	}
	part, ok := objectIn(subject, "user")
	return part, KindUser, ok
}

// eventTime returns when the event happened, at the latest when the token was
// issued: a time in the future would lock the user out.
func eventTime(s *statement.Statement, payload jose.Object) time.Time {
	at := s.IssuedAt
	for _, found := range []func() (jose.Value, bool){
		func() (jose.Value, bool) { return payload.Lookup("event_timestamp") }, // CAEP 1.0 §2
		func() (jose.Value, bool) { return s.Claims.Lookup("toe") },            // RFC 8417 §2.2
	} {
		v, ok := found()
		if !ok {
			continue
		}
		if t, err := v.Time(); err == nil && t.Before(at) {
			return t
		}
		break // a time after iat is wrong, such as one in milliseconds
	}
	return at
}

// failSecurityEvent answers as RFC 8935 §2.3 and §2.4 say.
func failSecurityEvent(w http.ResponseWriter, f *failure) {
	status, name := http.StatusBadRequest, "invalid_request"
	switch f.reason {
	case badToken:
		name = setError(f.code)
	case badCredentials:
		name = "authentication_failed"
	case foreignSubject:
		name = "access_denied"
	case keysUnavailable, notRecorded, busy, internalFault:
		status, name = http.StatusServiceUnavailable, "temporarily_unavailable"
	case badMessage, replayed, unsupportedSubject, unknownSubject:
	}
	w.Header().Set("Content-Language", "en") // §2.3
	writeJSON(w, status, "err", name, "description", f.public)
}

// setError returns the registered error (RFC 8935 §2.4) for a token that was refused.
func setError(code core.Code) string {
	switch code {
	case core.CodeUnknownKey, core.CodeInvalidSignature, core.CodeAlgorithmNotAllowed:
		return "invalid_key"
	case core.CodeIssuerMismatch:
		return "invalid_issuer"
	case core.CodeAudienceMismatch:
		return "invalid_audience"
	default:
		return "invalid_request"
	}
}
