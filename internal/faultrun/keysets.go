package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/keys"
)

func oneUnreadable(ctx context.Context, st *stage) (faults []string) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(st.issuer.JWKS(), &set); err != nil || len(set.Keys) != 1 {
		return []string{fmt.Sprintf("the issuer's own set: %v", err)}
	}
	own := set.Keys[0]
	for i := range 48 {
		var k map[string]any
		if err := json.Unmarshal(own, &k); err != nil {
			return []string{err.Error()}
		}
		k["kid"] = fmt.Sprintf("spare-%d", i)
		one, err := json.Marshal(k)
		if err != nil {
			return []string{err.Error()}
		}
		set.Keys = append(set.Keys, one)
	}
	set.Keys = append(set.Keys, json.RawMessage(`{"kty":"quantum","kid":"q"}`))
	body, err := json.Marshal(set)
	if err != nil {
		return []string{err.Error()}
	}
	st.issuer.SetJWKS(body)
	v := st.verifier()
	st.good(ctx, v, st.issuer.Token(nil))
	if h := v.KeyHealth()[0]; len(h.Keys) != 49 || len(h.Skipped) != 1 || !strings.Contains(h.Skipped[0].Reason, "kty") {
		faults = append(faults, fmt.Sprintf("%d keys, skipped %+v", len(h.Keys), h.Skipped))
	}
	return faults
}

func badSets(ctx context.Context, st *stage) (faults []string) {
	elsewhere := httptest.NewServer(
		http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(st.issuer.JWKS()) }),
	)
	defer elsewhere.Close()
	var answer atomic.Pointer[http.HandlerFunc]
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*answer.Load())(w, r) }))
	defer front.Close()
	body := func(s string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(s)) }
	}
	redirect := func(to string) http.HandlerFunc { return http.RedirectHandler(to, http.StatusFound).ServeHTTP }

	good := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "max-age=60")
		_, _ = w.Write(st.issuer.JWKS())
	})
	answer.Store(&good)
	v, err := core.NewVerifier(
		st.issuer.Contract(func(r *core.Rules) { r.JWKSURL = front.URL + "/keys" }),
		core.WithClock(st.clock),
		core.WithKeyPolicy(keys.Policy{FetchTimeout: time.Minute}),
	) // long enough that a busy machine does not cause a timeout
	if err != nil {
		return []string{err.Error()}
	}
	token := st.issuer.Token(nil, authtest.ExpiresIn(time.Hour))
	st.good(ctx, v, token)
	bomb()
	for i, bad := range []struct {
		name, want string
		answer     http.HandlerFunc
	}{
		{"10 MB", "too_large", body(`{"keys":[` + strings.Repeat(" ", 10<<20) + `]}`)},
		{"100,000 keys", "too_large", body(`{"keys":[` + strings.Repeat(`{"kty":"RSA"},`, 99_999) + `{"kty":"RSA"}]}`)},
		{"2,000 keys", "too_many_keys", body(`{"keys":[` + strings.Repeat(`{"kty":"RSA"},`, 1_999) + `{"kty":"RSA"}]}`)},
		{"gzip bomb", "too_large", gzipBomb},
		{"HTML with 200", "not_json", body("<!doctype html><title>Sign in</title>")},
		{"no usable key", "no_usable_keys", body(`{"keys":[]}`)},
		{"no key set", "malformed_set", body(`{"keys":7}`)},
		{"redirect to another host", "redirect", redirect(elsewhere.URL)},
		{"redirect to a private address", "redirect", redirect("https://10.0.0.1/keys")}, // never dialed
		{
			"status 500",
			"status",
			func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		},
	} {
		answer.Store(&bad.answer)
		st.clock.Advance(2 * time.Minute)
		st.good(ctx, v, token)
		// After the first failure no request waits for the next fetch. The clock must not move while the fetch runs.
		if !eventually(time.Minute, func() bool { return v.KeyHealth()[0].Failures > uint64(i) }) {
			return append(faults, bad.name+": the fetch did not end")
		}
		if kind := v.KeyHealth()[0].LastErrorKind; kind != bad.want {
			faults = append(faults, bad.name+": "+kind)
		}
	}
	return faults
}

// bomb is 16 MB of spaces, compressed to 16 KB before any fetch is timed.
var bomb = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	block := bytes.Repeat([]byte(" "), 1<<20)
	_, _ = z.Write([]byte(`{"keys":[`)) // a bytes.Buffer never fails
	for range 16 {
		_, _ = z.Write(block)
	}
	_ = z.Close()
	return b.Bytes()
})

func gzipBomb(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Encoding", "gzip")
	_, _ = w.Write(bomb())
}
