package guard_test

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unsafe"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/keys"
)

// lender is a request of a framework that overwrites its buffer with the next request.
type lender struct {
	guard.Request

	buffer []byte
	lent   int
}

func (l *lender) fill(token string) { l.buffer = append(l.buffer[:0], "Bearer "+token...) }

func (l *lender) overwrite() {
	for i := range l.buffer {
		l.buffer[i] = 'x'
	}
}

func (l *lender) Header(name string) []string {
	if name == "Authorization" {
		return []string{string(l.buffer)}
	}
	return nil
}

func (l *lender) BorrowAuthorization() (string, bool) {
	l.lent++
	return unsafe.String(unsafe.SliceData(l.buffer), len(l.buffer)), true
}

// TestBorrowedToken sends good and bad tokens in one buffer, to a guard that may borrow and to one that gets copies,
// and compares what both have kept after the buffer is overwritten.
func TestBorrowedToken(t *testing.T) {
	clock := newClock() // details of rejections name the time
	i := authtest.NewIssuer(t, authtest.WithClock(clock))
	contract := i.Contract()
	var tokens []string
	for n := range 4 {
		tokens = append(tokens, i.Token(authtest.Claims{"sub": fmt.Sprint("user", n), "list": []string{fmt.Sprint(n)}}))
	}
	for _, bad := range i.Bad(contract, tokens[0]) {
		tokens = append(tokens, bad.Token)
	}
	tokens = append(tokens, tokens[:4]...) // now cached
	l := &lender{Request: get()}
	borrowed := kept(t, contract, clock, tokens, l, l.fill, l.overwrite)
	if l.lent != len(tokens) {
		t.Errorf("%d of %d tokens were borrowed", l.lent, len(tokens))
	}
	copies := &lender{Request: get()}
	copied := kept(t, contract, clock, tokens, copier{copies}, copies.fill, func() {})
	for n := range copied {
		if !reflect.DeepEqual(borrowed[n], copied[n]) {
			t.Errorf("token %d: borrowed %q, copied %q", n, borrowed[n], copied[n])
		}
	}
}

// copier hides that a lender may lend.
type copier struct{ guard.Request }

// kept returns what remains of each token after its request: what the session says, the rejection, and the events.
func kept(
	t *testing.T, contract *core.Contract, clock keys.Clock, tokens []string,
	r guard.Request, fill func(string), overwrite func(),
) (found [][]string) {
	t.Helper()
	var events []event.TokenRejected
	v, err := core.NewVerifier(contract, core.WithClock(clock), core.WithObserver(func(_ context.Context, e event.Event) {
		if e, ok := e.(event.TokenRejected); ok {
			events = append(events, e)
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	g := guardOf(t, v)
	var sessions []*core.Session
	var rejections []*guard.Rejection
	for _, token := range tokens {
		fill(token)
		s, rejection := g.Check(t.Context(), r)
		overwrite()
		sessions, rejections = append(sessions, s), append(rejections, rejection)
	}
	rejected := 0
	for n, s := range sessions {
		var lines []string
		if s != nil {
			claims, err := core.ClaimsOf[map[string]any](s)
			lines = append(lines, s.UserID(), fmt.Sprint(claims, err), fmt.Sprint(s))
		}
		if r := rejections[n]; r != nil {
			e := events[rejected]
			rejected++
			lines = append(lines, string(r.Body), fmt.Sprintf("%+v", r.Unwrap()), e.KeyID, e.Issuer, e.Detail)
		}
		if strings.Contains(fmt.Sprint(lines), "xxxx") {
			t.Errorf("token %d has read the overwritten buffer: %q", n, lines)
		}
		found = append(found, lines)
	}
	return found
}

// TestTokenThatIsKeptIsNotBorrowed: what a handler may keep does not lie in the framework's buffer.
func TestTokenThatIsKeptIsNotBorrowed(t *testing.T) {
	i := authtest.NewIssuer(t)
	token := i.Token(nil)
	l := &lender{Request: get()}
	l.fill(token)
	g := guardOf(t, i.Contract(), guard.KeepToken())
	ctx, rejection := g.Enter(t.Context(), l)
	l.overwrite()
	if got := guard.CallerToken(ctx); rejection != nil || got != token {
		t.Errorf("%q, %v", got, rejection)
	}
}
