package crosstest_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/adaptertest"
	"github.com/revstackhq/auth-go/internal/crosstest"
	"github.com/revstackhq/auth-go/vectors"
)

// TestVectors: every framework, over HTTP, gives every test vector the verdict and the code that the engine gives.
func TestVectors(t *testing.T) {
	classes, err := vectors.Load()
	if err != nil {
		t.Fatal(err)
	}
	cases := vectorCases(t, classes)
	adapters := crosstest.Adapters()
	for n, adapter := range adapters {
		t.Run(adapter.Name, func(t *testing.T) {
			t.Parallel()
			source := &turns{}
			server, err := adapter.Start(adaptertest.Config{Source: source, SawError: func(error) {}})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = server.Close() })
			client := vectorClient{addr: server.Addr}
			t.Cleanup(client.close)
			for i, c := range cases {
				if raceEnabled && i%len(adapters) != n {
					continue // with the race detector the frameworks share the vectors
				}
				source.turn.Store(c.verifier)
				got, err := client.ask(t.Context(), c.Token)
				if err != nil {
					t.Errorf("%s: %v", c.name, err)
				} else if want := c.want(); got != want {
					t.Errorf("%s: got %v, want %v", c.name, got, want)
				}
			}
		})
	}
}

// vectorCase is a case that can be sent over HTTP, with the verifier that judges it.
type vectorCase struct {
	*vectors.Case
	name     string
	verifier *core.Verifier
}

// vectorAnswer is what a client sees.
type vectorAnswer struct {
	status     int
	code, user string
}

func (c *vectorCase) want() vectorAnswer {
	// RFC 9110 §5.5: white space at the end of a field value is not part of it. §11.4: one or more spaces follow the
	// scheme.
	sent := strings.TrimLeft(strings.TrimRight(c.Token, " \t"), " ")
	switch {
	case !isToken68(sent): // RFC 6750 §2.1
		return vectorAnswer{status: 400, code: string(core.CodeInvalidRequest)}
	case sent != c.Token: // so this is the good token itself
		return vectorAnswer{status: 200, user: "user_1"}
	case c.Accept:
		return vectorAnswer{status: 200, user: c.User}
	}
	return vectorAnswer{status: 401, code: c.Code}
}

// isToken68 reports whether s has the form that RFC 6750 §2.1 gives to a token.
func isToken68(s string) bool {
	body := strings.TrimRight(s, "=")
	return body != "" && !strings.ContainsFunc(body, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-._~+/", r)
	})
}

// vectorCases leaves out proofs, contracts that are refused, and tokens that no HTTP field can carry.
func vectorCases(t *testing.T, classes []vectors.Class) []*vectorCase {
	t.Helper()
	type key struct {
		contract *vectors.Contract
		keys     *vectors.Keys
		at       time.Time
	}
	verifiers := map[key]*core.Verifier{}
	var cases []*vectorCase
	for _, class := range classes {
		for i := range class.Cases {
			c := &class.Cases[i]
			if c.Request != nil || c.Code == "INVALID_CONTRACT" || strings.ContainsAny(c.Token, "\r\n\x00") {
				continue
			}
			k := key{c.Contract, c.Keys, c.Time}
			if verifiers[k] == nil {
				verifiers[k] = vectorVerifier(t, c)
			}
			cases = append(cases, &vectorCase{Case: c, name: class.Name + ": " + c.Name, verifier: verifiers[k]})
		}
	}
	if len(cases) < 2500 {
		t.Errorf("%d cases are sent, want at least 2500", len(cases))
	}
	return cases
}

// stoppedClock is a clock that does not move.
type stoppedClock time.Time

func (c stoppedClock) Now() time.Time { return time.Time(c) }

func vectorVerifier(t *testing.T, c *vectors.Case) *core.Verifier {
	t.Helper()
	r := core.Rules{
		Issuer:              c.Contract.Issuer,
		Audiences:           c.Contract.Audience,
		InsecureAnyAudience: c.Contract.AnyAudience,
		Algorithms:          c.Contract.Algorithms,
		AuthorizedParties:   c.Contract.AuthorizedParties,
		TokenTypes:          c.Contract.TokenTypes,
		RequiredClaims:      c.Contract.RequiredClaims,
		UserIDClaim:         c.Contract.UserIDClaim,
		Leeway:              c.Contract.Leeway,
		MaxAge:              c.Contract.MaxAge,
		MaxTokenBytes:       c.Contract.MaxTokenBytes,
		JWKS:                c.Keys.Set,
	}
	if r.Leeway == 0 {
		r.Leeway = -1 // none
	}
	if c.Keys.Secret != nil {
		r.Secret = core.NewSecret(string(c.Keys.Secret))
	}
	contract, err := core.NewContract(r)
	if err != nil {
		t.Fatalf("%s: %v", c.Name, err)
	}
	silent := slog.New(slog.DiscardHandler)
	v, err := core.NewVerifier(contract, core.WithClock(stoppedClock(c.Time)), core.WithLogger(silent))
	if err != nil {
		t.Fatalf("%s: %v", c.Name, err)
	}
	return v
}

// turns is an authenticator that lets one verifier after the other judge, so that one program serves all contracts.
type turns struct{ turn atomic.Pointer[core.Verifier] }

// Authenticate lets the verifier whose turn it is judge.
func (s *turns) Authenticate(ctx context.Context, c core.Credentials) (*core.Session, error) {
	return s.turn.Load().Authenticate(ctx, c)
}

// Logger silences the guard: refusals are what this test is about.
func (s *turns) Logger() *slog.Logger { return slog.New(slog.DiscardHandler) }

// vectorClient sends tokens as they are: net/http would refuse to send some of them.
type vectorClient struct {
	addr   string
	mu     sync.Mutex
	conn   net.Conn
	reader *bufio.Reader
}

func (c *vectorClient) close() {
	if c.conn != nil {
		_ = c.conn.Close()
		c.conn = nil
	}
}

// ask sends one request and reads its answer. It opens a new connection if the server closes the old one.
func (c *vectorClient) ask(ctx context.Context, token string) (vectorAnswer, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn == nil {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", c.addr)
		if err != nil {
			return vectorAnswer{}, err
		}
		c.conn, c.reader = conn, bufio.NewReader(conn)
	}
	_ = c.conn.SetDeadline(time.Now().Add(time.Minute))
	const request = "GET %s HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\n\r\n"
	_, err := fmt.Fprintf(c.conn, request, adaptertest.PathPrivate, token)
	if err != nil {
		return vectorAnswer{}, err
	}
	response, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		return vectorAnswer{}, err
	}
	body, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if response.Close {
		c.close()
	}
	if err != nil {
		return vectorAnswer{}, err
	}
	var answer struct {
		Code   string `json:"code"`
		UserID string `json:"userId"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return vectorAnswer{}, fmt.Errorf("status %d, body %q: %w", response.StatusCode, body, err)
	}
	return vectorAnswer{response.StatusCode, answer.Code, answer.UserID}, nil
}
