package dpop_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/dpop"
	"github.com/revstackhq/auth-go/core/dpop/dpoptest"
	"github.com/revstackhq/auth-go/core/guard"
)

// A program without a guard checks proofs itself. It has verified the token, and knows the key that it is bound to.
func ExampleChecker_Check() {
	checker, err := dpop.New(dpop.Config{Algorithms: []string{"ES256"}})
	if err != nil {
		log.Fatal(err)
	}
	client, err := dpop.GenerateSigner()
	if err != nil {
		log.Fatal(err)
	}
	const method, url, token = "POST", "https://api.example.com/orders", "the.access.token"
	proof, err := client.Proof(dpop.Claims{Method: method, URL: url, Token: token})
	if err != nil {
		log.Fatal(err)
	}
	presented := dpop.Presentation{
		Proof:      proof,
		Method:     method,
		URL:        url + "?page=2", // a query is not part of the proof
		Token:      token,
		Thumbprint: client.Thumbprint(), // the token's cnf.jkt
	}
	fmt.Println(checker.Check(context.Background(), presented))
	err = checker.Check(context.Background(), presented)
	var refused *dpop.Error
	fmt.Println(errors.As(err, &refused), refused.Kind)
	fmt.Println(err)
	// Output:
	// <nil>
	// true invalid_dpop_proof
	// dpop: the proof was used before: each request needs a proof with a new jti
}

// New reports every mistake at once.
func ExampleNew() {
	_, err := dpop.New(dpop.Config{Algorithms: []string{"HS256"}, MaxAge: 24 * time.Hour})
	fmt.Println(err)
	// Output:
	// dpop: Algorithms[0] "HS256": is not an asymmetric algorithm that is supported: use ES256, EdDSA or PS256
	// dpop: MaxAge 24h0m0s: must be between 1s and 1h; 0 means 1m
}

// Servers that share a secret accept each other's nonces, and none from before the last period.
func ExampleNewNonces() {
	secret := []byte("thirty-two bytes from a generator") // openssl rand -base64 32
	one, err := dpop.NewNonces(time.Minute, secret)
	if err != nil {
		log.Fatal(err)
	}
	other, err := dpop.NewNonces(time.Minute, secret)
	if err != nil {
		log.Fatal(err)
	}
	now := time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)
	nonce := one.Issue(now)
	for _, later := range []time.Duration{0, time.Minute, 3 * time.Minute} {
		fmt.Println(other.Valid(nonce, now.Add(later)))
	}
	// Output:
	// true
	// true
	// false
}

// A new secret comes first; the old one stays until its nonces have expired.
func ExampleNewNonces_rotation() {
	before := []byte("the first secret of thirty-two bytes")
	after := []byte("the second secret of thirty-two byte")
	old, err := dpop.NewNonces(0, before)
	if err != nil {
		log.Fatal(err)
	}
	rotated, err := dpop.NewNonces(0, after, before)
	if err != nil {
		log.Fatal(err)
	}
	now := time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)
	fmt.Println(rotated.Valid(old.Issue(now), now), old.Valid(rotated.Issue(now), now))
	// Output: true false
}

// A client whose requests are signed, to a service that demands nonces: the transport learns the first one from the
// refusal of its first request, which it repeats.
func ExampleTransport() {
	issuer, err := authtest.StartIssuer(authtest.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = issuer.Close() }()
	nonces, err := dpop.NewNonces(0, []byte("thirty-two bytes from a generator"))
	if err != nil {
		log.Fatal(err)
	}
	requests := 0
	var handler http.Handler
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests++
		handler.ServeHTTP(w, r)
	}))
	defer service.Close()
	contract := issuer.Contract(func(r *core.Rules) { r.Confirmation = "dpop" })
	handler = guard.Middleware(contract, guard.ExternalURL(service.URL), guard.Proofs(dpop.Config{Nonces: nonces}))(
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = fmt.Fprint(w, core.UserID(r.Context())) }))

	signer, err := dpop.GenerateSigner()
	if err != nil {
		log.Fatal(err)
	}
	token := issuer.BoundToken(signer, nil) // from the token endpoint of the issuer
	client := &http.Client{Transport: &dpop.Transport{
		Signer: signer,
		Token:  func(context.Context) (string, error) { return token, nil },
	}}
	for range 2 {
		response, err := client.Get(service.URL + "/orders")
		if err != nil {
			log.Fatal(err)
		}
		_ = response.Body.Close()
		fmt.Println(response.StatusCode, "after", requests, "requests")
	}
	// Output:
	// 200 after 2 requests
	// 200 after 3 requests
}

// A token that was verified elsewhere is checked with its proof by a verifier.
func ExampleChecker_credentials() {
	issuer, err := authtest.StartIssuer(authtest.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = issuer.Close() }()
	verifier, err := core.NewVerifier(issuer.Contract(func(r *core.Rules) { r.Confirmation = "dpop" }))
	if err != nil {
		log.Fatal(err)
	}
	checker, err := dpop.New(dpop.Config{})
	if err != nil {
		log.Fatal(err)
	}
	client, err := dpop.GenerateSigner()
	if err != nil {
		log.Fatal(err)
	}
	credentials := core.Credentials{
		Token:  issuer.BoundToken(client, nil),
		Scheme: "DPoP",
		Proofs: checker,
		Method: "PUBLISH", // a protocol of the program's own
		URL:    "https://queue.example.com/orders",
	}
	if credentials.Proof, err = client.Proof(dpop.Claims{
		Method: credentials.Method,
		URL:    credentials.URL,
		Token:  credentials.Token,
	}); err != nil {
		log.Fatal(err)
	}
	session, err := verifier.Authenticate(context.Background(), credentials)
	fmt.Println(session.UserID(), err)
	// Output: user_1 <nil>
}

// shared is a replay store over something that several services reach: here a map, in a program a database.
type shared struct {
	mu   sync.Mutex
	used map[dpop.Key]time.Time
}

func (s *shared) Use(_ context.Context, key dpop.Key, now, expires time.Time) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if until, found := s.used[key]; found && now.Before(until) {
		if expires.After(until) {
			s.used[key] = expires
		}
		return false, nil
	}
	s.used[key] = expires
	return true, nil
}

// A store of one's own is one method. The suite checks what it promises.
func ExampleStore() {
	store := &shared{used: map[dpop.Key]time.Time{}}
	fmt.Println(dpoptest.CheckStore(context.Background(), store))
	replicas := []dpop.Store{store, store, store, store}
	result, err := dpoptest.Race(context.Background(), replicas, 1000)
	fmt.Println(result.Accepted, "of", result.Uses, "accepted,", result.Twice, "twice,", err)

	_, err = dpop.New(dpop.Config{Store: store, OnFailure: dpop.FailClosed})
	fmt.Println(err)
	// Output:
	// <nil>
	// 1000 of 4000 accepted, 0 twice, <nil>
	// <nil>
}

// A store in memory that is full refuses new proofs: forgetting one would let it be used again.
func ExampleNewMemoryStore() {
	store := dpop.NewMemoryStore(16)
	now := time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)
	for _, key := range []dpop.Key{{0, 1}, {0, 1}, {0, 2}} {
		first, err := store.Use(context.Background(), key, now, now.Add(time.Minute))
		fmt.Println(first, err)
	}
	// Output:
	// true <nil>
	// false <nil>
	// false the replay store is full: raise its number of entries, or shorten MaxAge
}

// A signer is a client's key. Its thumbprint goes into the authorization request, and comes back in the token.
func ExampleSigner() {
	signer, err := dpop.GenerateSigner()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(signer.Algorithm(), len(signer.Thumbprint()))
	proof, err := signer.Proof(dpop.Claims{Method: "POST", URL: "https://login.example.com/token"})
	fmt.Println(len(proof) > 0, err)
	// Output:
	// ES256 43
	// true <nil>
}
