package adaptertest

import (
	"context"
	"fmt"
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
}

const (
	opaquePrefix = "oat_"
	keyPrefix    = "northwind"
)

func newOpaque() *opaque {
	return &opaque{server: httptest.NewServer(http.HandlerFunc(answerIntrospection)), keys: &apikey.Memory{}}
}

func (o *opaque) close() { o.server.Close() }

// answerIntrospection answers as RFC 7662 §2.2 says. The token names its answer.
func answerIntrospection(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	audience := partner
	switch token := r.FormValue("token"); token {
	case "oat_partner":
	case "oat_other":
		audience = "https://other.example"
	case "oat_broken": // a status that is not about the server, so that one row does not change another
		w.WriteHeader(http.StatusBadRequest)
		return
	default:
		_, _ = w.Write([]byte(`{"active":false}`))
		return
	}
	_, _ = fmt.Fprintf(w,
		`{"active":true,"sub":"partner_2","aud":%q,"client_id":"client_2","scope":"invoices:read","exp":%d}`,
		audience, time.Now().Add(time.Hour).Unix())
}

// source returns an authenticator for sessions, opaque tokens and API keys.
func (o *opaque) source(s *Stage, sessions core.Authenticator) (core.Authenticator, error) {
	client, err := introspect.New(introspect.Config{
		Server:   introspect.Server{URL: o.server.URL},
		Rules:    core.Rules{Provider: "partner", Issuer: partner, Audiences: core.Strings{partner}},
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
