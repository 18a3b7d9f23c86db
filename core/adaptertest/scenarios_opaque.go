package adaptertest

import (
	"net/http"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/apikey"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/introspect"
	"github.com/revstackhq/auth-go/core/policy"
)

func modeOpaque() Mode { return Mode{Name: "sessions, opaque tokens and API keys", Opaque: true} }

// opaqueScenarios are about routes that accept a browser's session, a partner's opaque token and a program's API key.
func opaqueScenarios() []Scenario {
	all := modeOpaque()
	optional := Mode{Name: "optional, with opaque tokens and API keys", Opaque: true, Options: options(guard.Optional())}
	machines := Mode{
		Name: "API keys and opaque tokens only", Opaque: true,
		Policies: []core.Policy{policy.Kind(apikey.Kind, core.KindAccess), policy.Scope("invoices:read")},
	}
	row := func(name, why string, mode Mode, token string, want Want) Scenario {
		s := Scenario{Name: "kinds, " + name, Why: why, Mode: mode, Want: want}
		if token != "" {
			s.Fields = bearer(token)
		}
		if mode.Policies != nil {
			s.Target = PathRequire
		}
		return s
	}
	down := Want{Status: http.StatusServiceUnavailable, Code: introspect.CodeUnavailable}
	scope := Want{
		Status: http.StatusForbidden, Code: core.CodeInsufficientScope,
		Challenge: `Bearer error="insufficient_scope", scope="invoices:read"`,
	}
	return []Scenario{
		row("a session", "each kind of credential is accepted on one route", all, "session", passes("user_1")),
		row("an opaque token", "the server that issued it says whose it is", all, "oat_partner", passes("partner_2")),
		row("an API key", "the key's owner is the user", all, "key", passes("user_key")),
		row("no credentials", "missing credentials are not invalid", all, "", missing()),
		row("an expired session", "a refused JWT is not tried as something else", all, "bad:expired",
			refused(core.CodeTokenExpired)),
		row("another issuer's JWT", "a JWT is not opaque", all, "foreign", refused(core.CodeIssuerMismatch)),
		row("an inactive token", "the server does not say why", all, "oat_unknown", refused(introspect.CodeInactive)),
		row("an opaque token for another service", "an active token may be meant for another service", all, "oat_other",
			refused(core.CodeAudienceMismatch)),
		row("introspection fails", "an outage is not unauthorized", all, "oat_broken", down),
		row("an unknown key", "nobody learns which keys exist", all, "key unknown", refused(apikey.CodeInactive)),
		row("a revoked key", "a revoked key is refused", all, "key revoked", refused(core.CodeTokenRevoked)),
		row("an expired key", "an expired key is refused", all, "key expired", refused(core.CodeTokenExpired)),
		row("a key that was cut off", "the checksum finds it", all, "key cut off", refused(core.CodeInvalidFormat)),
		row("a key under another scheme", "only Bearer carries a key", all, "",
			missing()).with(authorization("ApiKey {key}")),
		row("optional, an API key", "optional guards accept keys", optional, "key", passes("user_key")),
		row("optional, an unknown key", "a bad key is not anonymous", optional, "key unknown", refused(apikey.CodeInactive)),
		row("optional, introspection fails", "a token that was not judged is not anonymous", optional, "oat_broken", down),
		row("machines, an API key", "policies know the kind of a session", machines, "key", passes("user_key")),
		row("machines, an opaque token", "policies know the kind of a session", machines, "oat_partner", passes("partner_2")),
		row("machines, a session", "policies know the kind of a session", machines, "session", forbidden()),
		row("machines, a key without scopes", "a key can do what its scopes say", machines, "key without scopes", scope),
	}
}

// with returns the scenario with other header lines.
func (s Scenario) with(fields []Field) Scenario {
	s.Fields = fields
	return s
}
