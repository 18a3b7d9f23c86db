package jwks_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/internal/jwks"
	"github.com/revstackhq/auth-go/core/keys"
)

func block(kind string, der []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func pkix(pub any) []byte {
	der, err := x509.MarshalPKIXPublicKey(pub)
	return block("PUBLIC KEY", der, err)
}

func TestFromPEM(t *testing.T) {
	ecdsaKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	edKey, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &ecdsaKey.PublicKey, ecdsaKey)
	certificate := block("CERTIFICATE", cert, err)
	pkcs1 := block("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&sharedRSA().PublicKey), nil)
	private, err := x509.MarshalPKCS8PrivateKey(ecdsaKey)
	privateKey := block("PRIVATE KEY", private, err)
	both := slices.Concat([]byte("a comment\n"), pkix(&ecdsaKey.PublicKey), pkcs1)
	var five []byte
	for range 5 {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		five = append(five, pkix(&key.PublicKey)...)
	}

	for name, c := range map[string]struct {
		data     []byte
		kid, alg string
		keys     int
		says     string
	}{
		"PKIX EC":                {data: pkix(&ecdsaKey.PublicKey), keys: 1},
		"PKIX Ed25519":           {data: pkix(edKey), alg: "EdDSA", keys: 1},
		"PKCS1":                  {data: pkcs1, alg: "RS256", kid: "k", keys: 1},
		"certificate":            {data: certificate, keys: 1},
		"two":                    {data: both, keys: 2},
		"one kid, two families":  {data: both, kid: "k", keys: 2},
		"one kid, one algorithm": {data: slices.Concat(pkix(&ecdsaKey.PublicKey), five), kid: "k", says: "duplicate kid"},
		"five without kid":       {data: five, says: "more than 4"},
		"private":                {data: slices.Concat(pkix(&ecdsaKey.PublicKey), privateKey), says: "private key"},
		"legacy private":         {data: block("RSA PRIVATE KEY", []byte("x"), nil), says: "private key"},
		"weak":                   {data: pkix(&weak.PublicKey), says: "2048"},
		"wrong alg":              {data: pkcs1, alg: "ES256", says: "ES256"},
		"HS alg":                 {data: pkcs1, alg: "HS256", says: "HS256"},
		"garbage inside":         {data: block("PUBLIC KEY", []byte("x"), nil), says: "unreadable"},
		"garbage PKCS1":          {data: block("RSA PUBLIC KEY", []byte("x"), nil), says: "unreadable"},
		"garbage certificate":    {data: block("CERTIFICATE", []byte("x"), nil), says: "unreadable"},
		"other block":            {data: block("DH PARAMETERS", []byte("x"), nil), says: "DH PARAMETERS"},
		"no block":               {data: []byte(`-----BEGIN PUBLIC KEY-----\nMFkw`), says: "line breaks"},
		"kid too long":           {data: pkcs1, kid: strings.Repeat("k", 257), says: "256"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := jwks.FromPEM(c.data, c.kid, c.alg)
			if c.says != "" {
				if err == nil || !strings.Contains(err.Error(), c.says) {
					t.Fatalf("err = %v, want it to say %q", err, c.says)
				}
				if strings.Contains(err.Error(), string(private[:16])) || strings.Contains(err.Error(), b64(private)[:16]) {
					t.Fatal("the error echoes the private key")
				}
				return
			}
			if err != nil || len(s.Keys()) != c.keys {
				t.Fatalf("%v, %v; want %d keys", s, err, c.keys)
			}
		})
	}
}

func TestStatic(t *testing.T) {
	bare, err := jwks.FromPEM(pkix(&sharedRSA().PublicKey), "", "RS256")
	if err != nil {
		t.Fatal(err)
	}
	named, err := jwks.FromPEM(pkix(&sharedRSA().PublicKey), "k", "")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		set    *jwks.Set
		kid    string
		hasKid bool
		alg    string
		want   int
	}{
		"a PEM key without kid serves any kid": {bare, "whatever", true, "RS256", 1},
		"and none":                             {bare, "", false, "RS256", 1},
		"but only its alg":                     {bare, "whatever", true, "PS256", 0},
		"a kid is exact":                       {named, "k", true, "PS256", 1},
		"another is unknown":                   {named, "x", true, "RS256", 0},
		"nil set":                              {nil, "k", true, "RS256", 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := jwks.NewStatic(c.set)
			got, err := s.Lookup(context.Background(), c.kid, c.hasKid, c.alg)
			if len(got) != c.want {
				t.Fatalf("%d keys, %v; want %d", len(got), err, c.want)
			}
			if c.want == 0 {
				unknown(t, err, false)
			}
			if err := s.Ready(context.Background()); c.set != nil && err != nil {
				t.Errorf("Ready = %v", err)
			}
			if h := s.Health(); h.State != keys.StateStatic || !h.FetchedAt.IsZero() || h.Fetches != 0 {
				t.Errorf("health = %+v", h)
			}
			if len(got) == 0 {
				return
			}
			if more, err := s.Relearn(context.Background(), c.alg, got); len(more) != 0 || err != nil {
				t.Errorf("Relearn = %v, %v", more, err)
			}
		})
	}
}
