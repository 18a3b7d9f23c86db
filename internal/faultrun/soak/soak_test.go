package main

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/internal/crosstest/adapters"
)

// TestSoak runs all adapters for a moment.
func TestSoak(t *testing.T) {
	var text bytes.Buffer
	ok, err := run(t.Context(), &text, allAdapters(), 1500*time.Millisecond, 1)
	if err != nil || !ok {
		t.Errorf("%v\n%s", err, text.String())
	}
	for _, a := range allAdapters() {
		if !strings.Contains(text.String(), a.name+" ") {
			t.Errorf("no row for %s:\n%s", a.name, text.String())
		}
	}
}

// TestJudge: what is noted about an answer.
func TestJudge(t *testing.T) {
	const good = "u" + " u" + " u" // a handler reads the user in three ways
	may := verdict{user: "u", codes: []core.Code{core.CodeTokenRevoked}}
	must := verdict{user: "u"}
	never := verdict{codes: []core.Code{core.CodeUnknownKey}}
	for name, tc := range map[string]struct {
		got            answer
		deserved       verdict
		wrong, refused int64
		note           string
	}{
		"accepted":               {answer{text: good}, must, 0, 0, ""},
		"refused as deserved":    {answer{code: core.CodeUnknownKey}, never, 0, 0, ""},
		"may be refused":         {answer{code: core.CodeTokenRevoked}, may, 0, 0, ""},
		"may be accepted":        {answer{text: good}, may, 0, 0, ""},
		"a bad token accepted":   {answer{text: good}, never, 1, 0, "it was accepted"},
		"identities mixed":       {answer{text: "u v u"}, must, 1, 0, `it was seen as another user: u as "u v u"`},
		"a good token refused":   {answer{code: core.CodeUnknownKey}, must, 0, 1, "it was refused: u, UNKNOWN_KEY"},
		"an outage there is not": {answer{code: core.CodeKeysUnavailable}, may, 0, 1, "it was refused: u, KEYS_UNAVAILABLE"},
		"another reason": {
			answer{code: core.CodeUnknownError},
			never, 1, 0,
			"it was refused for another reason: UNKNOWN_ERROR, want one of [UNKNOWN_KEY]",
		},
		"no answer": {answer{err: errors.New("no bytes")}, must, 1, 0, "it got no answer: no bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			var c counts
			c.judge("it", tc.got, tc.deserved)
			if c.wrong.Load() != tc.wrong || c.refused.Load() != tc.refused {
				t.Errorf("%d wrong and %d refused, want %d and %d", c.wrong.Load(), c.refused.Load(), tc.wrong, tc.refused)
			}
			text := ""
			for what, n := range c.notes {
				text += what + ": " + n.example
			}
			if tc.note == "" != (text == "") || !strings.Contains(text, tc.note) {
				t.Errorf("noted %q, want %q", text, tc.note)
			}
		})
	}
}

// TestWrongAdapter: the report names an adapter that answers every request with the answer to the first, as one would
// that confuses requests or forgets used proofs, and what it did.
func TestWrongAdapter(t *testing.T) {
	a := &adapter{name: "net/http", method: http.MethodGet, path: "/me"}
	a.startServer = func(source core.Authenticator, opts ...guard.Option) (*server, error) {
		s, err := startWith(adapters.All()[0].Build)(source, opts...)
		if err != nil {
			return nil, err
		}
		ask := s.ask
		first := make(chan answer, 1)
		first <- answer{}
		s.ask = func(ctx context.Context, header http.Header) answer {
			got := <-first
			if got.text == "" {
				got = ask(ctx, header)
			}
			first <- got
			return got
		}
		return s, nil
	}
	var text bytes.Buffer
	if ok, err := run(t.Context(), &text, []*adapter{a}, 300*time.Millisecond, 1); err != nil || ok {
		t.Errorf("the run held: %v, %v", ok, err)
	}
	for _, want := range []string{
		"VIOLATED: net/http: a good token was seen as another user: user_",
		"VIOLATED: net/http: a proof that is used several times was not accepted once: accepted 3 times",
		`VIOLATED: net/http: no credentials was accepted: as "user_000 user_000 user_000", want one of [TOKEN_MISSING`,
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the report does not say %q:\n%s", want, text.String())
		}
	}
}

// TestOutageExcuses: an outage excuses requests from when the service has to do without the dependency until it can
// know that it works again, and no others.
func TestOutageExcuses(t *testing.T) {
	at := func(s int) time.Time { return time.Unix(int64(s), 0) }
	o := &outage{early: time.Second, late: 5 * time.Second, spans: []span{{at(100), at(110)}}}
	for _, tc := range []struct {
		begin, end int
		want       bool
	}{
		{90, 100, false}, {99, 101, false}, {99, 102, true}, {105, 106, true}, {114, 120, true}, {115, 120, false},
	} {
		if got := o.excuses(at(tc.begin), at(tc.end)); got != tc.want {
			t.Errorf("%d to %d: %v, want %v", tc.begin, tc.end, got, tc.want)
		}
	}
}

// TestRevokedCredential: what a credential deserves before, during and after its revocation.
func TestRevokedCredential(t *testing.T) {
	at := func(s int) time.Time { return time.Unix(int64(s), 0) }
	c := &credential{ends: at(100), over: at(104)}
	for _, tc := range []struct {
		begin, end     int
		accept, refuse bool
	}{
		{98, 99, true, false}, {99, 101, true, true}, {103, 105, true, true}, {104, 105, false, true},
	} {
		accept, refuse := c.state(at(tc.begin), at(tc.end))
		if accept != tc.accept || refuse != tc.refuse {
			t.Errorf("%d to %d: accept %v, refuse %v", tc.begin, tc.end, accept, refuse)
		}
	}
}
