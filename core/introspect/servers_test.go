package introspect_test

import (
	"encoding/json"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/clientauth"
	"github.com/revstackhq/auth-go/core/introspect"
)

// TestVendors: the answers are those of the vendors' documentation and SDKs, with identifiers made up.
func TestVendors(t *testing.T) {
	const frontend = "https://clerk.northwind.example"
	clerk := func(change string) string {
		return `{"object":"x","id":"tok_1","subject":"SUB","scopes":["orders:read","orders:write"],"claims":{"plan":"pro"},` +
			`"client_id":"client_1","revoked":false,"revocation_reason":null,"expired":false,"expiration":1800003600000,` +
			`"created_at":1799999990123,"updated_at":1799999990123` + change + `}`
	}
	for name, c := range map[string]struct {
		config introspect.Config
		token  string
		status int
		body   string
		sent   string
		code   core.Code
		user   string
		kind   core.TokenKind
	}{
		"Clerk machine": {
			introspect.ClerkMachineTokens(frontend, core.NewSecret("sk_1")), "mt_1", 200,
			strings.Replace(clerk(""), "SUB", "mch_1", 1), `{"token":"mt_1"}`, "", "mch_1", core.KindMachine,
		},
		"Clerk machine, no end": {
			introspect.ClerkMachineTokens(frontend, core.NewSecret("sk_1")), "mt_1", 200,
			strings.NewReplacer("SUB", "mch_1", "1800003600000", "null").Replace(clerk("")), `{"token":"mt_1"}`, "",
			"mch_1", core.KindMachine,
		},
		"Clerk machine, a person's": {
			introspect.ClerkMachineTokens(frontend, core.NewSecret("sk_1")), "mt_1", 200,
			strings.Replace(clerk(""), "SUB", "user_1", 1), `{"token":"mt_1"}`, core.CodeClaimMismatch, "", "",
		},
		"Clerk machine, unknown": {
			introspect.ClerkMachineTokens(frontend, core.NewSecret("sk_1")), "mt_1", 404, `{"errors":[]}`, `{"token":"mt_1"}`,
			introspect.CodeInactive, "", "",
		},
		"Clerk, wrong secret key": {
			introspect.ClerkMachineTokens(frontend, core.NewSecret("sk_1")), "mt_1", 401, `{"errors":[]}`, `{"token":"mt_1"}`,
			introspect.CodeUnavailable, "", "",
		},
		"Clerk machine, revoked": {
			introspect.ClerkMachineTokens(frontend, core.NewSecret("sk_1")), "mt_1", 200,
			strings.NewReplacer("SUB", "mch_1", `"revoked":false`, `"revoked":true`).Replace(clerk("")), `{"token":"mt_1"}`,
			introspect.CodeInactive, "", "",
		},
		"Clerk machine, past its end": {
			introspect.ClerkMachineTokens(frontend, core.NewSecret("sk_1")), "mt_1", 200,
			strings.NewReplacer("SUB", "mch_1", "1800003600000", "1799990000000").Replace(clerk("")), `{"token":"mt_1"}`,
			core.CodeTokenExpired, "", "",
		},
		"Clerk OAuth": {
			introspect.ClerkOAuthTokens(frontend, core.NewSecret("sk_1")), "oat_1", 200,
			strings.Replace(clerk(""), "SUB", "user_1", 1), `{"access_token":"oat_1"}`, "", "user_1", core.KindAccess,
		},
		"Clerk API key": {
			introspect.ClerkAPIKeys(frontend, core.NewSecret("sk_1")), "ak_LCW/57IICZ=", 200,
			strings.Replace(clerk(""), "SUB", "org_1", 1), `{"secret":"ak_LCW/57IICZ="}`, "", "org_1", "api_key",
		},
		"WorkOS": {
			introspect.WorkOSAPIKeys("https://api.workos.com", core.NewSecret("sk_1")), "sk_customer", 200,
			`{"api_key":{"object":"api_key","id":"api_key_1","owner":{"type":"organization","id":"org_1"},"name":"n",` +
				`"obfuscated_value":"sk_…","permissions":["posts:read"],"last_used_at":null,"created_at":"2026-01-01T00:00:00Z"}}`,
			`{"value":"sk_customer"}`, "", "org_1", "api_key",
		},
		"WorkOS, unknown": {
			introspect.WorkOSAPIKeys("https://api.workos.com", core.NewSecret("sk_1")), "sk_customer", 200, `{"api_key":null}`,
			`{"value":"sk_customer"}`, introspect.CodeInactive, "", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, answer(c.status, c.body))
			cfg := c.config
			cfg.Clock, cfg.Logger = authtest.NewClock(time.Unix(1_800_000_000, 0)), slog.New(slog.DiscardHandler)
			cfg.Server.URL = s.URL + "/" + strings.TrimPrefix(cfg.Server.URL, "https://")
			client := newClient(t, cfg)
			session, err := authenticate(t, client, c.token)
			want(t, name, err, c.code)
			if string(s.body) != c.sent || s.last.Header.Get("Authorization") != "Bearer sk_1" {
				t.Errorf("sent %s with %q", s.body, s.last.Header.Get("Authorization"))
			}
			if err != nil {
				return
			}
			if session.UserID() != c.user || session.Kind() != c.kind || session.Provider() != cfg.Rules.Provider {
				t.Errorf("%v, %s", session, session.Kind())
			}
			if strings.HasPrefix(name, "Clerk") && (!session.HasScope("orders:write") || session.ClientID() != "client_1" ||
				session.IssuedAt().Unix() != 1799999990) {
				t.Errorf("scopes %v, client %q, issued %v", session.Scopes(), session.ClientID(), session.IssuedAt())
			}
			if name == "WorkOS" && (!session.HasPermission("posts:read") || session.Organization().ID != "org_1") {
				t.Errorf("permissions %v, organization %+v", session.Permissions(), session.Organization())
			}
			if client.Recognizes(core.Credentials{Token: "other_1"}) {
				t.Error("a token with another prefix is recognized")
			}
		})
	}
}

// TestServerIsData: a server reads back equal from JSON.
func TestServerIsData(t *testing.T) {
	for _, c := range []introspect.Config{
		introspect.ClerkAPIKeys("https://clerk.northwind.example", core.Secret{}),
		introspect.WorkOSAPIKeys("https://api.workos.com", core.Secret{}),
		{Server: introspect.Server{URL: "https://id.northwind.example/introspect"}},
	} {
		data, err := json.Marshal(c.Server)
		if err != nil {
			t.Fatal(err)
		}
		var back introspect.Server
		if err := json.Unmarshal(data, &back); err != nil || !reflect.DeepEqual(back, c.Server) {
			t.Errorf("%s: %v\n%+v\n%+v", data, err, back, c.Server)
		}
	}
}

func TestMistakes(t *testing.T) {
	good := introspect.Config{
		Server: introspect.Server{URL: "https://id.northwind.example/introspect"},
		Auth:   clientauth.Basic("api", core.NewSecret(secret)),
		Rules:  core.Rules{Issuer: issuer, Audiences: core.Strings{audience}},
		Logger: slog.New(slog.DiscardHandler),
	}
	if _, err := introspect.New(good); err != nil {
		t.Fatal(err)
	}
	for field, change := range map[string]func(*introspect.Config){
		"Server.URL":             func(c *introspect.Config) { c.Server.URL = "http://id.northwind.example/introspect" },
		"Server.Claims":          func(c *introspect.Config) { c.Server.Claims = map[string]string{"role": "role"} },
		"Server.Params":          func(c *introspect.Config) { c.Server.Params = map[string]string{"token": "x"} },
		"Server.UnknownStatuses": func(c *introspect.Config) { c.Server.UnknownStatuses = []int{401} },
		"Auth": func(c *introspect.Config) {
			c.Auth = clientauth.Basic("api",
				core.NewSecret(secret+"\n"))
		},
		"Prefixes":   func(c *introspect.Config) { c.Prefixes = []string{""} },
		"MaxAge":     func(c *introspect.Config) { c.MaxAge = 30 },
		"RefusedFor": func(c *introspect.Config) { c.RefusedFor = -1 },
		"Timeout":    func(c *introspect.Config) { c.Timeout = time.Hour },
		"MaxEntries": func(c *introspect.Config) { c.MaxEntries = -1 },
		"Audiences":  func(c *introspect.Config) { c.Rules.Audiences = nil },
		"Rules.ClaimRules": func(c *introspect.Config) {
			c.Rules.ClaimRules = []core.ClaimRule{{Header: "cat", OneOf: []string{"x"}}}
		},
	} {
		cfg := good
		change(&cfg)
		_, err := introspect.New(cfg)
		all := core.ConfigErrors(err)
		if len(all) != 1 || all[0].Field != field || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", field, err)
		}
	}
	_, err := introspect.New(introspect.Config{
		MaxAge: -1, Server: introspect.Server{JSON: true},
		Auth: clientauth.Post("", core.Secret{}),
	})
	if n := len(core.ConfigErrors(err)); n != 6 {
		t.Errorf("%d mistakes are reported:\n%v", n, err)
	}
}
