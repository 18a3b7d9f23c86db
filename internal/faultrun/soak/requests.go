package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/apikey"
	"github.com/revstackhq/auth-go/core/dpop"
	"github.com/revstackhq/auth-go/core/dpop/dpoptest"
	"github.com/revstackhq/auth-go/core/introspect"
)

// client sends requests through one adapter, one after the other.
type client struct {
	world    *world
	adapter  *adapter
	adapters []*adapter
	random   *rand.Rand

	badProofs []dpoptest.BadProof // for badFor
	badFor    *credential
}

// request is one request, and a function that returns the correct verdict if the request ran from begin to end.
type request struct {
	what    string
	header  http.Header
	verdict func(begin, end time.Time) verdict
}

// verdict lists the correct answers to a request: acceptance as this user, if there is one, and refusal with one of
// the codes.
type verdict struct {
	user  string
	codes []core.Code
}

func bearer(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }

// send sends one request of some kind, and checks the answer.
func (c *client) send(ctx context.Context) {
	r := c.next()
	if r == nil {
		c.replay(ctx)
		return
	}
	hangsUp := c.random.IntN(16) == 0
	if hangsUp {
		impatient, cancel := context.WithTimeout(ctx, time.Duration(c.random.IntN(3000))*time.Microsecond)
		defer cancel()
		ctx = impatient
	}
	begin := time.Now()
	got := c.adapter.server.ask(ctx, r.header)
	end := time.Now()
	if hangsUp && (got.code == core.CodeRequestCanceled || errors.Is(got.err, context.DeadlineExceeded)) {
		c.world.canceled.Add(1)
		return
	}
	c.adapter.counts.took(end.Sub(begin))
	c.adapter.counts.judge(r.what, got, r.verdict(begin, end))
}

// next returns a request of a random kind, or nil if it has sent the requests itself.
func (c *client) next() *request {
	w, g := c.world, c.world.current.Load()
	pick := func(from []*credential) *credential { return from[c.random.IntN(len(from))] }
	if w.storm.Load() && c.random.IntN(2) == 0 {
		return c.madeUpKey(pick(g.good).raw)
	}
	switch c.random.IntN(32) {
	case 0:
		return w.refused("no credentials", http.Header{}, core.CodeTokenMissing)
	case 1:
		return w.refused("garbage", bearer("garbage"), core.CodeInvalidFormat)
	case 2:
		return c.madeUpKey(pick(g.good).raw)
	case 3:
		return w.refused("another issuer's token", bearer(g.foreign), core.CodeIssuerMismatch)
	case 4, 5, 6:
		bad := g.bad[c.random.IntN(len(g.bad))]
		r := w.refused(bad.Name, bearer(bad.Token), bad.Code)
		r.verdict = func(begin, end time.Time) verdict {
			return w.ofKey(verdict{codes: []core.Code{bad.Code}}, g, begin, end)
		}
		return r
	case 7:
		if old := w.withdrawn.Load(); old != nil {
			return w.jwt("a token of a withdrawn key", bearer(pick(old.good).raw), pick(old.good))
		}
	case 8, 9, 10:
		target := pick(g.toRevoke)
		return w.jwt("a token that may be revoked", bearer(target.raw), target)
	case 11, 12:
		target := pick(g.toSignOut)
		return w.jwt("a token of a user who may be signed out", bearer(target.raw), target)
	case 13:
		if again := w.returned.Load(); again != nil {
			return w.jwt("a token of a user who signed in again", bearer(again.raw), again)
		}
	case 14, 15, 16:
		return c.apiKey(w.apikeys[c.random.IntN(pool)].Load())
	case 17:
		if old := w.endedKey.Load(); old != nil {
			return c.apiKey(old)
		}
	case 18:
		return c.badAPIKey(w.apikeys[c.random.IntN(pool)].Load().raw)
	case 19, 20, 21:
		return c.opaque(w.opaque[c.random.IntN(pool)].Load())
	case 22:
		if old := w.ended.Load(); old != nil {
			return c.opaque(old)
		}
	case 23: // only a few: above the limit of unknown tokens, the service may refuse good ones
		token := fmt.Sprintf("opaque_unknown_%d", c.random.IntN(16))
		return w.refused("an unknown opaque token", bearer(token), introspect.CodeInactive, introspect.CodeUnavailable)
	case 24, 25:
		bound := pick(g.bound)
		return w.jwt("a bound token with its proof", proved(bound.raw, c.proof(bound, c.adapter)), bound)
	case 26:
		return c.badProof(g.bound[0])
	case 27:
		return nil
	}
	good := pick(g.good)
	return w.jwt("a good token", bearer(good.raw), good)
}

// refused returns a request that must be refused with one of the codes.
func (w *world) refused(what string, header http.Header, codes ...core.Code) *request {
	return &request{what, header, func(begin, end time.Time) verdict {
		return w.excused(verdict{codes: slices.Clone(codes)}, begin, end)
	}}
}

// jwt returns a request with a token that must be accepted as long as neither it nor its key is revoked.
func (w *world) jwt(what string, header http.Header, c *credential) *request {
	return &request{what, header, func(begin, end time.Time) verdict {
		var v verdict
		accept, refuse := c.state(begin, end)
		if accept {
			v.user = c.user
		}
		if refuse {
			v.codes = append(v.codes, core.CodeTokenRevoked)
		}
		return w.ofKey(v, c.by, begin, end)
	}}
}

// ofKey restricts a verdict according to the state of the key of g.
func (w *world) ofKey(v verdict, g *generation, begin, end time.Time) verdict {
	accept, refuse := g.state(begin, end)
	if !accept {
		v.user = ""
	}
	if refuse || slices.Contains(v.codes, core.CodeUnknownKey) {
		// During the cool-down after an unknown key id, a new key id is refused without a fetch, even if the key exists.
		v.codes = append(v.codes, core.CodeUnknownKey, core.CodeKeysUnavailable)
	}
	return w.excused(v, begin, end)
}

// excused adds the codes that are correct because of outages.
func (w *world) excused(v verdict, begin, end time.Time) verdict {
	for code, o := range map[core.Code]*outage{
		core.CodeKeysUnavailable:       w.keys,
		core.CodeRevocationUnavailable: w.revocation,
		introspect.CodeUnavailable:     w.introspection,
		apikey.CodeUnavailable:         w.apiKeys,
		dpop.CodeUnavailable:           w.proofCheck,
	} {
		if o.excuses(begin, end) {
			v.codes = append(v.codes, code)
		}
	}
	return v
}

func (c *client) madeUpKey(token string) *request {
	head, rest, _ := strings.Cut(token, ".")
	var header map[string]any
	if data, err := base64.RawURLEncoding.DecodeString(head); err == nil {
		_ = json.Unmarshal(data, &header) // the token is the issuer's
	}
	header["kid"] = fmt.Sprintf("made-up-%d", c.random.Uint64())
	data, _ := json.Marshal(header)
	token = base64.RawURLEncoding.EncodeToString(data) + "." + rest
	return c.world.refused("a made-up key id", bearer(token), core.CodeUnknownKey, core.CodeKeysUnavailable)
}

func (c *client) apiKey(k *credential) *request {
	return &request{"an API key", bearer(k.raw), func(begin, end time.Time) verdict {
		return c.world.opaqueVerdict(k, core.CodeTokenRevoked, begin, end)
	}}
}

func (c *client) opaque(t *credential) *request {
	return &request{"an opaque token", bearer(t.raw), func(begin, end time.Time) verdict {
		return c.world.opaqueVerdict(t, introspect.CodeInactive, begin, end)
	}}
}

func (w *world) opaqueVerdict(c *credential, gone core.Code, begin, end time.Time) (v verdict) {
	accept, refuse := c.state(begin, end)
	if accept {
		v.user = c.user
	}
	if refuse {
		v.codes = append(v.codes, gone)
	}
	return w.excused(v, begin, end)
}

// badAPIKey returns a request with a key whose secret was changed, so that its checksum is wrong.
func (c *client) badAPIKey(key string) *request {
	at := len(key) / 2
	other := byte('a')
	if key[at] == other {
		other = 'b'
	}
	return c.world.refused("a changed API key", bearer(key[:at]+string(other)+key[at+1:]), core.CodeInvalidFormat)
}

func proved(token, proof string) http.Header {
	return http.Header{"Authorization": {"DPoP " + token}, "Dpop": {proof}}
}

// proof makes a proof for a request through an adapter.
func (c *client) proof(bound *credential, to *adapter) string {
	proof, err := c.world.signers[bound.signer].Proof(c.proofClaims(bound, to))
	if err != nil {
		panic(err) // the signer's key is in memory
	}
	return proof
}

func (c *client) proofClaims(bound *credential, to *adapter) dpop.Claims {
	return dpop.Claims{Method: to.method, URL: externalURL + to.path, Token: bound.raw, IssuedAt: time.Now()}
}

// badProof returns a request with a bound token without a proof, or with a wrong one.
func (c *client) badProof(bound *credential) *request {
	what, header := "a bound token without a proof", bearer(bound.raw)
	switch c.random.IntN(4) {
	case 0:
	case 1:
		what = "a bound token with another client's proof"
		thief := &credential{raw: bound.raw, signer: (bound.signer + 1) % len(c.world.signers)}
		header = proved(bound.raw, c.proof(thief, c.adapter))
	default:
		if c.badFor != bound {
			var err error
			c.badProofs, err = dpoptest.BadProofs(c.world.signers[bound.signer], c.proofClaims(bound, c.adapter))
			if err != nil {
				panic(err)
			}
			c.badFor = bound
		}
		bad := c.badProofs[c.random.IntN(len(c.badProofs))]
		what, header = "a proof with "+bad.Name, proved(bound.raw, bad.Proof)
	}
	r := c.world.refused(what, header)
	r.verdict = func(begin, end time.Time) verdict {
		return c.world.ofKey(verdict{codes: []core.Code{core.CodeInvalidProof}}, bound.by, begin, end)
	}
	return r
}

// replay sends one proof three times, twice at once, through adapters with the same URL: it must be accepted at most
// once.
func (c *client) replay(ctx context.Context) {
	g := c.world.current.Load()
	bound := g.bound[c.random.IntN(len(g.bound))]
	header := proved(bound.raw, c.proof(bound, c.adapter))
	r := c.world.jwt("a proof that is used several times", header, bound)
	others := slices.DeleteFunc(slices.Clone(c.adapters), func(a *adapter) bool {
		return a.path != c.adapter.path || a.method != c.adapter.method
	})
	to := [3]*adapter{c.adapter, others[c.random.IntN(len(others))], others[c.random.IntN(len(others))]}
	var got [3]answer
	begin := time.Now()
	var wg sync.WaitGroup
	for i := range 2 {
		wg.Go(func() { got[i] = to[i].server.ask(ctx, header.Clone()) })
	}
	wg.Wait()
	got[2] = to[2].server.ask(ctx, header.Clone())
	v := r.verdict(begin, time.Now())
	v.codes = append(v.codes, core.CodeInvalidProof)
	c.world.replays.Add(1)
	accepted, used := 0, 0
	for i, a := range got {
		to[i].counts.judge(r.what, a, v)
		switch {
		case a.err != nil:
		case a.code == "":
			accepted++
		case a.code == core.CodeInvalidProof:
			used++
		}
	}
	if accepted > 1 || used == len(got) {
		c.adapter.counts.wrongly(r.what+" was not accepted once", fmt.Sprintf("accepted %d times", accepted))
	}
}
