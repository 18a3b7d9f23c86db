package adaptertest

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/policy"
)

func options(all ...guard.Option) func(*Stage) []guard.Option {
	return func(*Stage) []guard.Option { return all }
}

// The modes of the table.
func modeRequired() Mode { return Mode{Name: "required"} }

func modeOptional() Mode { return Mode{Name: "optional", Options: options(guard.Optional())} }

func modeBestEffort() Mode {
	return Mode{Name: "best effort", Options: options(guard.InsecureBestEffort())}
}

func modeOutage() Mode { return Mode{Name: "outage", Outage: true} }

func modeOptionalOutage() Mode {
	return Mode{Name: "optional in an outage", Outage: true, Options: options(guard.Optional())}
}

func modeBestEffortOutage() Mode {
	return Mode{Name: "best effort in an outage", Outage: true, Options: options(guard.InsecureBestEffort())}
}

func modeRealm() Mode {
	return Mode{Name: "realm", Options: options(guard.Realm(`north "wind"`))}
}

func modeProblem() Mode {
	return Mode{Name: "problem details", Options: options(guard.ProblemDetails())}
}

const metadataURL = "https://api.northwind.example/.well-known/oauth-protected-resource/v1"

func modeMetadata() Mode {
	return Mode{Name: "resource metadata", Options: options(guard.Metadata(guard.ResourceMetadata{
		Resource: "https://api.northwind.example/v1", AuthorizationServers: []string{"https://clerk.northwind.example"},
		Scopes: []string{"invoices:read"}, Name: "Northwind",
	}))}
}

func modeMessages() Mode {
	return Mode{Name: "messages", Options: options(guard.Messages(func(r guard.Request, err *core.Error) string {
		if langs := r.Header("Accept-Language"); len(langs) == 1 && langs[0] == "es" && err.Code == core.CodeTokenMissing {
			return "Inicia sesión para <continuar>."
		}
		return ""
	}))}
}

func modeResponder() Mode {
	return Mode{Name: "responder", Options: options(guard.Responder(func(r guard.Request, x *guard.Rejection) {
		x.Header.Set("Content-Type", "text/plain; charset=utf-8")
		x.Header.Add("Vary", "Accept")
		x.Header.Add("Vary", "Origin")
		x.Body = []byte("no: " + string(x.Err.Code) + " at " + r.Path() + "\n")
	}))}
}

func modeTeapot() Mode {
	return Mode{
		Name: "responder without body",
		Options: options(guard.Responder(func(_ guard.Request, x *guard.Rejection) {
			x.Status, x.Body = http.StatusTeapot, nil
		})),
	}
}

func modeCookie() Mode {
	return Mode{Name: "cookie", Options: options(guard.Extractors(guard.Bearer(), guard.Cookie("__session", appOrigin)))}
}

func modeInsecureCookie() Mode {
	return Mode{Name: "cookie without origin check", Options: options(guard.Extractors(guard.InsecureCookie("__session")))}
}

func modeOptionalCookie() Mode {
	return Mode{
		Name:    "optional cookie",
		Options: options(guard.Optional(), guard.Extractors(guard.Bearer(), guard.Cookie("__session"))),
	}
}

func modeQuery() Mode {
	return Mode{Name: "query", Options: options(guard.Extractors(guard.Bearer(), guard.InsecureQuery("access_token")))}
}

func modeHeader() Mode {
	return Mode{Name: "custom header", Options: options(guard.Extractors(guard.Header("X-Gateway-Assertion")))}
}

func modeWebSocket() Mode {
	return Mode{
		Name:    "websocket protocol",
		Options: options(guard.Extractors(guard.WebSocketProtocol("bearer.northwind"))),
	}
}

func modeSkip() Mode {
	return Mode{
		Name:    "skip",
		Options: options(guard.Skip(func(r guard.Request) bool { return r.Header("X-Health") != nil })),
	}
}

func modePolicy() Mode {
	return Mode{Name: "policy of the guard", Options: options(guard.Policies(policy.Role("org:admin")))}
}

func modeRevocation(failure guard.RevocationFailure, name string) Mode {
	check := guard.RevokerFunc(func(_ context.Context, s *core.Session) (bool, error) {
		if s.UserID() == "user_undecided" {
			return false, errors.New("the list of revoked sessions is unreachable")
		}
		return s.UserID() == "user_revoked", nil
	})
	return Mode{Name: name, Options: options(guard.Revocation(check, failure))}
}

func modeFailClosed() Mode { return modeRevocation(guard.FailClosed, "revocation, fail closed") }

func modeFailOpen() Mode { return modeRevocation(guard.FailOpen, "revocation, fail open") }

func modeTwoIssuers() Mode {
	return Mode{Name: "two issuers", Further: func(s *Stage) ([]*core.Contract, error) {
		return []*core.Contract{s.partner}, nil
	}}
}

func modeRequire(name string, policies ...core.Policy) Mode {
	return Mode{Name: "require " + name, Policies: policies}
}

func modeOptionalRequire() Mode {
	return Mode{Name: "optional, require a session", Options: options(guard.Optional())}
}

func modeRole() Mode { return modeRequire("a role", policy.Role("org:admin")) }

func modePermission() Mode {
	return modeRequire("a permission", policy.Permission("org:invoices:create"))
}

func modeScope() Mode { return modeRequire("scopes", policy.Scope("invoices:read", "invoices:write")) }

func modeGrantedScope() Mode { return modeRequire("a scope", policy.Scope("invoices:read")) }

func modeFresh() Mode { return modeRequire("a fresh sign-in", policy.FreshWithin(10*time.Minute)) }

func modeMFA() Mode { return modeRequire("a second factor", policy.MFA()) }
