package authtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/netaddr"
	"github.com/revstackhq/auth-go/core/keys"
)

// Issuer is an OpenID provider on loopback, as far as a verifier sees one: a
// discovery document, a key set, and tokens. Its keys are its own: no other
// issuer accepts its tokens, though the names of their keys (kid) are the same.
// It is safe for concurrent use.
type Issuer struct {
	cfg   Config
	base  string // http://127.0.0.1:port
	t     testing.TB
	quit  chan struct{}
	close func() error

	mu     sync.Mutex
	keys   []key // published, the newest of an algorithm last
	serial int   // of the last rotation
	answers
	secure *secureServer // nil until HTTPClient is called
}

// Config says how an [Issuer] runs. The zero value is usable.
type Config struct {
	// Addr is where it listens, "127.0.0.1:0" by default. Only loopback
	// addresses are accepted.
	Addr string
	// IssuerURL is the iss of its tokens and of its discovery document; its own
	// URL by default.
	IssuerURL string
	// Algorithms are those it has a key for, RS256 by default. The first one
	// signs unless a token asks for another.
	Algorithms []string
	// Audience is the aud of its tokens, [Audience] by default.
	Audience string
	// Clock tells the time for iat and exp; the system's by default.
	Clock keys.Clock
	// MaxAge is the Cache-Control of the key set, 5 minutes by default. With a
	// negative one there is no Cache-Control.
	MaxAge time.Duration
	// UUIDKeyIDs names the keys by UUIDs, as a contract with KeyURLTemplate
	// needs it. The issuer serves each of its keys as PEM below every path that
	// ends in the key's kid, whatever its form.
	UUIDKeyIDs bool
}

// Audience is the aud of an issuer's tokens, and what [Issuer.Contract] asks for.
const Audience = "https://api.authtest.invalid"

// Option changes the [Config] of [NewIssuer].
type Option func(*Config)

// WithAlgorithms publishes a key for each of these; the first signs.
func WithAlgorithms(algs ...string) Option { return func(c *Config) { c.Algorithms = algs } }

// WithClock mints tokens by clock. Give the same one to core.WithClock.
func WithClock(clock keys.Clock) Option { return func(c *Config) { c.Clock = clock } }

// WithIssuerURL names another issuer in tokens and discovery than the server's
// own URL. The keys are still served at [Issuer.JWKSURL].
func WithIssuerURL(url string) Option { return func(c *Config) { c.IssuerURL = url } }

// WithMaxAge lets verifiers keep the key set for d, see [Config.MaxAge].
func WithMaxAge(d time.Duration) Option { return func(c *Config) { c.MaxAge = d } }

// WithUUIDKeyIDs names the keys by UUIDs; see [Config].
func WithUUIDKeyIDs() Option { return func(c *Config) { c.UUIDKeyIDs = true } }

// NewIssuer starts an issuer that ends with the test. Its methods fail t where
// the ones of [StartIssuer]'s panic.
func NewIssuer(t testing.TB, opts ...Option) *Issuer {
	t.Helper()
	var cfg Config
	for _, o := range opts {
		o(&cfg)
	}
	i, err := StartIssuer(cfg)
	if err != nil {
		t.Fatal(err)
	}
	i.t = t
	t.Cleanup(func() { _ = i.Close() })
	return i
}

// StartIssuer starts an issuer for a program, such as a demonstration. The
// caller closes it. A mistake in what its methods are given panics.
func StartIssuer(cfg Config) (*Issuer, error) {
	cfg.fillDefaults()
	for _, alg := range cfg.Algorithms {
		if family(alg) == "" {
			return nil, fmt.Errorf("authtest: %q is no algorithm that an issuer publishes keys for", alg)
		}
	}
	if err := checkLoopback(cfg.Addr); err != nil {
		return nil, err
	}
	i := &Issuer{cfg: cfg, t: program{}, quit: make(chan struct{})}
	i.maxAge, i.sites = cfg.MaxAge, map[string]string{}
	published, err := i.newKeys()
	if err != nil {
		return nil, err
	}
	i.keys = published
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", cfg.Addr)
	if err != nil {
		return nil, fmt.Errorf("authtest: the issuer can't listen: %w", err)
	}
	i.base = "http://" + listener.Addr().String()
	if i.cfg.IssuerURL == "" {
		i.cfg.IssuerURL = i.base
	}
	i.close = serve(listener, http.HandlerFunc(i.plain))
	return i, nil
}

func (c *Config) fillDefaults() {
	if c.Addr == "" {
		c.Addr = "127.0.0.1:0"
	}
	if c.Audience == "" {
		c.Audience = Audience
	}
	if c.Clock == nil {
		c.Clock = keys.SystemClock{}
	}
	if c.MaxAge == 0 {
		c.MaxAge = 5 * time.Minute
	}
	c.Algorithms = slices.Clone(c.Algorithms)
	if len(c.Algorithms) == 0 {
		c.Algorithms = []string{"RS256"}
	}
}

// checkLoopback keeps test keys off the network.
func checkLoopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("authtest: the issuer's address: %w", err)
	}
	if !netaddr.Loopback(host) {
		return fmt.Errorf("authtest: the issuer listens on loopback only, not on %q", addr)
	}
	return nil
}

// serve answers on listener until the returned function is called.
func serve(listener net.Listener, handler http.Handler) (stop func() error) {
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second,
		ErrorLog: log.New(io.Discard, "", 0), // clients that give up are what some tests are about
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener) // always http.ErrServerClosed, by stop
	}()
	return func() error {
		err := server.Close()
		<-done
		return err
	}
}

// Close ends the issuer and lets go the requests that [Issuer.Hang] holds. Only
// the first call does anything.
func (i *Issuer) Close() error {
	i.mu.Lock()
	select {
	case <-i.quit:
		i.mu.Unlock()
		return nil
	default:
		close(i.quit)
	}
	secure := i.secure
	i.mu.Unlock()
	err := i.close()
	if secure != nil {
		err = errors.Join(err, secure.close())
	}
	return err
}

// URL returns the iss of the issuer's tokens. Unless [Config.IssuerURL] says
// otherwise it is where the issuer listens.
func (i *Issuer) URL() string { return i.cfg.IssuerURL }

// BaseURL returns where the issuer listens, http://127.0.0.1:port.
func (i *Issuer) BaseURL() string { return i.base }

// JWKSURL returns where the issuer serves its keys.
func (i *Issuer) JWKSURL() string { return i.base + jwksPath }

// Contract returns a contract that accepts the issuer's tokens: its URL, its
// keys' URL, its algorithms and its audience. change alters the rules before
// the contract is made of them.
func (i *Issuer) Contract(change ...func(*core.Rules)) *core.Contract {
	i.t.Helper()
	rules := core.Rules{
		Provider: "authtest", Issuer: i.URL(), JWKSURL: i.JWKSURL(),
		Algorithms: i.cfg.Algorithms, Audiences: []string{i.cfg.Audience},
	}
	for _, f := range change {
		f(&rules)
	}
	contract, err := core.NewContract(rules)
	if err != nil {
		i.fail("authtest: Contract: %v", err)
	}
	return contract
}

// KeyID returns the kid of the key that signs now.
func (i *Issuer) KeyID() string {
	k, _ := i.signingKey(i.cfg.Algorithms[0])
	return k.id
}

// PublicKeyPEM returns the public key that signs now, PEM in PKIX form, for
// contracts with a static key.
func (i *Issuer) PublicKeyPEM() string {
	i.t.Helper()
	k, _ := i.signingKey(i.cfg.Algorithms[0])
	text, err := k.pem()
	if err != nil {
		i.fail("authtest: PublicKeyPEM: %v", err)
	}
	return text
}

// KeyURLTemplate returns where the issuer serves each key as PEM, for
// core.Rules of the same name.
func (i *Issuer) KeyURLTemplate() string { return i.base + pagesPath + "{kid}" }

// KeyPEM returns the published key with that kid, PEM in PKIX form, and false
// if there is none.
func (i *Issuer) KeyPEM(kid string) (string, bool) {
	i.t.Helper()
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, k := range i.keys {
		if k.id == kid {
			text, err := k.pem()
			if err != nil {
				i.fail("authtest: KeyPEM: %v", err)
			}
			return text, true
		}
	}
	return "", false
}

// JWKS returns the key set of the keys that are published now.
func (i *Issuer) JWKS() []byte {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.keySet()
}

func (i *Issuer) keySet() []byte {
	set := struct {
		Keys []jwk `json:"keys"`
	}{[]jwk{}}
	for _, k := range i.keys {
		j, err := k.jwk()
		if err != nil {
			i.fail("authtest: JWKS: %v", err)
		}
		set.Keys = append(set.Keys, j)
	}
	data, err := json.Marshal(set)
	if err != nil {
		i.fail("authtest: JWKS: %v", err)
	}
	return data
}

// RotateKeys makes and publishes a new key for every algorithm and signs with
// it from now on. With keepOld the old keys stay published, as a careful issuer
// does it; without, their tokens are not verifiable any more.
func (i *Issuer) RotateKeys(keepOld bool) {
	i.t.Helper()
	fresh, err := i.newKeys()
	if err != nil {
		i.fail("authtest: RotateKeys: %v", err)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if !keepOld {
		i.keys = nil
	}
	i.keys = append(i.keys, fresh...)
}

// RemoveKey withdraws the key with that kid, as after a leak. It reports
// whether there was one.
func (i *Issuer) RemoveKey(kid string) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	before := len(i.keys)
	i.keys = slices.DeleteFunc(i.keys, func(k key) bool { return k.id == kid })
	return len(i.keys) < before
}

// newKeys makes one key for every algorithm. No other issuer of the process
// has it, nor had this one.
func (i *Issuer) newKeys() ([]key, error) {
	i.mu.Lock()
	i.serial++
	serial := i.serial
	i.mu.Unlock()
	made := make([]key, 0, len(i.cfg.Algorithms))
	for _, alg := range i.cfg.Algorithms {
		private, err := privateKeys.key(family(alg))
		if err != nil {
			return nil, err
		}
		id := "key-" + strconv.Itoa(serial) + "-" + alg
		if i.cfg.UUIDKeyIDs {
			id = uuidOf(id)
		}
		made = append(made, key{id: id, alg: alg, private: private})
	}
	return made, nil
}

// signingKey returns the newest key for alg, and false if none is published.
func (i *Issuer) signingKey(alg string) (key, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, k := range slices.Backward(i.keys) {
		if k.alg == alg {
			return k, true
		}
	}
	// Another algorithm for the same kind of key, as a token that asks for more
	// than the contract allows.
	for _, k := range slices.Backward(i.keys) {
		if family(k.alg) == family(alg) {
			return k, true
		}
	}
	return key{}, false
}

// fail reports a mistake of the caller.
func (i *Issuer) fail(format string, args ...any) {
	i.t.Helper()
	i.t.Fatalf(format, args...)
}

// program stands where a test would: a mistake panics.
type program struct{ testing.TB }

func (program) Helper() {}

func (program) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
