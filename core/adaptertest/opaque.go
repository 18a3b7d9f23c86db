package adaptertest

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/apikey"
	"github.com/revstackhq/auth-go/core/introspect"
)

// opaque has what modes with opaque tokens need: a server that introspects them, and API keys.
type opaque struct {
	server *httptest.Server
	keys   *apikey.Memory
	bound  *bindings
}

const (
	opaquePrefix = "oat_"
	keyPrefix    = "northwind"
)

func newOpaque(bound *bindings) *opaque {
	o := &opaque{keys: &apikey.Memory{}, bound: bound}
	o.server = httptest.NewServer(http.HandlerFunc(o.answer))
	return o
}

func (o *opaque) close() {
	if o != nil {
		o.server.Close()
	}
}

// answer answers as RFC 7662 §2.2 says. The token names its answer.
func (o *opaque) answer(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	audience, cnf := partner, map[string]string(nil)
	switch token := r.FormValue("token"); token {
	case "oat_partner":
	case "oat_key", "oat_certificate":
		cnf = o.bound.confirmation("bound to a " + token[len(opaquePrefix):])
	case "oat_other":
		audience = "https://other.example"
	case "oat_broken": // a status that is not about the server, so that one row does not change another
		w.WriteHeader(http.StatusBadRequest)
		return
	default:
		_, _ = w.Write([]byte(`{"active":false}`))
		return
	}
	answer := map[string]any{
		"active": true, "sub": "partner_2", "aud": audience, "client_id": "client_2", "scope": "invoices:read",
		"exp": time.Now().Add(time.Hour).Unix(),
	}
	if cnf != nil {
		answer["cnf"] = cnf
	}
	_ = json.NewEncoder(w).Encode(answer)
}

// source returns an authenticator for sessions, opaque tokens and API keys. confirmation says which bound tokens it
// accepts.
func (o *opaque) source(s *Stage, sessions core.Authenticator, confirmation string) (core.Authenticator, error) {
	client, err := introspect.New(introspect.Config{
		Server: introspect.Server{URL: o.server.URL},
		Rules: core.Rules{
			Provider: "partner", Issuer: partner, Audiences: core.Strings{partner}, Confirmation: confirmation,
		},
		Prefixes: []string{opaquePrefix},
		Logger:   s.logger,
	})
	if err != nil {
		return nil, err
	}
	ring, err := o.ring(s)
	if err != nil {
		return nil, err
	}
	return core.FirstOf(sessions, client, ring), nil
}

func (o *opaque) ring(s *Stage) (*apikey.Keyring, error) {
	return apikey.New(apikey.Config{Prefix: keyPrefix, Store: o.keys, Logger: s.logger})
}

// mint returns an opaque token or an API key, ok is false if the name is not one.
func (o *opaque) mint(s *Stage, name string) (token string, ok bool, err error) {
	if strings.HasPrefix(name, opaquePrefix) {
		return name, true, nil
	}
	kind, ok := strings.CutPrefix(name, "key")
	if !ok {
		return "", false, nil
	}
	ring, err := o.ring(s)
	if err != nil {
		return "", true, err
	}
	spec := apikey.Spec{Owner: "user_key", Scopes: []string{"invoices:read", "invoices:write"}}
	at := time.Now()
	switch kind {
	case " without scopes":
		spec.Scopes = nil
	case " expired":
		spec.Lifetime, at = time.Second, at.Add(-time.Hour)
	}
	key, secret, err := apikey.NewKey(keyPrefix, spec, at)
	if err != nil || kind == " unknown" {
		return secret.Reveal(), true, err
	}
	ctx := context.Background()
	if err := o.keys.Insert(ctx, key); err != nil {
		return "", true, err
	}
	token = secret.Reveal()
	switch kind {
	case " revoked":
		err = ring.Revoke(ctx, key.ID)
	case " cut off":
		token = token[:len(token)-1]
	}
	return token, true, err
}
