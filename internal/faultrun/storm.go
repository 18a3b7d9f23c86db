package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/keys"
)

// runStorm sends everything to one verifier at once, in real time: good tokens,
// made-up key ids, bad signatures and garbage on 64 goroutines, while the issuer
// fails, hangs, rotates its keys and recovers.
func runStorm(ctx context.Context, length time.Duration) result {
	s := scenario{
		name: fmt.Sprintf("everything at once for %v", length),
		why:  "no good token refused, none accepted that is bad",
	}
	s.play = func(ctx context.Context, st *stage) []string { return everything(ctx, st, length) }
	return play(ctx, s, 1)
}

func everything(ctx context.Context, st *stage, length time.Duration) []string {
	st.issuer.SetMaxAge(time.Minute)
	v, err := core.NewVerifier(st.issuer.Contract(), core.WithKeyPolicy(keys.Policy{
		MinFresh: time.Second, MaxFresh: time.Second, FetchTimeout: 500 * time.Millisecond,
	}), core.WithClock(realTime{}))
	if err != nil {
		return []string{err.Error()}
	}
	st.clock.Set(time.Now())
	ctx, cancel := context.WithTimeout(ctx, length)
	defer cancel()
	good := st.issuer.Token(nil, authtest.ExpiresIn(length+time.Hour))
	st.good(context.WithoutCancel(ctx), v, good)

	var mu sync.Mutex
	faults := map[string]int{}
	note := func(f string) { mu.Lock(); faults[f]++; mu.Unlock() }
	var wg sync.WaitGroup
	wg.Go(func() { breakIssuer(ctx, st) })
	for range 64 {
		wg.Go(func() {
			for ctx.Err() == nil {
				storming(context.WithoutCancel(ctx), st, v, good, note)
			}
		})
	}
	wg.Wait()
	var all []string
	for f, n := range faults {
		all = append(all, fmt.Sprintf("%s (%d times)", f, n))
	}
	// Freshness is one second here: a fetch a second for refreshing, and the
	// unknown keys' twelve a minute.
	if most := int(length/time.Second)*2 + 24; st.issuer.Fetches() > most {
		all = append(all, fmt.Sprintf("%d fetches, at most %d expected", st.issuer.Fetches(), most))
	}
	return all
}

// storming sends one request of a random kind.
func storming(ctx context.Context, st *stage, v *core.Verifier, good string, note func(string)) {
	switch rand.IntN(8) {
	case 0:
		code := st.verify(ctx, v, withKid(good, randomKid()))
		if code != core.CodeUnknownKey && code != core.CodeKeysUnavailable {
			note("a made-up key id got " + string(code))
		}
	case 1:
		code := st.verify(ctx, v, good[:len(good)-8]+"AAAAAAAA")
		if code != core.CodeInvalidSignature && code != core.CodeInvalidFormat {
			note("a bad signature got " + string(code))
		}
	case 2:
		if code := st.verify(ctx, v, "garbage"); code != core.CodeInvalidFormat {
			note("garbage got " + string(code))
		}
	case 3:
		impatient, cancel := context.WithTimeout(ctx, time.Microsecond)
		defer cancel()
		_, err := v.Verify(impatient, withKid(good, randomKid()))
		if err == nil || errors.Is(err, core.CodeInvalidSignature) {
			note(fmt.Sprintf("an impatient request got %v", err))
		}
	default:
		st.good(ctx, v, good)
	}
}

// breakIssuer makes the issuer fail in one way after the other. Rotations keep the old
// key, so that every good token stays good.
func breakIssuer(ctx context.Context, st *stage) {
	for i := 0; ; i++ {
		pause := time.NewTimer(time.Duration(300+rand.IntN(700)) * time.Millisecond)
		select {
		case <-ctx.Done():
			pause.Stop()
			st.issuer.Hang(false)
			return
		case <-pause.C:
		}
		st.issuer.Unavailable(i%5 == 1)
		st.issuer.Hang(i%5 == 2)
		switch i % 5 {
		case 3:
			st.issuer.SetJWKS([]byte("<html>"))
		case 4:
			st.issuer.SetJWKS(nil)
			if i%25 == 4 { // few: each one adds a key to the set
				st.issuer.RotateKeys(true)
			}
		}
	}
}

type realTime struct{}

func (realTime) Now() time.Time { return time.Now() }
