package realtest_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// answer is what the client saw.
type answer struct {
	Status     int
	Body       string
	Challenges []struct{ Scheme, Error string } // as oauth4webapi reads them
	Nonce      string
	Requests   int
}

// String is how an answer is written in the table: status, user or code, and the challenges.
func (a answer) String() string {
	what := a.Body
	var refusal struct{ Code string }
	if json.Unmarshal([]byte(a.Body), &refusal) == nil && refusal.Code != "" {
		what = refusal.Code
	}
	text := fmt.Sprintf("%d %s", a.Status, what)
	for _, c := range a.Challenges {
		text += strings.TrimRight("; "+c.Scheme+" "+c.Error, " ")
	}
	if a.Requests > 1 {
		text += fmt.Sprintf(" (%d requests)", a.Requests)
	}
	return text
}

// object is an object in JSON.
type object = map[string]any

// tokensToGet are the tokens that a client gets for each adapter, by their names in scenarios.
func tokensToGet() map[string]object {
	app := func(resource, alg string) object {
		return object{"client": "app", "resource": resource, "alg": alg}
	}
	return map[string]object{
		"JWT":                app(jwtAPI, ""),
		"JWT, ES256":         app(jwtAPI, "ES256"),
		"JWT, ES384":         app(jwtAPI, "ES384"),
		"JWT, Ed25519":       app(jwtAPI, "Ed25519"),
		"JWT, PS256":         app(jwtAPI, "PS256"),
		"JWT, RS256":         app(jwtAPI, "RS256"),
		"JWT, mTLS":          {"client": "app-mtls", "resource": jwtAPI, "certificate": "own"},
		"opaque":             app(opaqueAPI, ""),
		"opaque, revoked":    app(opaqueAPI, ""),
		"opaque, ES256":      app(opaqueAPI, "ES256"),
		"opaque, forgotten":  app(opaqueAPI, "ES256"),
		"opaque, mTLS":       {"client": "app-mtls", "resource": opaqueAPI, "certificate": "own"},
		"opaque, for others": app(otherAPI, ""),
	}
}

// The answers that several scenarios expect.
const (
	accepted  = "200 ada"
	badProof  = "401 INVALID_PROOF; dpop invalid_dpop_proof"
	asBearer  = "401 INVALID_PROOF; bearer invalid_token; dpop"
	notBound  = "401 INVALID_PROOF; dpop invalid_token"
	inactive  = "401 TOKEN_INACTIVE; bearer invalid_token; dpop"
	forOthers = "401 AUDIENCE_MISMATCH; bearer invalid_token; dpop"
	wantNonce = "401 INVALID_PROOF; dpop use_dpop_nonce"
)

// scenario is a request with a token.
type scenario struct {
	token, what string
	path        string // pathEither if empty
	get         object
	want        string
}

// made is a proof by npm dpop.
func made(proof object) object { return object{"proof": proof} }

// boundScenarios are those of tokens that are bound to a key, which are the same for JWTs and opaque tokens.
func boundScenarios(token string) []scenario {
	thief, bearer, bare := object{"key": "other"}, object{"proof": "bearer"}, object{"proof": "none"}
	return []scenario{
		{token, "its proof", "", nil, accepted},
		{token, "another proof", "", nil, accepted},
		{token, "a proof by the package dpop", "", made(nil), accepted},
		{token, "the same proof again", "", made(object{"times": 2}), badProof},
		{token, "no proof", "", bare, badProof},
		{token, "a proof by another key", "", thief, badProof},
		{token, "a proof by another key, by dpop", "", object{"key": "other", "proof": object{}}, badProof},
		{token, "a proof for another URL", "", made(object{"htu": "https://api.example/"}), badProof},
		{token, "a proof for another method", "", made(object{"htm": "POST"}), badProof},
		{token, "a proof for another token", "", made(object{"token": "another"}), badProof},
		{token, "as a bearer token", "", bearer, asBearer},
		{token, "nonces, without one", pathNonces, made(nil), wantNonce},
		{token, "nonces, with a made-up one", pathNonces, made(object{"nonce": "made-up"}), wantNonce},
		{token, "nonces, learned from the challenge", pathNonces, nil, accepted + " (2 requests)"},
		{token, "nonces, learned before", pathNonces, nil, accepted},
		{token, "a nonce that nobody asked for", "", nil, accepted},
		{token, "only bound tokens", pathOnly, nil, accepted},
		{token, "no bound tokens, as a bearer token", pathRefuse, bearer, "401 CLAIM_MISMATCH; bearer invalid_token"},
		{token, "no bound tokens, by DPoP", pathRefuse, nil, "401 TOKEN_MISSING; bearer"},
	}
}

// certifiedScenarios are those of tokens that are bound to a client certificate.
func certifiedScenarios(token string) []scenario {
	return []scenario{
		{token, "over a connection with the certificate", "", nil, accepted},
		{token, "over one with another client's", "", object{"certificate": "other"}, asBearer},
		{token, "over one without", "", object{"certificate": "none"}, asBearer},
		{token, "only bound tokens", pathOnly, nil, accepted},
		{token, "no bound tokens", pathRefuse, nil, "401 CLAIM_MISMATCH; bearer invalid_token"},
	}
}

// plainScenarios are those of bearer tokens.
func plainScenarios(token string) []scenario {
	return []scenario{
		{token, "as a bearer token", "", nil, accepted},
		{token, "by DPoP, with a proof", "", made(nil), notBound},
		{token, "only bound tokens", pathOnly, nil, asBearer},
		{token, "no bound tokens", pathRefuse, nil, accepted},
	}
}

func credentialScenarios() []scenario {
	all := append(plainScenarios("JWT"), boundScenarios("JWT, ES256")...)
	for _, alg := range []string{"ES384", "Ed25519", "PS256", "RS256"} {
		all = append(all, scenario{"JWT, " + alg, "its proof", "", nil, accepted})
	}
	all = append(all, certifiedScenarios("JWT, mTLS")...)
	all = append(all, plainScenarios("opaque")...)
	all = append(all, boundScenarios("opaque, ES256")...)
	all = append(all, certifiedScenarios("opaque, mTLS")...)
	return append(all,
		scenario{"opaque, for others", "the audience is another API", "", nil, forOthers},
		scenario{"unknown", "nobody has issued it", "", object{"value": "a-made-up-token"}, inactive},
		scenario{"opaque", "signed answers", pathSigned, nil, accepted},
		scenario{"opaque, ES256", "signed answers", pathSigned, nil, accepted},
		scenario{"opaque, ES256", "signed answers, as a bearer token", pathSigned, object{"proof": "bearer"}, asBearer},
		scenario{"unknown", "signed answers", pathSigned, object{"value": "a-made-up-token"}, inactive},
	)
}

// credentials plays what tokens, proofs and certificates are accepted.
func (s *stage) credentials(t *testing.T) {
	for _, a := range s.adapters {
		t.Run(a.Name, func(t *testing.T) {
			tokens := s.getTokens(t)
			for _, c := range credentialScenarios() {
				s.play(t, a, tokens, c)
			}
			s.revocation(t, a, tokens)
		})
	}
	s.table.parts++
}

// getTokens has the client get its tokens, in the form and of the type that the scenarios are about.
func (s *stage) getTokens(t *testing.T) map[string]int {
	t.Helper()
	tokens := map[string]int{}
	for name, parameters := range tokensToGet() {
		var got struct {
			Token int
			Type  string
			JWT   bool
		}
		s.client.do(t, "token", parameters, &got)
		wantType := "bearer"
		if parameters["alg"] != "" && parameters["alg"] != nil {
			wantType = "dpop"
		}
		if got.Type != wantType || got.JWT != strings.HasPrefix(name, "JWT") {
			t.Fatalf("%s: token_type %s, a JWT: %t", name, got.Type, got.JWT)
		}
		tokens[name] = got.Token
	}
	return tokens
}

func (s *stage) play(t *testing.T, a *stageAdapter, tokens map[string]int, c scenario) {
	t.Helper()
	path := c.path
	if path == "" {
		path = pathEither
	}
	parameters := object{"url": a.url + path}
	if n, ok := tokens[c.token]; ok {
		parameters["token"] = n
	}
	client := "oauth4webapi"
	for name, value := range c.get {
		parameters[name] = value
		if _, ok := value.(object); ok && name == "proof" {
			client = "oauth4webapi, dpop"
		}
	}
	var got answer
	s.client.do(t, "get", parameters, &got)
	row := s.table.row(c.token+": "+c.what, client, c.want)
	row.got[a.Name] = got.String()
	if got.String() != c.want {
		t.Errorf("%s: %s, want %s", row.scenario, got, c.want)
	}
}

// revocation plays what becomes of a token that its client revokes (RFC 7009): it is accepted while its session is
// remembered, and no longer.
func (s *stage) revocation(t *testing.T, a *stageAdapter, tokens map[string]int) {
	t.Helper()
	for _, name := range []string{"opaque, revoked", "opaque, forgotten"} {
		s.play(t, a, tokens, scenario{name, "before", "", nil, accepted})
		s.client.do(t, "revoke", object{"token": tokens[name]}, &struct{}{})
		s.play(t, a, tokens, scenario{name, "after, within MaxAge", "", nil, accepted})
	}
	a.introspection.ForgetSessions(nil)
	s.play(t, a, tokens, scenario{"opaque, forgotten", "after Forget", "", nil, "401 TOKEN_INACTIVE; dpop invalid_token"})
	s.play(t, a, tokens, scenario{"opaque", "after Forget, not revoked", "", nil, accepted})
	s.clock.ahead.Add(int64(31 * time.Second)) // MaxAge is 30 s
	s.play(t, a, tokens, scenario{"opaque, revoked", "after MaxAge", "", nil, inactive})
	s.play(t, a, tokens, scenario{"opaque", "after MaxAge, not revoked", "", nil, accepted})
	s.clock.ahead.Add(-int64(31 * time.Second))
}
