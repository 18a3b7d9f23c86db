package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/apikey"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/clientauth"
	"github.com/revstackhq/auth-go/core/dpop"
	"github.com/revstackhq/auth-go/core/fleet"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/introspect"
	"github.com/revstackhq/auth-go/core/keys"
)

const (
	fresh    = 2 * time.Second // how long keys are used before they are fetched again
	maxStale = 3 * time.Second // how long after that they are used in an outage
	maxLag   = 4 * time.Second // fleet.Options.MaxLag of the replicas
	skew     = time.Second
	memory   = time.Second // how long an introspected token and an API key are remembered

	// timeout is how long a dependency may take to answer: long enough even on a busy machine.
	timeout = 2 * time.Second

	// grace is how long a change may take to apply everywhere: the longest of the times above, plus a fetch and the
	// pauses after failed fetches.
	grace = 6 * time.Second
)

// world has the dependencies of the servers and the expected state of each credential.
type world struct {
	issuer    *authtest.Issuer
	foreign   *authtest.Issuer // an issuer that is not trusted
	contract  *core.Contract
	source    core.Authenticator
	keyring   *apikey.Keyring
	authority *authority
	replicas  [2]*fleet.Revocations
	proofs    proofStore
	signers   []*dpop.Signer
	stop      func() error // the authority's server

	keys, introspection, apiKeys, proofCheck, revocation *outage

	current   atomic.Pointer[generation]
	withdrawn atomic.Pointer[generation] // its key has been out of the set for longer than grace
	returned  atomic.Pointer[credential] // of the last user who signed in again
	apikeys   [pool]atomic.Pointer[credential]
	opaque    [pool]atomic.Pointer[credential]
	ended     atomic.Pointer[credential] // the opaque token that was ended last
	endedKey  atomic.Pointer[credential] // the API key that was revoked last
	storm     atomic.Bool                // most requests have a made-up key id

	rotations, revoked, users, replays, canceled atomic.Int64
}

// newWorld starts the dependencies. After an error, the world is incomplete. The caller must close it, also after an
// error, once ctx has ended.
func newWorld(ctx context.Context) (w *world, err error) {
	w = &world{}
	for _, issuer := range []**authtest.Issuer{&w.issuer, &w.foreign} {
		if *issuer, err = authtest.StartIssuer(authtest.Config{Clock: keys.SystemClock{}}); err != nil {
			return w, err
		}
	}
	w.issuer.SetMaxAge(fresh)
	w.contract = w.issuer.Contract(func(r *core.Rules) {
		r.Confirmation = "dpop"
		r.Session.SessionID = []core.ClaimRef{{Path: "sid"}}
	})
	verifier, err := core.NewVerifier(w.contract, quiet, core.TokenCache{MaxEntries: 128},
		core.WithKeyPolicy(keys.Policy{
			MinFresh:     fresh,
			MaxFresh:     fresh,
			MaxStale:     maxStale,
			FetchTimeout: timeout,
			BackoffMin:   100 * time.Millisecond,
			BackoffMax:   500 * time.Millisecond,
			Cooldown:     time.Second,
		}))
	if err != nil {
		return w, err
	}
	w.keys = &outage{ways: []string{"500", "hang", "garbage"}, fail: w.failKeys, early: time.Second, late: grace}
	opaque, err := w.openAuthority()
	if err != nil {
		return w, err
	}
	if err := w.openKeyring(ctx); err != nil {
		return w, err
	}
	w.source = core.FirstOf(verifier, w.keyring, opaque)

	g := newGate()
	w.proofs = proofStore{dpop.NewMemoryStore(0), g}
	w.proofCheck = &outage{ways: []string{"500"}, fail: g.set, late: grace}
	for range 8 {
		s, err := dpop.GenerateSigner()
		if err != nil {
			return w, err
		}
		w.signers = append(w.signers, s)
	}

	g = newGate()
	w.revocation = &outage{ways: []string{"500", "hang"}, fail: g.set, late: grace}
	log := revocationLog{fleet.NewMemoryLog(time.Hour), g}
	for i := range w.replicas {
		w.replicas[i], err = fleet.Open(ctx, log, fleet.Options{
			Secret:    core.NewSecret("the secret of this soak's fleet, at least 32 bytes"),
			OnFailure: fleet.FailClosed,
			MaxLag:    maxLag,
			ClockSkew: skew,
			Logger:    silent,
		})
		if err != nil {
			return w, err
		}
	}
	w.current.Store(w.mint())
	return w, nil
}

var (
	silent = slog.New(slog.DiscardHandler)
	quiet  = core.WithLogger(silent)
)

// options returns the guard options for the i-th adapter. The adapters belong to two replicas of the service in turn.
func (w *world) options(i int) []guard.Option {
	return []guard.Option{
		guard.ExternalURL(externalURL),
		guard.Proofs(dpop.Config{Store: w.proofs, OnFailure: dpop.FailClosed, Logger: silent}),
		w.replicas[i%len(w.replicas)].Guard(),
		guard.Logger(silent),
	}
}

func (w *world) failKeys(way string) {
	w.issuer.Unavailable(way == "500")
	w.issuer.Hang(way == "hang")
	var body []byte
	if way == "garbage" {
		body = []byte("<html>")
	}
	w.issuer.SetJWKS(body)
}

func (w *world) openKeyring(ctx context.Context) (err error) {
	g := newGate()
	w.apiKeys = &outage{ways: []string{"500", "hang"}, fail: g.set, late: grace}
	w.keyring, err = apikey.New(apikey.Config{
		Prefix:  "soak",
		Store:   keyStore{new(apikey.Memory), g},
		MaxAge:  memory,
		Timeout: timeout,
		Logger:  silent,
	})
	if err != nil {
		return err
	}
	for n := range pool {
		c, err := w.mintAPIKey(ctx, user("owner", n))
		if err != nil {
			return err
		}
		w.apikeys[n].Store(c)
	}
	return nil
}

// mintAPIKey returns a new key that the keyring has seen: while many unknown keys arrive, a key that it has never
// seen may be refused.
func (w *world) mintAPIKey(ctx context.Context, owner string) (*credential, error) {
	k, secret, err := w.keyring.Mint(ctx, apikey.Spec{Owner: owner})
	if err != nil {
		return nil, err
	}
	_, err = w.keyring.Authenticate(ctx, core.Credentials{Token: secret.Reveal()})
	return &credential{raw: secret.Reveal(), user: k.Owner, id: k.ID}, err
}

func (w *world) openAuthority() (*introspect.Client, error) {
	g := newGate()
	w.introspection = &outage{ways: []string{"500", "hang", "garbage"}, fail: g.set, late: grace}
	w.authority = &authority{
		issuer:   "https://opaque.soak.example",
		audience: "https://api.soak.example",
		gate:     g,
		active:   map[string]string{},
	}
	for n := range pool {
		c := &credential{raw: fmt.Sprintf("opaque_%032d", n), user: user("opaque", n)}
		w.authority.begin(c)
		w.opaque[n].Store(c)
	}
	s := &http.Server{Handler: w.authority}
	addr, stop, err := serveOn(s.Serve, s.Close)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{MaxIdleConnsPerHost: pool}
	w.stop = func() error {
		transport.CloseIdleConnections()
		return stop()
	}
	return introspect.New(introspect.Config{
		Server:     introspect.Server{URL: "http://" + addr + "/introspect"},
		Auth:       clientauth.Basic("soak", core.NewSecret("a secret that only this program has")),
		Rules:      core.Rules{Issuer: w.authority.issuer, Audiences: core.Strings{w.authority.audience}},
		Prefixes:   []string{"opaque_"},
		MaxAge:     memory,
		RefusedFor: memory,
		Timeout:    timeout,
		// Every token that the clients have may be asked about at once.
		MaxConcurrent: 4 * pool,
		HTTPClient:    &http.Client{Transport: transport},
		Logger:        silent,
	})
}

func (w *world) close() (err error) {
	for _, r := range w.replicas {
		if r != nil {
			r.Wait()
		}
	}
	for _, issuer := range []*authtest.Issuer{w.issuer, w.foreign} {
		if issuer != nil {
			err = errors.Join(err, issuer.Close())
		}
	}
	if w.stop != nil {
		err = errors.Join(err, w.stop())
	}
	return err
}
