package main

import (
	"context"
	"fmt"
	"io"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/golang-jwt/jwt/v5"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
)

// verify verifies a token with one of the libraries.
type verify func(ctx context.Context, token string) error

// peer is a library, configured as its own documentation says.
type peer struct {
	name string
	make func(ctx context.Context, issuer *authtest.Issuer) (verify, error)
}

var peers = []peer{
	{"auth-go", func(_ context.Context, issuer *authtest.Issuer) (verify, error) {
		v, err := core.NewVerifier(issuer.Contract())
		if err != nil {
			return nil, err
		}
		return func(ctx context.Context, token string) error {
			_, err := v.Verify(ctx, token)
			return err
		}, nil
	}},
	{
		"keyfunc v3 + golang-jwt v5",
		func(ctx context.Context, issuer *authtest.Issuer) (verify, error) {
			k, err := keyfunc.NewDefaultCtx(ctx, []string{issuer.JWKSURL()})
			if err != nil {
				return nil, err
			}
			return func(ctx context.Context, token string) error {
				_, err := jwt.Parse(token, k.KeyfuncCtx(ctx), jwt.WithIssuer(issuer.URL()), jwt.WithAudience(authtest.Audience),
					jwt.WithExpirationRequired(), jwt.WithValidMethods([]string{"RS256"}))
				return err
			}, nil
		},
	},
	{"go-oidc v3", func(ctx context.Context, issuer *authtest.Issuer) (verify, error) {
		v := oidc.NewVerifier(
			issuer.URL(),
			oidc.NewRemoteKeySet(ctx, issuer.JWKSURL()),
			&oidc.Config{ClientID: authtest.Audience},
		)
		return func(ctx context.Context, token string) error {
			_, err := v.Verify(ctx, token)
			return err
		}, nil
	}},
}

// comparePeers exposes each library to the same faults. It runs in real time,
// because the other libraries have no injectable clock.
func comparePeers(ctx context.Context, w io.Writer, scale float64) (bool, error) {
	flood := max(50, int(2_000*scale))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(
		t,
		"library\tfetches for %d unknown key ids\tgood refused meanwhile\tnew key after a rotation in the flood\t"+
			"fetches for %d bad signatures\tissuer down at the start, then up\t\n",
		flood,
		flood,
	)
	for _, p := range peers {
		cells, err := p.suffer(ctx, flood)
		if err != nil {
			return false, fmt.Errorf("%s: %w", p.name, err)
		}
		fmt.Fprintf(t, "%s\t%d\t%d\t%s\t%d\t%s\t\n", p.name, cells.kidFetches, cells.refused, cells.rotation,
			cells.signatureFetches, cells.downAtStart)
	}
	return true, t.Flush()
}

type suffered struct {
	kidFetches, signatureFetches int
	refused                      int64
	rotation, downAtStart        string
}

func (p peer) suffer(ctx context.Context, flood int) (s suffered, err error) {
	issuer, err := authtest.StartIssuer(authtest.Config{})
	if err != nil {
		return s, err
	}
	defer issuer.Close()
	issuer.SetMaxAge(time.Second)
	verify, err := p.make(ctx, issuer)
	if err != nil {
		return s, err
	}
	good := issuer.Token(nil)
	if err := verify(ctx, good); err != nil {
		return s, fmt.Errorf("the good token: %w", err)
	}

	var refused atomic.Int64
	before := issuer.Fetches()
	parallel(8, flood, func(i int) {
		_ = verify(ctx, withKid(good, randomKid()))
		if i%100 == 0 && verify(ctx, good) != nil {
			refused.Add(1)
		}
	})
	s.kidFetches, s.refused = issuer.Fetches()-before, refused.Load()

	issuer.RotateKeys(true)
	s.rotation = within(ctx, 6*time.Second, func() bool {
		_ = verify(ctx, withKid(good, randomKid()))
		return verify(ctx, issuer.Token(nil)) == nil
	})

	bad := issuer.Token(nil, authtest.WithForeignKey(), authtest.WithKeyID(issuer.KeyID()))
	before = issuer.Fetches()
	parallel(8, flood, func(int) { _ = verify(ctx, bad) })
	s.signatureFetches = issuer.Fetches() - before

	s.downAtStart, err = p.startDown(ctx)
	return s, err
}

func (p peer) startDown(ctx context.Context) (string, error) {
	issuer, err := authtest.StartIssuer(authtest.Config{})
	if err != nil {
		return "", err
	}
	defer issuer.Close()
	issuer.Unavailable(true)
	verify, err := p.make(ctx, issuer)
	if err != nil {
		return "can't start: " + err.Error(), nil
	}
	_ = verify(ctx, issuer.Token(nil))
	issuer.Unavailable(false)
	return "healed " + within(ctx, 6*time.Second, func() bool { return verify(ctx, issuer.Token(nil)) == nil }), nil
}

const never = "not within the time"

// within calls ask until it returns true, for at most patience, and returns how long that took, in words.
func within(ctx context.Context, patience time.Duration, ask func() bool) string {
	start := time.Now()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for time.Since(start) < patience {
		if ask() {
			return "after " + time.Since(start).Round(100*time.Millisecond).String()
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return never
		}
	}
	return never
}
