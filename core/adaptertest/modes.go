package adaptertest

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/policy"
)

func options(all ...core.Option) func(*Stage) []core.Option {
	return func(*Stage) []core.Option { return all }
}

// The modes of the table.
func modeRequired() Mode { return Mode{Name: "required"} }

func modeOptional() Mode { return Mode{Name: "optional", Options: options(core.Optional())} }

func modeBestEffort() Mode {
	return Mode{Name: "best effort", Options: options(core.InsecureBestEffort())}
}

func modeOutage() Mode { return Mode{Name: "outage", Outage: true} }

func modeOptionalOutage() Mode {
	return Mode{Name: "optional in an outage", Outage: true, Options: options(core.Optional())}
}

func modeBestEffortOutage() Mode {
	return Mode{Name: "best effort in an outage", Outage: true, Options: options(core.InsecureBestEffort())}
}

func modeRealm() Mode {
	return Mode{Name: "realm", Options: options(core.WithRealm(`north "wind"`))}
}

func modeProblem() Mode {
	return Mode{Name: "problem details", Options: options(core.WithProblemDetails())}
}

const metadataURL = "https://api.northwind.example/.well-known/oauth-protected-resource/v1"

func modeMetadata() Mode {
	return Mode{Name: "resource metadata", Options: options(core.WithResourceMetadata(core.ResourceMetadata{
		Resource: "https://api.northwind.example/v1", AuthorizationServers: []string{"https://clerk.northwind.example"},
		Scopes: []string{"invoices:read"}, Name: "Northwind",
	}))}
}

func modeMessages() Mode {
	return Mode{Name: "messages", Options: options(core.WithMessages(func(r core.Request, err *core.Error) string {
		if langs := r.Header("Accept-Language"); len(langs) == 1 && langs[0] == "es" && err.Code == core.CodeTokenMissing {
			return "Inicia sesión para <continuar>."
		}
		return ""
	}))}
}

func modeResponder() Mode {
	return Mode{Name: "responder", Options: options(core.WithResponder(func(r core.Request, x *core.Rejection) {
		x.Header.Set("Content-Type", "text/plain; charset=utf-8")
		x.Header.Add("Vary", "Accept")
		x.Header.Add("Vary", "Origin")
		x.Body = []byte("no: " + string(x.Err.Code) + " at " + r.Path() + "\n")
	}))}
}

func modeTeapot() Mode {
	return Mode{Name: "responder without body", Options: options(core.WithResponder(func(_ core.Request, x *core.Rejection) {
		x.Status, x.Body = http.StatusTeapot, nil
	}))}
}

func modeCookie() Mode {
	return Mode{Name: "cookie", Options: options(core.WithExtractors(core.Bearer(), core.Cookie("__session", appOrigin)))}
}

func modeInsecureCookie() Mode {
	return Mode{Name: "cookie without origin check", Options: options(core.WithExtractors(core.InsecureCookie("__session")))}
}

func modeOptionalCookie() Mode {
	return Mode{Name: "optional cookie", Options: options(core.Optional(), core.WithExtractors(core.Bearer(), core.Cookie("__session")))}
}

func modeQuery() Mode {
	return Mode{Name: "query", Options: options(core.WithExtractors(core.Bearer(), core.InsecureQuery("access_token")))}
}

func modeHeader() Mode {
	return Mode{Name: "custom header", Options: options(core.WithExtractors(core.Header("X-Gateway-Assertion")))}
}

func modeWebSocket() Mode {
	return Mode{Name: "websocket protocol", Options: options(core.WithExtractors(core.WebSocketProtocol("bearer.northwind")))}
}

func modeSkip() Mode {
	return Mode{Name: "skip", Options: options(core.WithSkip(func(r core.Request) bool { return r.Header("X-Health") != nil }))}
}

func modePolicy() Mode {
	return Mode{Name: "policy of the guard", Options: options(core.WithPolicy(policy.Role("org:admin")))}
}

func modeRevocation(failure core.RevocationFailure, name string) Mode {
	check := func(_ context.Context, s *core.Session) error {
		switch s.UserID() {
		case "user_revoked":
			return core.CodeTokenRevoked
		case "user_undecided":
			return errors.New("the list of revoked sessions can't be reached")
		default:
			return nil
		}
	}
	return Mode{Name: name, Options: options(core.WithRevocation(check, failure))}
}

func modeFailClosed() Mode { return modeRevocation(core.FailClosed, "revocation, fail closed") }

func modeFailOpen() Mode { return modeRevocation(core.FailOpen, "revocation, fail open") }

func modeTwoIssuers() Mode {
	return Mode{Name: "two issuers", Options: func(s *Stage) []core.Option {
		return []core.Option{core.WithContracts(s.partner)}
	}}
}

func modeRequire(name string, policies ...core.Policy) Mode {
	return Mode{Name: "require " + name, Policies: policies}
}

func modeOptionalRequire() Mode {
	return Mode{Name: "optional, require anybody", Options: options(core.Optional())}
}

func modeRole() Mode { return modeRequire("a role", policy.Role("org:admin")) }

func modePermission() Mode {
	return modeRequire("a permission", policy.Permission("org:invoices:create"))
}

func modeScope() Mode { return modeRequire("scopes", policy.Scope("invoices:read", "invoices:write")) }

func modeGrantedScope() Mode { return modeRequire("a scope", policy.Scope("invoices:read")) }

func modeFresh() Mode { return modeRequire("a fresh sign-in", policy.FreshWithin(10*time.Minute)) }

func modeMFA() Mode { return modeRequire("a second factor", policy.MFA()) }
