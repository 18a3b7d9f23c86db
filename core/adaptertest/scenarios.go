package adaptertest

import (
	"net/http"
	"slices"

	"github.com/revstackhq/auth-go/core"
)

// Scenarios returns the table: the HTTP behavior that every adapter shares.
// The caller owns the slice.
func Scenarios() []Scenario {
	all := slices.Concat(
		bearerScenarios(), tokenScenarios(), badTokenScenarios(), outageScenarios(), modeScenarios(),
		extractorScenarios(), cookieScenarios(), nestedScenarios(), firstScenarios(), requireScenarios(),
		revocationScenarios(), answerScenarios(), opaqueScenarios(), bindingScenarios(), introspectedScenarios(),
		matrixScenarios(),
	)
	for i := range all {
		if slices.ContainsFunc(all[i].Fields, func(f Field) bool { return f.Name == "Upgrade" }) {
			all[i].OnlyHTTP1 = "HTTP/2 has no Upgrade field (RFC 9113 §8.2.2)"
		}
	}
	return all
}

// Challenges of RFC 6750 §3.1, without a realm.
const (
	challengeBare    = `Bearer`
	challengeToken   = `Bearer error="invalid_token"`
	challengeRequest = `Bearer error="invalid_request"`
	challengeScope   = `Bearer error="insufficient_scope"`
)

// passes means that the handler runs and sees user, "" for an anonymous request.
func passes(user string) Want { return Want{Status: http.StatusOK, User: user} }

func missing() Want {
	return Want{Status: http.StatusUnauthorized, Code: core.CodeTokenMissing, Challenge: challengeBare}
}

func malformed() Want {
	return Want{Status: http.StatusBadRequest, Code: core.CodeInvalidRequest, Challenge: challengeRequest}
}

func refused(code core.Code) Want {
	return Want{Status: http.StatusUnauthorized, Code: code, Challenge: challengeToken}
}

func forbidden() Want {
	return Want{Status: http.StatusForbidden, Code: core.CodeForbidden, Challenge: challengeScope}
}

func unavailable() Want {
	return Want{Status: http.StatusServiceUnavailable, Code: core.CodeKeysUnavailable}
}

func undecided() Want {
	return Want{Status: http.StatusServiceUnavailable, Code: core.CodeRevocationUnavailable}
}

func bearer(token string) []Field { return authorization("Bearer {" + token + "}") }

func authorization(values ...string) []Field {
	fields := make([]Field, len(values))
	for i, v := range values {
		fields[i] = Field{"Authorization", v}
	}
	return fields
}

// bearerScenarios are about the Authorization header (RFC 6750 §2.1, RFC 9110
// §11.4).
func bearerScenarios() []Scenario {
	required := modeRequired()
	row := func(name, why string, want Want, values ...string) Scenario {
		return Scenario{Name: "bearer " + name, Why: why, Mode: required, Fields: authorization(values...), Want: want}
	}
	return []Scenario{
		row("good", "a valid token lets its user in", passes("user_1"), "Bearer {session}"),
		row(
			"absent",
			"missing credentials are not invalid: the challenge has no error (RFC 6750 §3.1)",
			missing(),
		),
		row(
			"scheme in lower case",
			"schemes are case-insensitive (RFC 9110 §11.1)",
			passes("user_1"),
			"bearer {session}",
		),
		row(
			"scheme in upper case",
			"schemes are case-insensitive (RFC 9110 §11.1)",
			passes("user_1"),
			"BEARER {session}",
		),
		row(
			"scheme in mixed case",
			"schemes are case-insensitive (RFC 9110 §11.1)",
			passes("user_1"),
			"bEaReR {session}",
		),
		row(
			"several spaces",
			"one or more spaces follow the scheme (RFC 9110 §11.4)",
			passes("user_1"),
			"Bearer    {session}",
		),
		row(
			"trailing spaces",
			"white space around a field's value is not part of it (RFC 9110 §5.5)",
			passes("user_1"),
			"Bearer {session}  ",
		),
		row("tab after the scheme", "a tab is not a separator (RFC 9110 §11.4)", malformed(), "Bearer\t{session}"),
		row("no space", "without a space, the word is another scheme", missing(), "Bearer{session}"),
		row("scheme alone", "a scheme without credentials is malformed", malformed(), "Bearer"),
		row("scheme and a space", "a scheme without credentials is malformed", malformed(), "Bearer "),
		row("scheme twice", "two words after the scheme are not one token", malformed(), "Bearer bearer {session}"),
		row(
			"comma-joined",
			"Authorization is not a list: two credentials are ambiguous (RFC 9110 §11.6.2)",
			malformed(),
			"Bearer {session}, Bearer {other}",
		),
		row("comma-joined tokens", "a token must not contain a comma", malformed(), "Bearer {session},{other}"),
		row("with parameters", "RFC 6750 has no parameters", malformed(), "Bearer {session}, realm=x"),
		row("quoted", "a token is not quoted", malformed(), `Bearer "{session}"`),
		row("header twice", "it would be ambiguous which one counts", malformed(), "Bearer {session}", "Bearer {other}"),
		row(
			"header twice, same",
			"the same value twice is malformed too",
			malformed(),
			"Bearer {session}",
			"Bearer {session}",
		),
		row("header twice, first empty", "an empty header counts too", malformed(), "", "Bearer {session}"),
		row(
			"header twice, Basic first",
			"a second header is malformed, even with another scheme",
			malformed(),
			"Basic dXNlcjpwYXNz",
			"Bearer {session}",
		),
		row("empty header", "an empty header has no credentials", missing(), ""),
		row("Basic", "another scheme is not a malformed bearer token", missing(), "Basic dXNlcjpwYXNz"),
		row("DPoP", "another scheme is not a malformed bearer token", missing(), "DPoP {session}"),
		row("longer scheme", "Bearers is another scheme", missing(), "Bearers {session}"),
		row("token without scheme", "credentials begin with a scheme", missing(), "{session}"),
		row("only equals signs", "padding alone is not a token", malformed(), "Bearer =="),
		row("binary", "a token has only the characters of RFC 6750 §2.1", malformed(), "Bearer \xff\xfe\x80"),
		row("UTF-8", "a token has only the characters of RFC 6750 §2.1", malformed(), "Bearer é{session}"),
		{
			Name:   "bearer header name in lower case",
			Why:    "field names are case-insensitive (RFC 9110 §5.1)",
			Mode:   required,
			Fields: []Field{{"authorization", "Bearer {session}"}}, Want: passes("user_1"),
		},
		{
			Name:   "bearer header twice, names in different case",
			Why:    "field names are case-insensitive (RFC 9110 §5.1)",
			Mode:   required,
			Fields: []Field{{"authorization", "Bearer {session}"}, {"AUTHORIZATION", "Bearer {other}"}}, Want: malformed(),
		},
		{
			Name: "bearer in the query", Why: "a token in the URL is not read: URLs end up in logs", Mode: required,
			Target: PathPrivate + "?access_token={session}", Want: missing(),
		},
		{
			Name: "bearer in a cookie", Why: "a cookie is not read without an extractor", Mode: required,
			Fields: []Field{{"Cookie", "__session={session}"}}, Want: missing(),
		},
	}
}

// tokenScenarios are about tokens with a valid signature.
func tokenScenarios() []Scenario {
	row := func(name, why, token string, want Want) Scenario {
		return Scenario{Name: "token " + name, Why: why, Mode: modeRequired(), Fields: bearer(token), Want: want}
	}
	return []Scenario{
		row("of version 1", "both versions of Clerk's tokens are accepted", "version 1", passes("user_1")),
		row("without an organization", "an organization is not required", "no organization", passes("user_1")),
		row("without a party", "native apps have no origin", "no party", passes("user_1")),
		row("with an odd user id", "a user id may contain any character", "odd user", passes(`user_"<é>&\`)),
		row("for OAuth", "the contract accepts this kind of token", "oauth", passes("user_1")),
		row("of a template", "the same key signs tokens that are not sessions", "template", refused(core.CodeClaimMismatch)),
		row("of a machine", "the same key signs tokens that are not sessions", "machine", refused(core.CodeClaimMismatch)),
		row("pending", "a session with tasks left counts as signed out", "pending", refused(core.CodeClaimMismatch)),
		row("of another issuer", "a token of an unknown issuer causes no fetch", "foreign", refused(core.CodeIssuerMismatch)),
		row("of an issuer not trusted here", "only the issuers of the contracts are trusted", "partner", Want{
			Status: http.StatusUnauthorized, Code: core.CodeAlgorithmNotAllowed, Challenge: challengeToken,
		}),
		{
			Name: "token without a guard", Why: "without middleware there is no session, even if the request has a token",
			Mode: modeRequired(), Target: PathPublic, Fields: bearer("session"), Want: passes(""),
		},
		{
			Name: "no token without a guard", Why: "accessors never panic: UserID is empty, Claims returns ErrNoSession",
			Mode: modeRequired(), Target: PathPublic, Want: passes(""),
		},
		{
			Name:   "token behind two guards",
			Why:    "the inner guard reuses the session of the outer one",
			Mode:   modeRequired(),
			Target: PathTwice,
			Fields: bearer("session"), Want: passes("user_1"),
		},
		{
			Name:   "no token behind two guards",
			Why:    "only the outer guard answers",
			Mode:   modeRequired(),
			Target: PathTwice,
			Want:   missing(),
		},
		{
			Name:   "streaming",
			Why:    "the session is available until the answer is complete",
			Mode:   modeRequired(),
			Target: PathStream,
			Fields: bearer("session"), Want: passes("user_1"),
		},
		{
			Name:   "streaming without a token",
			Why:    "the rejection comes before the stream",
			Mode:   modeRequired(),
			Target: PathStream,
			Want:   missing(),
		},
		{
			Name:   "method HEAD",
			Why:    "HEAD is GET without the body (RFC 9110 §9.3.2)",
			Mode:   modeRequired(),
			Method: http.MethodHead,
			Fields: bearer("session"), Want: passes("user_1"),
		},
		{
			Name:   "method HEAD rejected",
			Why:    "HEAD has GET's header and no body (RFC 9110 §9.3.2)",
			Mode:   modeRequired(),
			Method: http.MethodHead,
			Want:   missing(),
		},
		{
			Name:   "method POST",
			Why:    "every method is guarded",
			Mode:   modeRequired(),
			Method: http.MethodPost,
			Fields: bearer("session"),
			Want:   passes("user_1"),
		},
		{
			Name:   "method DELETE rejected",
			Why:    "every method is guarded",
			Mode:   modeRequired(),
			Method: http.MethodDelete,
			Want:   missing(),
		},
		{
			Name:   "method OPTIONS rejected",
			Why:    "CORS middleware in front of the guard answers preflights",
			Mode:   modeRequired(),
			Method: http.MethodOptions,
			Want:   missing(),
		},
	}
}

// badTokenScenarios send bad tokens of authtest.
func badTokenScenarios() []Scenario {
	var rows []Scenario
	for _, b := range []struct {
		name string
		code core.Code
	}{
		{"opaque", core.CodeInvalidFormat},
		{"truncated", core.CodeInvalidFormat},
		{"padded", core.CodeInvalidFormat},
		{"empty signature", core.CodeInvalidFormat},
		{"extra segment", core.CodeInvalidFormat},
		{"JWE of five segments", core.CodeInvalidFormat},
		{"alg none unsigned", core.CodeInvalidFormat},
		{"alg nOnE with a signature", core.CodeAlgorithmNotAllowed},
		{"HS256 by the public key's PEM", core.CodeAlgorithmNotAllowed},
		{"ES256 with r = s = 0", core.CodeAlgorithmNotAllowed},
		{"crit", core.CodeInvalidFormat},
		{"b64 false", core.CodeInvalidFormat},
		{"jwk header with the signer's key", core.CodeInvalidSignature},
		{"jku header with the signer's URL", core.CodeInvalidSignature},
		{"wrong key", core.CodeInvalidSignature},
		{"tampered payload", core.CodeInvalidSignature},
		{"unknown kid", core.CodeUnknownKey},
		{"oversized", core.CodeTokenTooLarge},
		{"expired", core.CodeTokenExpired},
		{"exp 0", core.CodeTokenExpired},
		{"exp missing", core.CodeMissingClaim},
		{"exp a string", core.CodeInvalidFormat},
		{"exp 1e300", core.CodeInvalidFormat},
		{"exp twice", core.CodeInvalidFormat},
		{"Exp for exp", core.CodeMissingClaim},
		{"not yet valid", core.CodeTokenNotActive},
		{"issued in the future", core.CodeTokenNotActive},
		{"sub a number", core.CodeInvalidFormat},
		{"wrong issuer", core.CodeIssuerMismatch},
		{"wrong authorized party", core.CodePartyMismatch},
		{"wrong typ", core.CodeClaimMismatch},
		{"cnf", core.CodeClaimMismatch},
	} {
		rows = append(rows, Scenario{
			Name: "bad token, " + b.name, Why: "a token that the contract rejects reaches no handler", Mode: modeRequired(),
			Fields: bearer("bad:" + b.name), Want: refused(b.code),
		})
	}
	return rows
}
