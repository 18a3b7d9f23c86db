package rpctest_test

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/dpop"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/internal/rpctest"
)

// rpcURL is the URL of the endpoints that the guard is given.
const rpcURL = "https://rpc.example.com"

// TestNonces: a call whose proof has no nonce of the server is refused with one, in the metadata dpop-nonce, and
// accepted with it. The answer has the nonce for the next call.
func TestNonces(t *testing.T) {
	nonces, err := dpop.NewNonces(0, []byte(rand.Text()+rand.Text()))
	if err != nil {
		t.Fatal(err)
	}
	issuer := authtest.NewIssuer(t)
	g := guard.Must("rpctest", issuer.Contract(func(r *core.Rules) { r.Confirmation = "dpop" }),
		guard.ExternalURL(rpcURL), guard.Proofs(dpop.Config{Nonces: nonces}))
	endpoints, _ := startEndpoints(t, g)
	signer, err := dpop.GenerateSigner()
	if err != nil {
		t.Fatal(err)
	}
	token := issuer.BoundToken(signer, nil)
	for _, e := range endpoints {
		for _, procedure := range procedures {
			method := "POST"
			if strings.Contains(e.name, "GET") && procedure == rpctest.Unary {
				method = "GET"
			}
			call := func(nonce string) outcome {
				claims := dpop.Claims{Method: method, URL: rpcURL + procedure, Token: token, Nonce: nonce}
				proof, err := signer.Proof(claims)
				if err != nil {
					t.Fatal(err)
				}
				return e.call(t.Context(), procedure, []string{"authorization", "DPoP " + token, "dpop", proof}, "hello")
			}
			o := call("")
			nonce := o.metadata.Get("Dpop-Nonce")
			challenge := o.metadata.Get("Www-Authenticate")
			if o.reason() != string(core.CodeInvalidProof) || nonce == "" || !strings.Contains(challenge, "use_dpop_nonce") {
				t.Errorf("%s, %s: without a nonce: nonce %q, challenge %q, %s", e.name, procedure, nonce, challenge, o)
				continue
			}
			o = call(nonce)
			if o.code != 0 {
				t.Errorf("%s, %s: with the nonce: %s", e.name, procedure, o)
			}
			if procedure == rpctest.Unary && o.metadata.Get("Dpop-Nonce") == "" {
				t.Errorf("%s: the answer has no nonce for the next call: %v", e.name, o.metadata)
			}
		}
	}
}

// TestCertificateBound: a token that is bound to a certificate needs the connection that has it.
func TestCertificateBound(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	g := guard.Must("rpctest", issuer.Contract(func(r *core.Rules) { r.Confirmation = "mtls" }))
	endpoints, _ := startEndpoints(t, g)
	peer := newCertificate(t).pair.Certificate[0] // httptest has one for all servers
	for name, certificate := range map[string][]byte{"the client's": peer, "another": []byte("another")} {
		sum := sha256.Sum256(certificate)
		token := issuer.Token(authtest.Claims{
			"cnf": map[string]string{"x5t#S256": base64.RawURLEncoding.EncodeToString(sum[:])},
		})
		for _, e := range endpoints {
			want := ""
			if name != "the client's" || !strings.HasSuffix(e.name, "TLS") {
				want = string(core.CodeInvalidProof)
			}
			for _, procedure := range procedures {
				o := e.call(t.Context(), procedure, bearer(token), "hello")
				if o.reason() != want || (o.code == 0) != (want == "") {
					t.Errorf("%s, %s, %s certificate: want %q, got %s", e.name, procedure, name, want, o)
				}
			}
		}
	}
}
