package clientauth_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/clientauth"
)

const endpoint = "https://id.northwind.example/token"

func key[K any](k K, err error) K {
	if err != nil {
		panic(err)
	}
	return k
}

// kms is a key that is not in this process.
type kms struct{ crypto.Signer }

// TestAssertionsAreVerifiedByAnotherLibrary checks each algorithm with golang-jwt.
func TestAssertionsAreVerifiedByAnotherLibrary(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	rsaKey := key(rsa.GenerateKey(rand.Reader, 2048))
	_, ed := key2(ed25519.GenerateKey(rand.Reader))
	for name, c := range map[string]clientauth.Key{
		"RS256":       {Signer: rsaKey},
		"PS256":       {Signer: rsaKey, Algorithm: "PS256"},
		"ES256":       {Signer: key(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)), ID: "k1"},
		"ES384":       {Signer: key(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))},
		"ES512":       {Signer: key(ecdsa.GenerateKey(elliptic.P521(), rand.Reader))},
		"EdDSA":       {Signer: ed},
		"RS256 (KMS)": {Signer: kms{rsaKey}, Audience: "https://id.northwind.example"},
	} {
		t.Run(name, func(t *testing.T) {
			m := clientauth.PrivateKey("orders", c)
			ids := map[string]bool{}
			for range 20 { // an ECDSA signature has numbers of different lengths
				form := url.Values{}
				if err := m.Apply(http.Header{}, form, endpoint, now); err != nil {
					t.Fatal(err)
				}
				if form.Get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" ||
					form.Get("client_id") != "orders" || form.Has("client_secret") {
					t.Fatalf("form: %v", form)
				}
				audience := endpoint
				if c.Audience != "" {
					audience = c.Audience
				}
				var claims jwt.RegisteredClaims
				parsed, err := jwt.ParseWithClaims(form.Get("client_assertion"), &claims,
					func(*jwt.Token) (any, error) { return c.Signer.Public(), nil },
					jwt.WithValidMethods([]string{name[:5]}), jwt.WithIssuer("orders"), jwt.WithSubject("orders"),
					jwt.WithAudience(audience), jwt.WithExpirationRequired(), jwt.WithTimeFunc(func() time.Time { return now }))
				if err != nil {
					t.Fatal(err)
				}
				if kid, _ := parsed.Header["kid"].(string); kid != c.ID {
					t.Errorf("kid %q", kid)
				}
				if claims.ExpiresAt.Sub(now) != time.Minute || claims.ID == "" || ids[claims.ID] {
					t.Errorf("claims: %+v", claims)
				}
				ids[claims.ID] = true
			}
		})
	}
}

func key2[A, B any](a A, b B, err error) (A, B) {
	if err != nil {
		panic(err)
	}
	return a, b
}

// brokenKey returns what is not a signature.
type brokenKey struct {
	crypto.Signer

	signature []byte
	err       error
}

func (k brokenKey) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return k.signature, k.err
}

func TestKeysThatFail(t *testing.T) {
	good := key(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	for name, k := range map[string]brokenKey{
		"an error":  {Signer: good, err: errors.New("the KMS is down")},
		"not ASN.1": {Signer: good, signature: make([]byte, 64)},
		"a large one": {Signer: good, signature: append([]byte{0x30, 0x26, 0x02, 0x21, 0x01}, append(make([]byte, 32),
			0x02, 0x01, 0x01)...)},
		"negative":     {Signer: good, signature: []byte{0x30, 0x06, 0x02, 0x01, 0xff, 0x02, 0x01, 0x01}},
		"text after":   {Signer: good, signature: []byte{0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01, 0x00}},
		"no signature": {Signer: good},
	} {
		if err := clientauth.PrivateKey("orders", clientauth.Key{Signer: k}).Apply(http.Header{}, url.Values{}, endpoint,
			time.Now()); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestSecrets(t *testing.T) {
	const id, secret = "orders api:1", "s3cret/+ %"
	header, form := http.Header{}, url.Values{}
	if err := clientauth.Basic(id, core.NewSecret(secret)).Apply(header, form, endpoint, time.Now()); err != nil ||
		len(form) > 0 {
		t.Fatal(err, form)
	}
	r := http.Request{Header: header}
	gotID, gotSecret, _ := r.BasicAuth()
	unescapedID, _ := url.QueryUnescape(gotID)
	unescapedSecret, _ := url.QueryUnescape(gotSecret)
	if unescapedID != id || unescapedSecret != secret || strings.Contains(gotID, ":") {
		t.Errorf("Basic: %q, %q", gotID, gotSecret)
	}
	header, form = http.Header{}, url.Values{}
	if err := clientauth.Post(id, core.NewSecret(secret)).Apply(header, form, endpoint, time.Now()); err != nil ||
		form.Get("client_id") != id || form.Get("client_secret") != secret || len(header) > 0 {
		t.Errorf("Post: %v, %v, %v", form, header, err)
	}
	if err := clientauth.Post(id, core.NewSecret(secret)).Apply(header, nil, endpoint, time.Now()); err == nil {
		t.Error("Post without a form: no error")
	}
	if err := (clientauth.Method{}).Apply(header, nil, endpoint, time.Now()); err != nil || len(header) > 0 {
		t.Errorf("the zero Method: %v, %v", header, err)
	}
}

func TestMistakes(t *testing.T) {
	weak := key(rsa.GenerateKey(rand.Reader, 1024))
	for name, m := range map[string]clientauth.Method{
		"no id":          clientauth.Basic("", core.NewSecret("s")),
		"no secret":      clientauth.Post("id", core.Secret{}),
		"a newline":      clientauth.Basic("id", core.NewSecret("s\n")),
		"bearer newline": clientauth.Bearer(core.NewSecret("s\n")),
		"bearer empty":   clientauth.Bearer(core.Secret{}),
		"no key":         clientauth.PrivateKey("id", clientauth.Key{}),
		"a short key":    clientauth.PrivateKey("id", clientauth.Key{Signer: weak}),
		"P-224": clientauth.PrivateKey("id", clientauth.Key{Signer: key(ecdsa.GenerateKey(elliptic.P224(),
			rand.Reader))}),
		"wrong algorithm": clientauth.PrivateKey("id", clientauth.Key{Signer: key(ecdsa.GenerateKey(elliptic.P256(),
			rand.Reader)), Algorithm: "RS256"}),
	} {
		if m.Validate() == nil || m.Apply(http.Header{}, url.Values{}, endpoint, time.Now()) == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

func TestNoSecretIsPrinted(t *testing.T) {
	const secret = "swordfish"
	for _, m := range []clientauth.Method{
		clientauth.Basic("orders", core.NewSecret(secret)), clientauth.Bearer(core.NewSecret(secret)),
		clientauth.PrivateKey("orders", clientauth.Key{Signer: key(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))}),
	} {
		data, err := json.Marshal(map[string]any{"method": m})
		if err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprintf("%v %+v %#v %s %q %d %s", m, m, m, m, struct{ M clientauth.Method }{m}, m, data)
		if strings.Contains(text, secret) || strings.Contains(text, "Signer") || strings.Contains(text, "curve") {
			t.Errorf("printed: %s", text)
		}
	}
}

func ExampleBasic() {
	method := clientauth.Basic("orders-api", core.NewSecret("from the environment"))
	fmt.Println(method)
	// Output: client_secret_basic as orders-api
}
