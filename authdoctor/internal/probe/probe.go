// Package probe examines an issuer as a verifier does: a verifier fetches the
// keys, and the package reports how it judged them, and what the responses said
// about caching and the time.
package probe

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/keys"
)

// Target is the issuer to examine.
type Target struct {
	// Issuer is the exact iss of its tokens.
	Issuer string
	// JWKSURL is where its keys are; found by discovery if empty.
	JWKSURL string
	// Algorithms are those of the contract; every asymmetric one if empty.
	Algorithms []string
	// InsecureHTTP accepts http outside of loopback.
	InsecureHTTP bool
}

// Result is what was found.
type Result struct {
	Issuer string `json:"issuer"`
	// Discovery and JWKS describe the responses; nil if there was none.
	Discovery *Answer `json:"discovery,omitempty"`
	JWKS      *Answer `json:"jwks,omitempty"`
	// Entries are the entries of the key set, in its order.
	Entries []Entry `json:"entries"`
	// Health is the verifier's own report.
	Health keys.Health `json:"health"`
	// Skew is how far this machine's clock is ahead of the issuer's.
	Skew *Skew `json:"skew,omitempty"`
}

// Entry is one entry of the key set, and whether a verifier uses it.
type Entry struct {
	Index     int    `json:"index"`
	ID        string `json:"kid,omitempty"`
	Type      string `json:"kty,omitempty"`
	Curve     string `json:"crv,omitempty"`
	Bits      int    `json:"bits,omitempty"`
	Algorithm string `json:"alg,omitempty"`
	Used      bool   `json:"used"`
	// Why says what the key is used for, or why it is not used.
	Why string `json:"why"`
}

// Usable reports whether the verifier has keys.
func (r *Result) Usable() bool { return r.Health.LastErrorKind == "" && len(r.Health.Keys) > 0 }

// Unreachable reports whether the issuer could not be reached, so that nothing is
// known about its keys.
func (r *Result) Unreachable() bool {
	switch r.Health.LastErrorKind {
	case "timeout", "network", "status":
		return true
	default:
		return false
	}
}

// Look fetches the keys of the target and describes them. The error is a
// [*core.ConfigError] for a target that no contract accepts.
func Look(ctx context.Context, target Target) (*Result, error) {
	verifier, err := target.verifier()
	if err != nil {
		return nil, err
	}
	_ = verifier.Ready(ctx) // KeyHealth reports the error in detail
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r := &Result{Issuer: target.Issuer, Health: verifier.KeyHealth()[0]}
	r.Health.Issuer = target.Issuer
	r.Entries = entries(r.Health)
	// Fetch only addresses again that the verifier accepted.
	jwksURL := target.JWKSURL
	if d := r.Health.Discovery; d != nil && d.JWKSURL != "" {
		r.Discovery = ask(ctx, d.URL, time.Now)
		jwksURL = d.JWKSURL
	}
	if !r.Unreachable() && jwksURL != "" && r.Health.LastErrorKind != "private_address" {
		r.JWKS = ask(ctx, jwksURL, time.Now)
	}
	for _, answer := range []*Answer{r.JWKS, r.Discovery} {
		if answer != nil && answer.skew != nil {
			r.Skew = answer.skew
			break
		}
	}
	return r, nil
}

func (t Target) verifier() (*core.Verifier, error) {
	algorithms := t.Algorithms
	if len(algorithms) == 0 {
		algorithms = []string{
			"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
		}
	}
	contract, err := core.NewContract(core.Rules{
		Issuer:              t.Issuer,
		Discovery:           t.JWKSURL == "",
		JWKSURL:             t.JWKSURL,
		Algorithms:          algorithms,
		InsecureAnyAudience: true, // no token is verified
		InsecureHTTP:        t.InsecureHTTP,
	})
	if err != nil {
		return nil, err
	}
	return core.NewVerifier(contract, core.WithLogger(slog.New(slog.DiscardHandler)))
}

// entries puts used and skipped keys in the order of the set.
func entries(health keys.Health) []Entry {
	all := []Entry{}
	taken := map[int]bool{}
	for _, s := range health.Skipped {
		taken[s.Index] = true
		all = append(all, Entry{
			Index:     s.Index,
			ID:        s.ID,
			Type:      s.Type,
			Algorithm: s.Algorithm,
			Why:       s.Reason,
		})
	}
	index := 0
	for _, k := range health.Keys {
		for taken[index] {
			index++
		}
		all = append(all, Entry{
			Index:     index,
			ID:        k.ID,
			Type:      k.Type,
			Curve:     k.Curve,
			Bits:      k.Bits,
			Algorithm: k.Algorithm,
			Used:      true,
			Why:       purpose(k),
		})
		index++
	}
	slices.SortStableFunc(all, func(a, b Entry) int { return cmp.Compare(a.Index, b.Index) })
	return all
}

// purpose describes the tokens that a key may verify.
func purpose(k keys.Info) string {
	algorithm := k.Algorithm
	if algorithm == "" {
		algorithm = "any algorithm of the contract that fits the key"
	}
	if k.ID == "" {
		return "tokens without a kid, " + algorithm
	}
	return "tokens with this kid, " + algorithm
}

// KeptFor is how long the verifier uses the set before it fetches it again.
func (r *Result) KeptFor() time.Duration { return r.Health.FreshUntil.Sub(r.Health.FetchedAt) }
