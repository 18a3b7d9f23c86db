// Command credentials serves one route that accepts a browser's Clerk session, an API key, a partner's opaque token and
// an agent's DPoP-bound token. Keys are kept in SQLite:
//
//	CLERK_ISSUER_URL=https://your-app.clerk.accounts.dev go run ./examples/credentials
//
// Without PARTNER_INTROSPECTION_URL no opaque tokens are accepted, and without AGENT_ISSUER_URL no agents' tokens;
// PUBLIC_URL is where agents reach the service. A signed-in person makes a key:
//
//	curl -X POST -H "Authorization: Bearer $SESSION_TOKEN" http://127.0.0.1:8080/keys
//	curl -H "Authorization: Bearer $KEY" http://127.0.0.1:8080/orders
package main

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"log"
	"net/http"
	"os"
	"time"

	_ "modernc.org/sqlite"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/apikey"
	"github.com/revstackhq/auth-go/core/clientauth"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/introspect"
	"github.com/revstackhq/auth-go/core/policy"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/core/providers/oidc"
)

func main() {
	contract, err := clerk.NewContract(clerk.Config{IssuerURL: os.Getenv("CLERK_ISSUER_URL")})
	if err != nil {
		log.Fatal(err)
	}
	store, err := openStore(context.Background(), "keys.db")
	if err != nil {
		log.Fatal(err)
	}
	handler, err := routes(contract, store, sources{
		introspectionURL: os.Getenv("PARTNER_INTROSPECTION_URL"),
		agentIssuer:      os.Getenv("AGENT_ISSUER_URL"),
		publicURL:        cmp.Or(os.Getenv("PUBLIC_URL"), "http://127.0.0.1:8080"),
	})
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{Addr: "127.0.0.1:8080", Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	log.Fatal(server.ListenAndServe())
}

// openStore opens a SQLite database of keys. For PostgreSQL, open another driver and set SQLOptions.Numbered.
func openStore(ctx context.Context, file string) (*apikey.SQLStore, error) {
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(5000)&_pragma=journal_mode(wal)")
	if err != nil {
		return nil, err
	}
	store := apikey.NewSQLStore(db, apikey.SQLOptions{})
	return store, store.Create(ctx)
}

// sources are the servers whose tokens are accepted in addition to sessions; each may be missing.
type sources struct{ introspectionURL, agentIssuer, publicURL string }

func routes(contract *core.Contract, store apikey.Store, from sources) (http.Handler, error) {
	keyring, err := apikey.New(apikey.Config{Prefix: "northwind", Store: store})
	if err != nil {
		return nil, err
	}
	accepted := []core.Authenticator{contract, keyring}
	options := []guard.Option{guard.ExternalURL(from.publicURL)} // proofs name the URL of their request
	if from.agentIssuer != "" {
		agents, err := oidc.NewContract(oidc.Config{
			Issuer:               from.agentIssuer,
			Audience:             []string{"https://api.northwind.example"},
			TokenTypes:           []string{"at+jwt"},
			Session:              core.Mapping{Kind: core.KindAccess},
			Confirmation:         "dpop",
			ConfirmationRequired: true, // a stolen token of an agent is worth nothing
		})
		if err != nil {
			return nil, err
		}
		accepted = append(accepted, agents)
	}
	if from.introspectionURL != "" {
		partner, err := introspect.New(introspect.Config{
			Server:   introspect.Server{URL: from.introspectionURL},
			Auth:     clientauth.Basic("northwind-api", core.NewSecret(os.Getenv("PARTNER_CLIENT_SECRET"))),
			Rules:    core.Rules{Issuer: "https://id.partner.example", Audiences: core.Strings{"https://api.northwind.example"}},
			Prefixes: []string{"oat_"},
		})
		if err != nil {
			return nil, err
		}
		accepted = append(accepted, partner)
	}
	people := guard.Require(policy.Kind(core.KindSession))
	orders := guard.Require(policy.Any(
		policy.Kind(core.KindSession),
		policy.All(policy.Kind(apikey.Kind, core.KindAccess), policy.Scope("orders:read")),
	))
	mux := http.NewServeMux()
	mux.Handle("GET /orders", orders.Handler(http.HandlerFunc(listOrders)))
	// A key must not make keys: a stolen one could outlive its revocation.
	mux.Handle("POST /keys", people.Handler(makeKey(keyring)))
	return guard.Middleware(core.FirstOf(accepted...), options...)(mux), nil
}

func listOrders(w http.ResponseWriter, r *http.Request) {
	session, _ := core.FromContext(r.Context())
	answer(w, map[string]string{"userId": session.UserID(), "kind": string(session.Kind())})
}

func makeKey(keyring *apikey.Keyring) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		key, secret, err := keyring.Mint(r.Context(), apikey.Spec{
			Owner: core.UserID(r.Context()), Scopes: []string{"orders:read"}, Lifetime: 90 * 24 * time.Hour,
		})
		if err != nil {
			http.Error(w, "the key can't be made", http.StatusInternalServerError)
			return
		}
		answer(w, map[string]string{"id": key.ID, "key": secret.Reveal()}) // the only time that the key is shown
	}
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(v)
}
