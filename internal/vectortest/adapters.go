package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/internal/crosstest/adapters"
	"github.com/revstackhq/auth-go/internal/faultrun/protocols"
	"github.com/revstackhq/auth-go/internal/vectortest/judge"
	"github.com/revstackhq/auth-go/vectors"
)

// adapter is an adapter under test, with functions that build a server behind its guard and a client with one
// connection.
type adapter struct {
	name, path string
	build      func(r adapters.Route) (serve func(net.Listener) error, shutdown func() error)
	dial       func(addr string) (client, error)
	// printable says that the client can only send printable ASCII.
	printable bool
}

// answer is the content of a response: the code of a refusal, or the user.
type answer struct{ code, user string }

// client sends one token after the other to an adapter's server.
type client interface {
	ask(ctx context.Context, token string) (answer, error)
	Close() error
}

const path = "/me" // the path that the adapters for HTTP serve

// allAdapters returns an adapter for every framework and protocol, net/http first.
func allAdapters() []adapter {
	var all []adapter
	for _, a := range adapters.All() {
		build := func(r adapters.Route) (func(net.Listener) error, func() error) {
			return a.Build(adapters.Program{Guarded: []adapters.Route{r}})
		}
		all = append(all, adapter{name: a.Name, path: path, build: build, dial: overHTTP(get(path))})
	}
	return append(all,
		adapter{name: "gRPC", path: protocols.Procedure, build: protocols.GRPC, dial: dialGRPC, printable: true},
		adapter{name: "Connect", path: protocols.Procedure, build: protocols.Connect, dial: overHTTP(connectCall())},
		adapter{name: "MCP", path: path, build: protocols.MCP, dial: overHTTP(toolCall(path))},
	)
}

// judged is the result of sending all tokens to one adapter's server.
type judged struct {
	sent  int
	wrong map[string]int // the number of wrong answers, by class
	err   error          // describes the wrong answers
}

// judge sends tokens to the adapter's server and compares the answers with the verdicts of the engine. It leaves out
// tokens that the adapter's protocol cannot carry.
func (a *adapter) judge(ctx context.Context, cases []*sendable) (result judged) {
	result.wrong = map[string]int{}
	source := &turns{}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		result.err = err
		return result
	}
	serve, shutdown := a.build(adapters.Route{Path: a.path, Source: source})
	stop := adapters.Serve(listener, serve, shutdown)
	defer func() { result.err = errors.Join(result.err, stop()) }()
	c, err := a.dial(listener.Addr().String())
	if err != nil {
		result.err = err
		return result
	}
	defer func() { _ = c.Close() }()
	for _, s := range cases {
		if a.printable && !printable(s.Token) {
			continue
		}
		result.sent++
		source.turn.Store(s.verifier)
		got, err := c.ask(ctx, s.Token)
		if want := s.want(); err == nil && got != want {
			err = fmt.Errorf("got %v, want %v", got, want)
		}
		if err != nil {
			result.wrong[s.class]++
			result.err = errors.Join(result.err, fmt.Errorf("%s: %s: %w", s.class, s.Name, err))
		}
	}
	return result
}

// judgeAdapters sends tokens through all adapters at once.
func judgeAdapters(ctx context.Context, all []adapter, cases []*sendable) []judged {
	results := make([]judged, len(all))
	var running sync.WaitGroup
	for i := range all {
		running.Go(func() { results[i] = all[i].judge(ctx, cases) })
	}
	running.Wait()
	return results
}

// sendable is a case that can be sent in a request, with the verifier that judges it.
type sendable struct {
	*vectors.Case

	class    string
	verifier *core.Verifier
}

// sendables returns the cases that can be sent. It leaves out proofs, which are for one URL each, cases whose
// contract is refused, and tokens that no header field can carry (RFC 9110 section 5.5).
func sendables(classes []vectors.Class) []*sendable {
	e := judge.NewEngine()
	var all []*sendable
	for i := range classes {
		for _, c := range judge.Tokens(classes[i : i+1]) {
			v, err := e.Verifier(c)
			if err == nil && !strings.ContainsAny(c.Token, "\r\n\x00") {
				all = append(all, &sendable{Case: c, class: classes[i].Name, verifier: v})
			}
		}
	}
	return all
}

// want returns the expected answer. A server sees the token without the white space that an Authorization field does
// not keep.
func (s *sendable) want() answer {
	// RFC 9110 section 5.5: white space at the end of a field value is not part of it. Section 11.4: one or more spaces
	// follow the scheme.
	sent := strings.TrimLeft(strings.TrimRight(s.Token, " \t"), " ")
	switch {
	case !isToken68(sent): // RFC 6750 section 2.1
		return answer{code: string(core.CodeInvalidRequest)}
	case sent != s.Token: // without the white space, it is a good token
		return answer{user: "user_1"}
	}
	return answer{s.Code, s.User}
}

// isToken68 reports whether s has the form that RFC 6750 section 2.1 gives to a token.
func isToken68(s string) bool {
	body := strings.TrimRight(s, "=")
	return body != "" && !strings.ContainsFunc(body, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-._~+/", r)
	})
}

func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

// turns is an authenticator whose verifier can be replaced, so that one server serves all contracts in turn.
type turns struct{ turn atomic.Pointer[core.Verifier] }

// Authenticate calls the current verifier.
func (t *turns) Authenticate(ctx context.Context, c core.Credentials) (*core.Session, error) {
	return t.turn.Load().Authenticate(ctx, c)
}

// Logger silences the guard: thousands of tokens are refused on purpose.
func (t *turns) Logger() *slog.Logger { return slog.New(slog.DiscardHandler) }
