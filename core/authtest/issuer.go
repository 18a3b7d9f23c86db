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

// Issuer has the parts of an OpenID provider that a verifier needs, on loopback: a
// discovery document, a key set and tokens. Two issuers never share a key, although
// their keys have the same ids (kid). It is safe for concurrent use.
type Issuer struct {
	cfg   Config
	base  string // http://127.0.0.1:port
	t     testing.TB
	quit  chan struct{}
	close func() error

	mu     sync.Mutex
	keys   []key // published, the newest of an algorithm last
	serial int   // number of the last rotation
	answers
	secure *secureServer // nil until HTTPClient is called
}

// Config configures an [Issuer]. The zero value is usable.
type Config struct {
	// Addr is the address to listen on, "127.0.0.1:0" by default. Only loopback
	// addresses are accepted.
	Addr string
	// IssuerURL is the iss of its tokens and of its discovery document; its own
	// URL by default.
	IssuerURL string
	// Algorithms are the algorithms for which it has a key, RS256 by default. The
	// first one signs tokens, unless a token option names another.
	Algorithms []string
	// Audience is the aud of its tokens, [Audience] by default.
	Audience string
	// Clock is the clock for iat and exp; the system's by default.
	Clock keys.Clock
	// MaxAge is the max-age of the key set, 5 minutes by default. If it is
	// negative, the key set has no Cache-Control.
	MaxAge time.Duration
	// UUIDKeyIDs makes the key ids UUIDs, which a contract with KeyURLTemplate
	// needs. In any case the issuer serves each key as PEM at every path that
	// ends in the key's kid.
	UUIDKeyIDs bool
}

// Audience is the aud of an issuer's tokens, and the audience of [Issuer.Contract].
const Audience = "https://api.authtest.invalid"

// Option changes the [Config] of [NewIssuer].
type Option func(*Config)

// WithAlgorithms publishes a key for each algorithm; the first one signs tokens.
func WithAlgorithms(algs ...string) Option { return func(c *Config) { c.Algorithms = algs } }

// WithClock uses clock for the dates of tokens. Pass the same clock to
// core.WithClock.
func WithClock(clock keys.Clock) Option { return func(c *Config) { c.Clock = clock } }

// WithIssuerURL sets the issuer in tokens and discovery, instead of the server's
// own URL. The keys are still served at [Issuer.JWKSURL].
func WithIssuerURL(url string) Option { return func(c *Config) { c.IssuerURL = url } }

// WithMaxAge lets verifiers keep the key set for d, see [Config.MaxAge].
func WithMaxAge(d time.Duration) Option { return func(c *Config) { c.MaxAge = d } }

// WithUUIDKeyIDs makes the key ids UUIDs; see [Config].
func WithUUIDKeyIDs() Option { return func(c *Config) { c.UUIDKeyIDs = true } }

// NewIssuer starts an issuer that is closed when the test ends. Its methods call
// t.Fatal where those of an issuer of [StartIssuer] panic.
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

// StartIssuer starts an issuer for a program, such as a demonstration. The caller
// must close it. Its methods panic on invalid arguments.
func StartIssuer(cfg Config) (*Issuer, error) {
	cfg.fillDefaults()
	for _, alg := range cfg.Algorithms {
		if family(alg) == "" {
			return nil, fmt.Errorf("authtest: %q is not an algorithm for which an issuer publishes keys", alg)
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

// serve handles requests of listener until the returned function is called.
func serve(listener net.Listener, handler http.Handler) (stop func() error) {
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second,
		ErrorLog: log.New(io.Discard, "", 0), // some tests cancel requests on purpose
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener) // always http.ErrServerClosed, because of stop
	}()
	return func() error {
		err := server.Close()
		<-done
		return err
	}
}

// Close stops the issuer and ends the requests that [Issuer.Hang] holds. Further
// calls have no effect.
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

// URL returns the iss of the issuer's tokens: [Config.IssuerURL], or else
// [Issuer.BaseURL].
func (i *Issuer) URL() string { return i.cfg.IssuerURL }

// BaseURL returns the URL at which the issuer listens, http://127.0.0.1:port.
func (i *Issuer) BaseURL() string { return i.base }

// JWKSURL returns the URL at which the issuer serves its keys.
func (i *Issuer) JWKSURL() string { return i.base + jwksPath }

// Contract returns a contract that accepts the issuer's tokens, by its URL, key
// set, algorithms and audience. The functions in change can change the rules
// first.
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

// KeyID returns the kid of the current signing key.
func (i *Issuer) KeyID() string {
	k, _ := i.signingKey(i.cfg.Algorithms[0])
	return k.id
}

// PublicKeyPEM returns the public key of the current signing key, as PEM in PKIX
// form, for contracts with a static key.
func (i *Issuer) PublicKeyPEM() string {
	i.t.Helper()
	k, _ := i.signingKey(i.cfg.Algorithms[0])
	text, err := k.pem()
	if err != nil {
		i.fail("authtest: PublicKeyPEM: %v", err)
	}
	return text
}

// KeyURLTemplate returns the URL template at which the issuer serves each key as
// PEM, for the field of core.Rules with the same name.
func (i *Issuer) KeyURLTemplate() string { return i.base + pagesPath + "{kid}" }

// KeyPEM returns the published key with that kid, as PEM in PKIX form, or false.
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

// JWKS returns the published key set.
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

// RotateKeys makes and publishes a new key for every algorithm and signs with it
// from now on. With keepOld the old keys remain published, which is what a careful
// issuer does; without it, tokens signed with them can no longer be verified.
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

// RemoveKey stops publishing the key with that kid, like an issuer whose key
// leaked. It reports whether the key was published.
func (i *Issuer) RemoveKey(kid string) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	before := len(i.keys)
	i.keys = slices.DeleteFunc(i.keys, func(k key) bool { return k.id == kid })
	return len(i.keys) < before
}

// newKeys makes one key for every algorithm. No issuer of the process has had these
// keys before.
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
	// Another algorithm for the same type of key, for a token with an algorithm
	// that the contract does not allow.
	for _, k := range slices.Backward(i.keys) {
		if family(k.alg) == family(alg) {
			return k, true
		}
	}
	return key{}, false
}

// fail reports an error of the caller.
func (i *Issuer) fail(format string, args ...any) {
	i.t.Helper()
	i.t.Fatalf(format, args...)
}

// program is used instead of a test: an error panics.
type program struct{ testing.TB }

func (program) Helper() {}

func (program) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
