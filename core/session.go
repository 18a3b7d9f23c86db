package core

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/revstackhq/auth-go/core/internal/jose"
	"github.com/revstackhq/auth-go/core/internal/jwks"
	"github.com/revstackhq/auth-go/core/internal/jws"
	"github.com/revstackhq/auth-go/core/internal/sessionmemo"
)

// Session holds the verified claims of one token. It is immutable and safe for
// concurrent use; every slice it returns is a copy. It does not hold the token.
type Session struct {
	engine  *engine
	header  *jose.Header
	payload []byte
	claims  jose.Object
	times   times
	userID  string
	issuer  string
	kind    TokenKind
	key     *jwks.Key // nil for a secret
	bound   *binding  // nil for a token that anyone may send
	derived atomic.Pointer[derived]
	decoded atomic.Pointer[decoded]
	memo    atomic.Pointer[sessionmemo.Memo] // what a revocation check remembers

	signature jws.Digest // of the token's signature; zero without a token
	padded    bool       // the token's segments are padded

	cache   *tokenCache   // nil if the session is not cached
	weighed atomic.Uint32 // the most that it has weighed in cache
}

// derived holds the values that the mapping reads from the claims. It is computed
// when the first of them is asked for.
type derived struct {
	sessionID, subject, email, clientID, actor, acr, aal string
	org                                                  Organization
	roles, permissions, scopes, methods                  []string
	authTime                                             time.Time
}

// Organization is the organization (tenant, workspace) that a session acts for.
type Organization struct {
	ID string `json:"id,omitempty"`
	// Slug may be set without ID where a provider names organizations by it.
	Slug string `json:"slug,omitempty"`
	Name string `json:"name,omitempty"`
	// Role is the user's role in it, such as "org:admin".
	Role string `json:"role,omitempty"`
}

// Policy decides whether a session may do something; package policy provides
// common ones. Check returns nil to allow. An error that is not an [*Error]
// rejects with CodeForbidden. Check is never called without a session, and must
// be safe for concurrent use.
type Policy interface {
	Check(s *Session) error
}

// UserID returns the user id that the contract's user-id claim names. It is
// never empty in a session that a verifier made.
func (s *Session) UserID() string { return s.userID }

// Issuer returns iss exactly as in the token.
func (s *Session) Issuer() string { return s.issuer }

// Provider returns the slug of the contract that accepted the token.
func (s *Session) Provider() string {
	if !s.valid() {
		return ""
	}
	return s.engine.rules.Provider
}

// Subject returns sub, "" if the token has none.
func (s *Session) Subject() string { return s.values().subject }

// Kind returns what the token was issued for.
func (s *Session) Kind() TokenKind { return s.kind }

// ExpiresAt returns exp, the zero time if the contract accepts tokens that never expire.
func (s *Session) ExpiresAt() time.Time { return s.times.expires }

// IssuedAt returns iat, the zero time if the token does not have it.
func (s *Session) IssuedAt() time.Time { return s.times.issued }

// Since returns how long ago t was by the clock of the verifier that made the
// session, see [WithClock]. It is negative if t is in the future. A session may
// be kept beyond its request, so policies about age call Since each time they are
// checked.
func (s *Session) Since(t time.Time) time.Duration {
	if !s.valid() {
		return 0
	}
	return s.engine.clock.Now().Sub(t)
}

// SessionID returns the sign-in's id, e.g. Clerk's sid, "" if the provider has none.
func (s *Session) SessionID() string { return s.values().sessionID }

// Organization returns the organization, with an empty ID if none is active.
func (s *Session) Organization() Organization { return s.values().org }

// Roles returns the roles in the order of the token, the organization's first.
func (s *Session) Roles() []string { return slices.Clone(s.values().roles) }

// Permissions returns the permissions in the order of the token.
func (s *Session) Permissions() []string { return slices.Clone(s.values().permissions) }

// Scopes returns the OAuth scopes, from a string or an array (RFC 6749 §3.3).
func (s *Session) Scopes() []string { return slices.Clone(s.values().scopes) }

// HasRole reports whether the session has the role. It does not allocate.
func (s *Session) HasRole(role string) bool { return slices.Contains(s.values().roles, role) }

// HasPermission reports whether the session has the permission.
func (s *Session) HasPermission(p string) bool { return slices.Contains(s.values().permissions, p) }

// HasScope reports whether the token grants the scope.
func (s *Session) HasScope(scope string) bool { return slices.Contains(s.values().scopes, scope) }

// Email returns the e-mail address, "" if the token carries none. Identify
// people by UserID: an address can change hands.
func (s *Session) Email() string { return s.values().email }

// ClientID returns the OAuth client or authorized party, "" if the token names none.
func (s *Session) ClientID() string { return s.values().clientID }

// Actor returns who acts for the user (RFC 8693 §4.1), e.g. an impersonating
// administrator, "" if the user acts alone.
func (s *Session) Actor() string { return s.values().actor }

// AuthTime returns when the person last signed in, the zero time if unknown.
func (s *Session) AuthTime() time.Time { return s.values().authTime }

// AuthMethods returns the authentication methods (amr, RFC 8176).
func (s *Session) AuthMethods() []string { return slices.Clone(s.values().methods) }

// ACR returns the authentication context class (OpenID Connect Core §2), "" if the token has none.
func (s *Session) ACR() string { return s.values().acr }

// AAL returns the authenticator assurance level as the provider writes it, e.g.
// Supabase's "aal2"; "" if the token has none.
func (s *Session) AAL() string { return s.values().aal }

// FactorAges returns how long before iat the first and the second factor were
// verified (Clerk's fva), a negative duration for a factor that was never
// verified. ok is false if the token does not say.
func (s *Session) FactorAges() (first, second time.Duration, ok bool) {
	if !s.valid() || s.engine.mapping.factorAges == nil {
		return 0, 0, false
	}
	path := s.engine.mapping.factorAges
	v, _ := path.In(s.claims)
	var ages [2]time.Duration
	n := 0
	for e := range v.Elements() {
		var minutes int32
		if n == len(ages) || json.Unmarshal(e.Raw(), &minutes) != nil || e.Kind() != jose.KindNumber || minutes < -1 {
			return 0, 0, false
		}
		ages[n] = time.Duration(minutes) * time.Minute
		n++
	}
	if n < len(ages) {
		return 0, 0, false
	}
	return ages[0], ages[1], true
}

// Claim decodes the claim at path, written like [Rules.UserIDClaim], into the
// types of encoding/json: nil, string, float64, bool, []any or map[string]any. It
// returns false if the claim is absent or the path is malformed. The caller owns
// the result.
func (s *Session) Claim(path string) (any, bool) {
	p, err := jose.ParsePath(path)
	if err != nil {
		return nil, false
	}
	v, ok := p.In(s.claims)
	if !ok {
		return nil, false
	}
	var out any
	if err := json.Unmarshal(v.Raw(), &out); err != nil {
		return nil, false
	}
	return out, true
}

// Decode decodes all claims into v, a pointer, with the values and the errors of
// encoding/json, except that member names are compared exactly, in nested structs
// too: "SUB" is never read as "sub". (A token with the same name twice is refused
// before it becomes a session.) After an error, v may hold a part of the claims.
// Each call decodes again, so that callers share no mutable value. Short strings
// of one struct or list share memory: a program that keeps one of them keeps up
// to a kilobyte of the others too, unless it copies the string with
// strings.Clone.
//
// A type with an UnmarshalJSON or UnmarshalText of its own gets a copy of its
// part of the claims, which it may keep and change. It decides itself which
// member names it accepts: the usual implementation, which calls json.Unmarshal
// on a "type plain T" without the methods, ignores case as encoding/json does.
// Put such methods on the types of single values, such as a list that may be a
// string, rather than on structs whose fields are claims.
func (s *Session) Decode(v any) error {
	if len(s.payload) == 0 {
		return ErrNoSession // the zero Session
	}
	if err := s.claims.Fill(v); err != nil {
		return fmt.Errorf("auth: claims do not fit %T: %w", v, err)
	}
	return nil
}

// RawClaims returns a copy of the claims set, the JSON text that the token carries.
func (s *Session) RawClaims() json.RawMessage { return slices.Clone(s.payload) }

// LogValue shows the user, provider, kind and expiry, but no other claims.
func (s *Session) LogValue() slog.Value {
	if s == nil {
		return slog.StringValue("anonymous")
	}
	return slog.GroupValue(slog.String("provider", s.Provider()), slog.String("user", s.userID),
		slog.String("kind", string(s.kind)), slog.Time("expires", s.times.expires))
}

// String names the session without its claims.
func (s *Session) String() string {
	if s == nil {
		return "anonymous"
	}
	return "session of " + s.userID + " by " + s.issuer
}

// valid reports whether a verifier made s.
func (s *Session) valid() bool { return s != nil && s.engine != nil }

func (s *Session) values() *derived {
	if !s.valid() {
		return &derived{}
	}
	if d := s.derived.Load(); d != nil {
		return d
	}
	d := s.derive()
	s.derived.Store(d) // a race derives twice, with equal results
	s.cache.reweigh(s)
	return d
}

func (s *Session) derive() *derived {
	m, c := s.engine.mapping, s.claims
	sub, _ := c.Lookup("sub")
	d := &derived{
		sessionID: firstValue(m.sessionID, c), email: firstValue(m.email, c), clientID: firstValue(m.clientID, c),
		actor: firstValue(m.acts, c), acr: firstValue(m.acr, c), aal: firstValue(m.aal, c),
		org: Organization{
			ID: firstValue(m.orgID, c), Slug: firstValue(m.orgSlug, c),
			Name: firstValue(m.orgName, c), Role: firstValue(m.orgRole, c),
		},
		roles:  allValues(m.roles, c, false).list,
		scopes: allValues(m.scopes, c, true).list, methods: allValues(m.methods, c, false).list,
	}
	d.subject, _ = sub.Text()
	if d.org.ID == "" {
		// A role without an organization is ignored (clerk-sdk-go#390).
		// Keycloak names an organization by its alias alone.
		d.org = Organization{Slug: d.org.Slug}
	}
	if d.org.Role != "" && !slices.Contains(d.roles, d.org.Role) {
		d.roles = slices.Insert(d.roles, 0, d.org.Role)
	}
	permissions := allValues(m.permissions, c, false)
	if m.bits != nil {
		for _, p := range m.bits.decode(c) {
			permissions.add(p)
		}
	}
	d.permissions = permissions.list
	for i := range m.authTime {
		if v, ok := m.authTime[i].path.In(c); ok {
			if at, err := v.Time(); err == nil {
				d.authTime = at
				break
			}
		}
	}
	return d
}
