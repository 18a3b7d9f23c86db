package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/apikey"
	"github.com/revstackhq/auth-go/core/apikey/apikeytest"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/core/providers/clerk/clerktest"
)

// TestSQLite runs the suite of stores on a file of SQLite, with both styles of placeholders.
func TestSQLite(t *testing.T) {
	for _, numbered := range []bool{false, true} {
		t.Run(fmt.Sprintf("numbered %v", numbered), func(t *testing.T) {
			apikeytest.TestStore(t, func(t *testing.T) apikey.Store {
				t.Helper()
				file := filepath.Join(t.TempDir(), "keys.db")
				db, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(5000)&_pragma=journal_mode(wal)")
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = db.Close() })
				store := apikey.NewSQLStore(db, apikey.SQLOptions{Numbered: numbered})
				if err := store.Create(t.Context()); err != nil {
					t.Fatal(err)
				}
				return store
			})
		})
	}
}

// TestInsertStatement: what the doctor prints makes the same record.
func TestInsertStatement(t *testing.T) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "keys.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	store := apikey.NewSQLStore(db, apikey.SQLOptions{})
	if err := store.Create(t.Context()); err != nil {
		t.Fatal(err)
	}
	key, _, err := apikey.NewKey("northwind", apikey.Spec{
		Owner: "o'neill'); DROP TABLE api_keys; --", Name: "«CI»", Scopes: []string{"a", "b"}, Lifetime: time.Hour,
	}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	statement, err := apikey.InsertStatement(apikey.SQLOptions{}, key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
	if found, err := store.Find(t.Context(), key.ID); err != nil || !reflect.DeepEqual(found, key) {
		t.Errorf("found\n%+v, %v\nwant\n%+v", found, err, key)
	}
}

// TestCredentials sends each kind of credential to the program.
func TestCredentials(t *testing.T) {
	partner := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w,
			`{"active":%t,"sub":"partner_1","aud":"https://api.northwind.example","scope":"orders:read","exp":%d}`,
			r.FormValue("token") == "oat_good", time.Now().Add(time.Hour).Unix())
	}))
	t.Cleanup(partner.Close)
	t.Setenv("PARTNER_CLIENT_SECRET", "of the test")
	issuer := authtest.NewIssuer(t)
	contract, err := clerk.NewContract(clerk.Config{IssuerURL: issuer.URL()})
	if err != nil {
		t.Fatal(err)
	}
	store, err := openStore(t.Context(), filepath.Join(t.TempDir(), "keys.db"))
	if err != nil {
		t.Fatal(err)
	}
	const publicURL = "https://api.northwind.example"
	agents := authtest.NewIssuer(t)
	handler, err := routes(contract, store, sources{partner.URL, agents.URL(), publicURL})
	if err != nil {
		t.Fatal(err)
	}
	answerTo := func(r *http.Request) (int, map[string]string) {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		body := map[string]string{}
		_ = json.Unmarshal(w.Body.Bytes(), &body)
		return w.Code, body
	}
	send := func(method, path, token string) (int, map[string]string) {
		r := httptest.NewRequestWithContext(t.Context(), method, path, http.NoBody)
		authtest.Authorize(r, token)
		return answerTo(r)
	}
	session := clerktest.SessionToken(issuer, clerktest.Token{UserID: "user_1"})
	status, made := send(http.MethodPost, "/keys", session)
	if status != http.StatusOK || made["key"] == "" {
		t.Fatalf("making a key: %d, %v", status, made)
	}
	for name, c := range map[string]struct {
		method, path, token string
		status              int
		user, kind, code    string
	}{
		"a session":           {"GET", "/orders", session, 200, "user_1", "session", ""},
		"a key":               {"GET", "/orders", made["key"], 200, "user_1", "api_key", ""},
		"an opaque token":     {"GET", "/orders", "oat_good", 200, "partner_1", "access", ""},
		"an inactive token":   {"GET", "/orders", "oat_bad", 401, "", "", "TOKEN_INACTIVE"},
		"a key that is wrong": {"GET", "/orders", made["key"] + "A", 401, "", "", "INVALID_FORMAT"},
		"a key makes a key":   {"POST", "/keys", made["key"], 403, "", "", "FORBIDDEN"},
	} {
		status, body := send(c.method, c.path, c.token)
		if status != c.status || body["userId"] != c.user || body["kind"] != c.kind || body["code"] != c.code {
			t.Errorf("%s: %d, %v", name, status, body)
		}
	}

	claims := authtest.Claims{"sub": "agent_1", "aud": publicURL, "scope": "orders:read"}
	accessToken := authtest.WithHeader("typ", "at+jwt")
	agent := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/orders", http.NoBody)
	signer := agents.AuthorizeDPoP(agent, publicURL, claims, accessToken)
	status, body := answerTo(agent)
	if status != http.StatusOK || body["userId"] != "agent_1" || body["kind"] != "access" {
		t.Errorf("an agent's token: %d, %v", status, body)
	}
	for name, token := range map[string]string{
		"an agent's token without a proof": agents.BoundToken(signer, claims, accessToken),
		"an agent's token without a key":   agents.Token(claims, accessToken),
	} {
		status, body := send(http.MethodGet, "/orders", token)
		if status != http.StatusUnauthorized || body["code"] != "INVALID_PROOF" {
			t.Errorf("%s: %d, %v", name, status, body)
		}
	}
	keyless := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/keys", http.NoBody)
	agents.AuthorizeDPoP(keyless, publicURL, claims, accessToken)
	if status, body = answerTo(keyless); status != http.StatusForbidden {
		t.Errorf("an agent makes a key: %d, %v", status, body)
	}
}
