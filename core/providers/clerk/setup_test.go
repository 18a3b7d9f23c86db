package clerk_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"maps"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/clerk"
)

// The samples of shared facts: one instance, invented.
const (
	issuer = "https://clerk.northwind.example"
	userID = "user_2sB3zPq6JrT1vXwN9KdLm8YhCeF"
	orgID  = "org_2sB4hQm9TzKx7LrVd1YwNc3FpJu"
	minted = 1787300000
)

type object = map[string]any

func session2() token {
	return token{
		header: object{"alg": "RS256", "cat": "cl_B7d4PD111AAA", "kid": "ins_2rQ8vKpXc1nYw5TzLh0JdMfEaBs", "typ": "JWT"},
		claims: object{
			"azp": "https://app.northwind.example",
			"exp": minted + 60,
			"fea": "o:invoices,o:reports",
			"fva": []int{4, -1},
			"iat": minted,
			"iss": issuer,
			"jti": "8f1c2d7be04a96513c22",
			"nbf": minted - 10,
			"pla": "o:pro",
			"sid": "sess_2t7GkW0aVbR5nXyE8MzQhCuD4sL",
			"o":   object{"fpm": "7,1", "id": orgID, "per": "read,create,delete", "rol": "admin", "slg": "northwind"},
			"sts": "active", "sub": userID, "v": 2,
		},
	}
}

func session1() token {
	return token{
		header: object{"alg": "RS256", "kid": "ins_2rQ8vKpXc1nYw5TzLh0JdMfEaBs", "typ": "JWT"},
		claims: object{
			"azp":    "https://app.northwind.example",
			"exp":    minted + 60,
			"fva":    []int{12, 3},
			"iat":    minted,
			"iss":    issuer,
			"nbf":    minted - 10,
			"org_id": orgID, "org_permissions": []string{"org:invoices:read", "org:invoices:create"}, "org_role": "org:billing",
			"org_slug": "northwind", "sid": "sess_2t7GkW0aVbR5nXyE8MzQhCuD4sL", "sub": userID,
		},
	}
}

func machine() token {
	return token{
		header: object{"alg": "RS256", "cat": "cl_B7d4PD333AAA", "kid": "ins_2rQ8vKpXc1nYw5TzLh0JdMfEaBs", "typ": "JWT"},
		claims: object{
			"aud": []string{"mch_2uFh5NqWvC8xZrT3KpYd0LmSgJb"}, "exp": minted + 3600, "iat": minted, "iss": issuer,
			"jti": "mt_2uG1aXsQ7LzVw4RkHn9TcBd6EyM", "nbf": minted - 10, "scopes": "mch_2uFh5NqWvC8xZrT3KpYd0LmSgJb",
			"sub": "mch_2uFg9RkDs6MnXv2QjTw8BzLhCyE",
		},
	}
}

func oauth() token {
	return token{
		header: object{"alg": "RS256", "kid": "ins_2rQ8vKpXc1nYw5TzLh0JdMfEaBs", "typ": "at+jwt"},
		claims: object{
			"client_id": "k3v9QxTn2LmZ8RdY",
			"exp":       minted + 86400,
			"iat":       minted,
			"iss":       issuer,
			"jti":       "oat_2vA7bYtR3MwXz5SlJo0UdCe8FzN",
			"nbf":       minted - 10, "org_id": orgID, "scope": "openid profile user:org:read", "sub": userID,
		},
	}
}

func template() token {
	return token{
		header: object{"alg": "RS256", "cat": "cl_B7d4PD222AAA", "kid": "ins_2rQ8vKpXc1nYw5TzLh0JdMfEaBs", "typ": "JWT"},
		claims: object{
			"azp": "https://app.northwind.example",
			"exp": minted + 60,
			"iat": minted,
			"iss": issuer,
			"jti": "1b",
			"nbf": minted - 10,
			"sub": userID, "plan": "pro",
		},
	}
}

type token struct{ header, claims object }

// with returns the token with changed claims, nil takes one away.
func (t token) with(changes object) token { return token{t.header, changed(t.claims, changes)} }

// headed returns the token with changed header parameters.
func (t token) headed(changes object) token { return token{changed(t.header, changes), t.claims} }

func changed(o, changes object) object {
	o = maps.Clone(o)
	maps.Copy(o, changes)
	maps.DeleteFunc(o, func(_ string, v any) bool { return v == nil })
	return o
}

var instanceKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func (t token) signed(tb testing.TB) string {
	tb.Helper()
	header, err := json.Marshal(t.header)
	claims, err2 := json.Marshal(t.claims)
	if err := errors.Join(err, err2); err != nil {
		tb.Fatal(err)
	}
	input := base64.RawURLEncoding.EncodeToString(header) + "." + base64.RawURLEncoding.EncodeToString(claims)
	digest := sha256.Sum256([]byte(input))
	signature, err := rsa.SignPKCS1v15(nil, instanceKey(), crypto.SHA256, digest[:])
	if err != nil {
		tb.Fatal(err)
	}
	return input + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func publicKeyPEM(tb testing.TB) string {
	tb.Helper()
	der, err := x509.MarshalPKIXPublicKey(&instanceKey().PublicKey)
	if err != nil {
		tb.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) set(seconds int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = time.Unix(seconds, 0)
}

// noNetwork fails the test that uses it.
type noNetwork struct{ testing.TB }

func (n noNetwork) RoundTrip(r *http.Request) (*http.Response, error) {
	n.Errorf("a request to %s: with JWTKey no network is used", r.URL)
	return nil, errors.New("no network")
}

// verifier checks tokens against cfg, ten seconds after they were minted; the
// sample instance and its key are filled in.
func verifier(tb testing.TB, cfg clerk.Config) (*core.Verifier, *clock) {
	tb.Helper()
	if cfg.IssuerURL == "" {
		cfg.IssuerURL = issuer
	}
	cfg.JWTKey = publicKeyPEM(tb)
	contract, err := clerk.NewContract(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	now := &clock{at: time.Unix(minted+10, 0)}
	v, err := core.NewVerifier(
		contract,
		core.WithClock(now),
		core.WithHTTPClient(&http.Client{Transport: noNetwork{tb}}),
		quiet(),
	)
	if err != nil {
		tb.Fatal(err)
	}
	return v, now
}

func verified(tb testing.TB, cfg clerk.Config, t token) *core.Session {
	tb.Helper()
	v, _ := verifier(tb, cfg)
	s, err := v.Verify(tb.Context(), t.signed(tb))
	if err != nil {
		tb.Fatal(err)
	}
	return s
}
