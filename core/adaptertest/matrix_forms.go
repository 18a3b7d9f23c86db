package adaptertest

import (
	"net/http"
	"strings"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// form is an option that changes how answers are written.
type form struct {
	Mode
	realm, metadata string // auth-params that it adds
	plain           bool   // the body has no code
}

func forms() []form {
	const realm, metadata = `realm="north \"wind\""`, `resource_metadata="` + metadataURL + `"`
	return []form{
		{Mode: modeRequired()},
		{Mode: modeRealm(), realm: realm},
		{Mode: modeProblem()},
		{Mode: modeMetadata(), metadata: metadata},
		{Mode: modeSpanish()},
		{Mode: modeResponder(), plain: true},
		{
			Mode:     combine("everything", modeRealm(), modeProblem(), modeMetadata(), modeSpanish()),
			realm:    realm,
			metadata: metadata,
		},
	}
}

// modeSpanish has one sentence for all errors, with the code.
func modeSpanish() Mode {
	return Mode{Name: "Spanish", Options: options(guard.Messages(func(_ guard.Request, err *core.Error) string {
		return "No ha sido posible: " + string(err.Code) + "."
	}))}
}

// refusal is a kind of rejection. Its challenge goes between realm and metadata.
type refusal struct {
	name, target, challenge string
	fields                  []Field
	mode                    Mode
	status                  int
	code                    core.Code
}

func refusals() []refusal {
	const invalid = `error="invalid_token"`
	return []refusal{
		{"no token", PathPrivate, "", nil, Mode{}, http.StatusUnauthorized, core.CodeTokenMissing},
		{
			"malformed header",
			PathPrivate,
			`error="invalid_request"`,
			authorization("Bearer"),
			Mode{},
			http.StatusBadRequest,
			core.CodeInvalidRequest,
		},
		{
			"expired token",
			PathPrivate,
			invalid,
			bearer("bad:expired"),
			Mode{},
			http.StatusUnauthorized,
			core.CodeTokenExpired,
		},
		{
			"revoked session",
			PathPrivate,
			invalid,
			bearer("revoked"),
			modeFailClosed(),
			http.StatusUnauthorized,
			core.CodeTokenRevoked,
		},
		{
			"missing role",
			PathRequire,
			`error="insufficient_scope"`,
			bearer("member"),
			modeRole(),
			http.StatusForbidden,
			core.CodeForbidden,
		},
		{
			"missing scope", PathRequire, `error="insufficient_scope", scope="invoices:read"`, bearer("session"),
			modeGrantedScope(),
			http.StatusForbidden, core.CodeInsufficientScope,
		},
		{
			"old sign-in", PathRequire, `error="insufficient_user_authentication", max_age="600"`, bearer("old sign-in"),
			modeFresh(),
			http.StatusUnauthorized, core.CodeReauthenticationRequired,
		},
		{
			"issuer down",
			PathPrivate,
			"",
			bearer("foreign"),
			modeOutage(),
			http.StatusServiceUnavailable,
			core.CodeKeysUnavailable,
		},
	}
}

// formScenarios combine every rejection with every form.
func formScenarios() []Scenario {
	var rows []Scenario
	for _, f := range forms() {
		for _, r := range refusals() {
			want := Want{Status: r.status, Code: r.code}
			if f.plain {
				want.Code = ""
			}
			if r.status != http.StatusServiceUnavailable { // credentials would not help
				want.Challenge = challengeOf(f.realm, r.challenge, f.metadata)
			}
			rows = append(rows, Scenario{
				Name: "answer, " + f.Name + ", " + r.name, Why: "every rejection keeps status and challenge in every form",
				Mode: combine("answer, "+f.Name, f.Mode, r.mode), Target: r.target, Fields: r.fields, Want: want,
			})
		}
	}
	return rows
}

// challengeOf joins the auth-params of a challenge (RFC 9110 §11.6.1).
func challengeOf(params ...string) string {
	var given []string
	for _, p := range params {
		if p != "" {
			given = append(given, p)
		}
	}
	if len(given) == 0 {
		return challengeBare
	}
	return "Bearer " + strings.Join(given, ", ")
}
