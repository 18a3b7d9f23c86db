package authtest

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/keys"
)

// SessionIssuer is the issuer of the sessions that [Session] returns.
const SessionIssuer = "https://authtest.invalid"

// SessionOption changes how [Context] and [Session] make a session.
type SessionOption func(*sessionRules)

type sessionRules struct {
	rules        core.Rules
	clock        keys.Clock
	outsideTests bool
}

// LikeContract maps the claims like contract does: it finds organization, roles,
// permissions and so on in the claims of contract's provider. The session has
// contract's issuer and provider. Its keys and conditions are ignored.
func LikeContract(contract *core.Contract) SessionOption {
	return func(s *sessionRules) {
		r := contract.Rules()
		s.rules.Provider, s.rules.Session = r.Provider, r.Session
		if contract.Issuer() != "" && r.IssuerTemplate == "" {
			s.rules.Issuer = contract.Issuer()
		}
	}
}

// At makes the session begin at clock's time.
func At(clock keys.Clock) SessionOption { return func(s *sessionRules) { s.clock = clock } }

// InsecureOutsideTests allows a program that is not a test to make sessions, e.g. a
// demonstration. Such a session proves nothing: a server that puts one into a
// request's context lets the request in without a token.
func InsecureOutsideTests() SessionOption { return func(s *sessionRules) { s.outsideTests = true } }

// Context returns ctx with the session of userID, as a handler behind the
// middleware gets it. See [Session] for the claims.
//
// It is for functions that read the session. A request through the middleware still
// needs a token: no guard trusts this session.
func Context(ctx context.Context, userID string, claims any, opts ...SessionOption) context.Context {
	return core.NewContext(ctx, Session(userID, claims, opts...))
}

// Session returns a session of userID with these claims: anything that
// encoding/json encodes as an object, such as [Claims], a provider's claims
// struct, a json.RawMessage, or nil for none. sub is always userID; iss, iat and
// exp are added if they are missing or zero, so that the session is valid for an
// hour from now. If the claims contain iat or exp, the session has that time.
//
// The session is filled from the generic claims of RFC 7519, 8176, 8693 and 9068
// and of OpenID Connect. With LikeContract it is filled from those of the
// contract's provider.
//
// The session comes from a real verifier and a token that is signed with a
// random secret. Session panics if userID is empty, if the claims are not a JSON
// object, or if the verifier rejects them, e.g. because exp is a string. It
// panics in a program that "go test" did not build, so that no server makes
// sessions by mistake; see [InsecureOutsideTests].
func Session(userID string, claims any, opts ...SessionOption) *core.Session {
	s := sessionRules{clock: keys.SystemClock{}, rules: core.Rules{
		Provider: "authtest", Issuer: SessionIssuer,
	}}
	for _, o := range opts {
		o(&s)
	}
	session, err := s.session(userID, claims)
	if err != nil {
		panic("authtest: Session: " + err.Error())
	}
	return session
}

func (s *sessionRules) session(userID string, claims any) (*core.Session, error) {
	if !testing.Testing() && !s.outsideTests {
		return nil, errors.New("this program is not a test: remove the call, or pass InsecureOutsideTests")
	}
	if userID == "" {
		return nil, fmt.Errorf("the user id is empty: for an anonymous request use a context without a session")
	}
	members, err := objectOf(claims)
	if err != nil {
		return nil, err
	}
	now := s.momentOf(members)
	set := func(name string, value any) {
		if _, ok := members[name]; !ok {
			members[name] = value
		}
	}
	members["sub"] = userID
	set("iss", s.rules.Issuer)
	set("iat", now.Unix())
	set("exp", now.Add(time.Hour).Unix())
	secret := rand.Text() + rand.Text()
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims(members)).SignedString([]byte(secret))
	if err != nil {
		return nil, err
	}
	return s.verify(token, secret, now)
}

func (s *sessionRules) verify(token, secret string, now time.Time) (*core.Session, error) {
	rules := s.rules
	rules.Secret, rules.Algorithms = core.NewSecret(secret), []string{"HS256"}
	rules.InsecureAnyAudience, rules.InsecureIgnoreConfirmation = true, true // nothing to protect here
	rules.Issuer, rules.InsecureAnyIssuer = "", true                         // claims may contain their provider's
	rules.MaxTokenBytes = 1 << 20
	contract, err := core.NewContract(rules)
	if err != nil {
		return nil, err
	}
	verifier, err := core.NewVerifier(contract, core.WithClock(NewClock(now)),
		core.TokenCache{Disabled: true}, core.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		return nil, err
	}
	return verifier.Verify(context.Background(), token) // a secret needs no network, so there is nothing to cancel
}

// momentOf returns the time of the session by its claims: iat, or just before exp.
func (s *sessionRules) momentOf(members map[string]any) time.Time {
	if at, ok := dateOf(members["iat"]); ok {
		return at
	}
	now := s.clock.Now()
	if end, ok := dateOf(members["exp"]); ok && !now.Before(end) {
		return end.Add(-time.Second)
	}
	return now
}

func dateOf(v any) (time.Time, bool) {
	raw, ok := v.(json.RawMessage)
	if !ok {
		return time.Time{}, false
	}
	var seconds float64
	const most = 253402300799 // the year 9999; beyond, the verifier says what is wrong
	if json.Unmarshal(raw, &seconds) != nil || seconds < -most || seconds > most {
		return time.Time{}, false
	}
	return time.Unix(int64(seconds), 0), true
}

// objectOf splits claims without decoding the values: a number is kept unchanged.
func objectOf(claims any) (map[string]any, error) {
	data, err := json.Marshal(claims)
	if err != nil {
		return nil, fmt.Errorf("the claims cannot be encoded as JSON: %w", err)
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil, fmt.Errorf("the claims are not a JSON object: %.80s", bytes.TrimSpace(data))
	}
	members := make(map[string]any, len(raw)+4)
	for name, value := range raw {
		if slices.Contains([]string{"iss", "aud", "exp", "nbf", "iat"}, name) && isZero(value) {
			continue // a field of a struct that was not set
		}
		members[name] = value
	}
	return members, nil
}

func isZero(value json.RawMessage) bool {
	return slices.Contains([]string{"null", `""`, "0", "[]"}, string(value))
}
