package adaptertest

import (
	"net/http"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// requireScenarios are about policies.
func requireScenarios() []Scenario {
	row := func(mode Mode, name, why, token string, want Want) Scenario {
		s := Scenario{Name: mode.Name + ", " + name, Why: why, Mode: mode, Target: PathRequire, Want: want}
		if token != "" {
			s.Fields = bearer(token)
		}
		return s
	}
	scopes := func(challenge string) Want {
		return Want{Status: http.StatusForbidden, Code: core.CodeInsufficientScope, Challenge: challenge}
	}
	stepUp := func(challenge string) Want {
		return Want{Status: http.StatusUnauthorized, Code: core.CodeReauthenticationRequired, Challenge: challenge}
	}
	const unmet = "a policy that does not hold answers 403: signing in again would not help"
	const old = "a sign-in that is too old or too weak asks for a new one (RFC 9470)"
	const anonymous = "no policy lets an anonymous request through"
	unguarded := row(
		modeRole(),
		"without a guard",
		"Require without a guard is a mistake in the program, and never passes",
		"session",
		Want{Status: http.StatusInternalServerError, Code: core.CodeUnknownError},
	)
	unguarded.Target = PathUnguarded
	guardPolicy := row(modePolicy(), "not met", unmet, "member", forbidden())
	guardPolicy.Target = PathPrivate
	guardPolicyMet := row(modePolicy(), "met", "the policy holds", "session", passes("user_1"))
	guardPolicyMet.Target = PathPrivate
	head := row(modeRole(), "HEAD", "HEAD has GET's header and no body (RFC 9110 §9.3.2)", "member", forbidden())
	head.Method = http.MethodHead
	return []Scenario{
		row(modeRole(), "met", "the policy holds", "session", passes("user_1")),
		row(modeRole(), "met by version 1", "the policy holds", "version 1", passes("user_1")),
		row(modeRole(), "not met", unmet, "member", forbidden()),
		row(modeRole(), "no organization", "a missing claim fails the check", "no organization", forbidden()),
		row(modeRole(), "no token", "the guard answers before the policy", "", missing()),
		row(
			modeRole(),
			"expired token",
			"the guard answers before the policy",
			"bad:expired",
			refused(core.CodeTokenExpired),
		),
		head,
		unguarded,
		guardPolicy,
		guardPolicyMet,
		row(modePermission(), "met", "the policy holds", "session", passes("user_1")),
		row(modePermission(), "not met", unmet, "member", forbidden()),
		row(modeGrantedScope(), "met", "the policy holds", "oauth", passes("user_1")),
		row(modeScope(), "one missing", "the challenge names the scopes to ask for (RFC 6750 §3)", "oauth",
			scopes(`Bearer error="insufficient_scope", scope="invoices:read invoices:write"`)),
		row(modeScope(), "a token without scopes", "a missing claim fails the check", "session",
			scopes(`Bearer error="insufficient_scope", scope="invoices:read invoices:write"`)),
		row(modeFresh(), "fresh", "the policy holds", "session", passes("user_1")),
		row(modeFresh(), "old", old, "old sign-in", stepUp(`Bearer error="insufficient_user_authentication", max_age="600"`)),
		row(
			modeFresh(),
			"unknown",
			"a missing claim fails the check",
			"no factor ages",
			stepUp(`Bearer error="insufficient_user_authentication", max_age="600"`),
		),
		row(modeMFA(), "two factors", "the policy holds", "second factor", passes("user_1")),
		row(modeMFA(), "one factor", old, "session", stepUp(`Bearer error="insufficient_user_authentication"`)),
		row(modeRequire("a session"), "met", "without policies, a session is required", "session", passes("user_1")),
		row(modeOptionalRequire(), "no token", anonymous, "", missing()),
		row(modeOptionalRequire(), "met", "without policies, a session is required", "session", passes("user_1")),
	}
}

// revocationScenarios are about the revocation check of every session.
func revocationScenarios() []Scenario {
	closed, open := modeFailClosed(), modeFailOpen()
	row := func(mode Mode, name, why, token string, want Want) Scenario {
		return Scenario{Name: mode.Name + ", " + name, Why: why, Mode: mode, Fields: bearer(token), Want: want}
	}
	return []Scenario{
		row(closed, "good session", "the session is not revoked", "session", passes("user_1")),
		row(closed, "revoked", "a revoked session is rejected", "revoked", refused(core.CodeTokenRevoked)),
		row(closed, "undecided", "fail closed: an outage answers 503", "undecided", undecided()),
		row(open, "revoked", "a revoked session is rejected", "revoked", refused(core.CodeTokenRevoked)),
		row(open, "undecided", "fail open: the program chose it", "undecided", passes("user_undecided")),
	}
}

// answerScenarios are about what a program may change about an answer.
func answerScenarios() []Scenario {
	realm, problem, metadata := modeRealm(), modeProblem(), modeMetadata()
	messages, responder, teapot := modeMessages(), modeResponder(), modeTeapot()
	row := func(mode Mode, name, why string, fields []Field, want Want) Scenario {
		return Scenario{Name: mode.Name + ", " + name, Why: why, Mode: mode, Fields: fields, Want: want}
	}
	challenged := func(w Want, challenge string) Want {
		w.Challenge = challenge
		return w
	}
	const quoting = "quotes and backslashes are escaped in a challenge (RFC 9110 §5.6.4)"
	const points = "the challenge points to the metadata (RFC 9728 §5.1)"
	plain := func(w Want) Want {
		w.Code = "" // the responder writes the body
		return w
	}
	document := Scenario{
		Name:   metadata.Name + ", the document",
		Why:    "the document is public and at the path in the challenge (RFC 9728 §3)",
		Mode:   metadata,
		Target: "/.well-known/oauth-protected-resource/v1", Want: passes(""),
	}
	headDocument := document
	headDocument.Name, headDocument.Method = metadata.Name+", HEAD of the document", http.MethodHead
	preflight := document
	preflight.Name = metadata.Name + ", preflight of the document"
	preflight.Why = "a browser sends a preflight, because an MCP client adds a header"
	preflight.Method, preflight.Want = http.MethodOptions, Want{Status: http.StatusNoContent}
	preflight.Fields = []Field{
		{"Origin", "https://inspector.example"},
		{"Access-Control-Request-Method", "GET"},
		{"Access-Control-Request-Headers", "mcp-protocol-version"},
	}
	spaced := document
	spaced.Name = "metadata with a space, the document"
	spaced.Why = "a resource's path may contain characters with a meaning for routers"
	spaced.Mode = Mode{Name: "metadata with a space", Options: options(guard.Metadata(guard.ResourceMetadata{
		Resource: "https://api.northwind.example/a%20b", AuthorizationServers: []string{"https://clerk.northwind.example"},
	}))}
	spaced.Target = "/.well-known/oauth-protected-resource/a%20b"
	headResponder := row(responder, "HEAD", "HEAD has GET's header and no body (RFC 9110 §9.3.2)", nil, plain(missing()))
	headResponder.Method = http.MethodHead
	headProblem := row(problem, "HEAD", "HEAD has GET's header and no body (RFC 9110 §9.3.2)", nil, missing())
	headProblem.Method = http.MethodHead
	return []Scenario{
		row(realm, "no token", quoting, nil, challenged(missing(), `Bearer realm="north \"wind\""`)),
		row(
			realm,
			"expired token",
			quoting,
			bearer("bad:expired"),
			challenged(refused(core.CodeTokenExpired), `Bearer realm="north \"wind\"", error="invalid_token"`),
		),
		row(problem, "no token", "an option selects RFC 9457", nil, missing()),
		row(problem, "expired token", "an option selects RFC 9457", bearer("bad:expired"), refused(core.CodeTokenExpired)),
		row(problem, "malformed header", "an option selects RFC 9457", authorization("Bearer"), malformed()),
		headProblem,
		row(metadata, "no token", points, nil, challenged(missing(), `Bearer resource_metadata="`+metadataURL+`"`)),
		row(metadata, "expired token", points, bearer("bad:expired"),
			challenged(refused(core.CodeTokenExpired), `Bearer error="invalid_token", resource_metadata="`+metadataURL+`"`)),
		document,
		headDocument,
		preflight,
		spaced,
		row(
			messages,
			"in Spanish",
			"the program chooses the sentence, in any language",
			[]Field{{"Accept-Language", "es"}},
			missing(),
		),
		row(messages, "default", "an empty sentence keeps the default", nil, missing()),
		row(responder, "no token", "a responder's body and fields are sent unchanged", nil, plain(missing())),
		row(
			responder,
			"expired token",
			"a responder's body and fields are sent unchanged",
			bearer("bad:expired"),
			plain(refused(core.CodeTokenExpired)),
		),
		headResponder,
		row(teapot, "no token", "a responder may remove the body", nil, Want{
			Status:    http.StatusTeapot,
			Challenge: challengeBare,
		}),
	}
}
