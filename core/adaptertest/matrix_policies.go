package adaptertest

import (
	"errors"
	"net/http"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/policy"
)

// question is a policy and the answer for each token.
type question struct {
	name   string
	policy core.Policy // nil for none: only a session is required
	asked  []asked
}

type asked struct {
	token, why string
	want       Want
}

// lacksScopes returns 403 with a challenge that names every required scope.
func lacksScopes(scopes string) Want {
	return Want{
		Status:    http.StatusForbidden,
		Code:      core.CodeInsufficientScope,
		Challenge: challengeScope + `, scope="` + scopes + `"`,
	}
}

// anonymousScopes are the scopes that a client without a token is asked for, by the
// name of the question.
var anonymousScopes = map[string]string{
	"a scope":           "invoices:read",
	"two scopes":        "openid invoices:write",
	"any of two scopes": "invoices:write",
	"all of two scopes": "openid invoices:write",
}

// signIn returns 401 with a challenge that names the scopes to ask for.
func signIn(scopes string) Want {
	want := missing()
	if scopes != "" {
		want.Challenge = challengeOf(`scope="` + scopes + `"`)
	}
	return want
}

// stepUp returns 401 with a challenge that describes the required sign-in (RFC
// 9470 §3).
func stepUp(params string) Want {
	challenge := `Bearer error="insufficient_user_authentication"`
	if params != "" {
		challenge += ", " + params
	}
	return Want{Status: http.StatusUnauthorized, Code: core.CodeReauthenticationRequired, Challenge: challenge}
}

func questions() []question {
	met := func(token string) asked { return asked{token, "the policy holds", passes(userOf(token))} }
	unmet := func(token string, want Want) asked { return asked{token, "the policy does not hold", want} }
	silent := func(token string, want Want) asked { return asked{token, "a missing claim fails the check", want} }
	day, ten := 24*time.Hour, 10*time.Minute
	return []question{
		{"only a session", nil, []asked{met("session"), met("oauth"), met("member")}},
		{"a scope", policy.Scope("invoices:read"), []asked{met("oauth"), silent("session", lacksScopes("invoices:read"))}},
		{
			"two scopes",
			policy.Scope("openid", "invoices:write"),
			[]asked{unmet("oauth", lacksScopes("openid invoices:write"))},
		},
		{"any of two scopes", policy.AnyScope("invoices:write", "invoices:read"), []asked{
			met("oauth"), silent("session", lacksScopes("invoices:write")),
		}},
		{
			"all of two scopes",
			policy.All(policy.Scope("openid"), policy.Scope("invoices:write")),
			[]asked{unmet("oauth", lacksScopes("openid invoices:write"))},
		},
		{"any role", policy.AnyRole("org:owner", "org:admin"), []asked{
			met("session"), unmet("member", forbidden()), silent("oauth", forbidden()),
		}},
		{"two permissions", policy.Permission("org:invoices:read", "org:invoices:create"), []asked{
			met("session"), unmet("member", forbidden()),
		}},
		{"any permission", policy.AnyPermission("org:invoices:read", "org:all"), []asked{
			met("member"), silent("no organization", forbidden()),
		}},
		{"an organization", policy.InOrganization("org_9"), []asked{
			met("session"), met("oauth"), silent("no organization", forbidden()),
		}},
		{"another organization", policy.InOrganization("org_1"), []asked{unmet("session", forbidden())}},
		{"a claim", policy.Claim("sts", "active"), []asked{met("session"), silent("version 1", forbidden())}},
		{"a kind", policy.Kind(core.KindAccess), []asked{met("oauth"), unmet("session", forbidden())}},
		{"a sign-in within a day", policy.FreshWithin(day), []asked{
			met("old sign-in"), silent("oauth", stepUp(`max_age="86400"`)),
		}},
		{"a class", policy.ACR("gold", "platinum"), []asked{
			met("gold"), unmet("silver", stepUp(`acr_values="gold platinum"`)),
			silent("session", stepUp(`acr_values="gold platinum"`)),
		}},
		{"a level", policy.AAL(2), []asked{
			met("second level"), unmet("first level", stepUp("")), silent("session", stepUp("")),
		}},
		{"several factors", policy.MFA(), []asked{
			met("second factor"), unmet("session", stepUp("")), silent("no factor ages", stepUp("")),
		}},
		{"a role and a fresh sign-in", policy.All(policy.Role("org:admin"), policy.FreshWithin(ten)), []asked{
			met("session"), unmet("old sign-in", stepUp(`max_age="600"`)),
			{"old member", "a user must not sign in again only to be forbidden", forbidden()},
		}},
		{"a class and a fresh sign-in", policy.All(policy.ACR("gold"), policy.FreshWithin(ten)), []asked{
			{"old sign-in", "one challenge asks for everything", stepUp(`acr_values="gold", max_age="600"`)},
		}},
		{"a role or several factors", policy.Any(policy.Role("org:owner"), policy.MFA()), []asked{
			met("second factor"), {"member", "what a new sign-in would allow is not forbidden", stepUp("")},
		}},
		{"not a role", policy.Not(policy.Role("org:admin")), []asked{
			met("member"), met("no organization"), unmet("session", forbidden()),
		}},
		{"not a claim", policy.Not(policy.Claim("sts", "suspended")), []asked{
			met("session"), silent("version 1", forbidden()),
		}},
		{"a function", policy.Func("not user_1", notUserOne), []asked{met("other"), unmet("session", forbidden())}},
		{"a function's own code", policy.Func("quota", overQuota), []asked{
			met("other"), unmet("session", lacksScopes("quota:more")),
		}},
		{
			"a function that is down",
			policy.Not(policy.Func("down", func(*core.Session) error { return errors.New("database is down") })),
			[]asked{
				{"session", "Not of an undecided policy does not hold", forbidden()},
			},
		},
	}
}

func notUserOne(s *core.Session) error {
	if s.UserID() == "user_1" {
		return errors.New("user_1 is excluded")
	}
	return nil
}

func overQuota(s *core.Session) error {
	if s.UserID() == "user_1" {
		return &core.Error{Code: core.CodeInsufficientScope, Scopes: []string{"quota:more"}}
	}
	return nil
}

// userOf returns the user of a token that the stage mints.
func userOf(token string) string {
	switch token {
	case "other":
		return "user_2"
	case "member":
		return "user_3"
	default:
		return "user_1"
	}
}

// policyScenarios combine every policy with sessions, and with every way in which a
// guard lets an anonymous request through.
func policyScenarios() []Scenario {
	const anonymous = "no policy lets an anonymous request through"
	var rows []Scenario
	for _, q := range questions() {
		mode := modeRequire(q.name)
		if q.policy != nil {
			mode = modeRequire(q.name, q.policy)
		}
		row := func(name, why string, fields []Field, want Want, modes ...Mode) Scenario {
			return Scenario{
				Name:   "asks " + q.name + ", " + name,
				Why:    why,
				Mode:   combine("asks "+q.name, append(modes, mode)...),
				Target: PathRequire,
				Fields: fields, Want: want,
			}
		}
		for _, a := range q.asked {
			rows = append(rows, row(a.token, a.why, bearer(a.token), a.want))
		}
		unguarded := row("unguarded", "Require without a guard never lets a request through", bearer("session"),
			Want{Status: http.StatusInternalServerError, Code: core.CodeUnknownError})
		unguarded.Target = PathUnguarded
		want := signIn(anonymousScopes[q.name])
		rows = append(rows, unguarded,
			row("optional, no token", anonymous, nil, want, modeOptional()),
			row("best effort, expired token", anonymous, bearer("bad:expired"), want, modeBestEffort()),
			row("skipped, good token", anonymous, append(bearer("session"), Field{"X-Health", "1"}), want, modeSkip()),
		)
	}
	return rows
}
