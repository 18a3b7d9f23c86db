package fiber3auth_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v3"
	"github.com/gofiber/fiber/v3/middleware/timeout"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/fiber3auth"
)

const (
	users       = 200
	connections = 20
)

// kept is what a handler left behind for a goroutine of its own.
type kept struct {
	c    context.Context // a fiber.Ctx
	ctx  context.Context
	user string
}

// check reports whose session a kept context shows once its request has ended.
func (k kept) check() error {
	if got := core.UserID(k.c); got != "" {
		return fmt.Errorf("a kept c of %s shows %s", k.user, got)
	}
	if got := core.UserID(k.ctx); got != k.user {
		return fmt.Errorf("the kept c.Context() of %s shows %q", k.user, got)
	}
	return nil
}

// TestKeptContext: handlers keep c and c.Context() of every request. While other
// requests run, a kept c never shows their users, and c.Context() keeps its own.
func TestKeptContext(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	// Of every connection, because its next request is certain to come after the end
	// of the one before.
	var mu sync.Mutex
	all := make([][]kept, connections)
	app := fiber.New()
	app.Use(fiber3auth.New(issuer.Contract()))
	app.Get("/:connection", func(c fiber.Ctx) error {
		n, err := strconv.Atoi(c.Params("connection"))
		if err != nil {
			return err
		}
		mu.Lock()
		earlier := all[n]
		all[n] = append(all[n], kept{c, c.Context(), fiber3auth.UserID(c)})
		mu.Unlock()
		for _, k := range earlier {
			if err := k.check(); err != nil {
				t.Error(err)
			}
		}
		return c.SendString(core.UserID(c))
	})
	url := serveApp(t, app)

	var wg sync.WaitGroup
	for n := range connections {
		wg.Go(func() {
			transport := &http.Transport{MaxConnsPerHost: 1} // one connection, kept alive
			defer transport.CloseIdleConnections()
			client := &http.Client{Transport: transport, Timeout: 20 * time.Second}
			for user := n; user < users; user += connections {
				id := fmt.Sprintf("user_%03d", user)
				got, err := get(t, client, url+"/"+strconv.Itoa(n), issuer.Token(authtest.Claims{"sub": id}))
				if err != nil || got != id {
					t.Errorf("%s was mistaken for %q, %v", id, got, err)
				}
			}
		})
	}
	wg.Wait()
	if err := app.Shutdown(); err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, earlier := range all {
		total += len(earlier)
		for _, k := range earlier {
			if err := k.check(); err != nil {
				t.Error(err)
			}
		}
	}
	if total != users {
		t.Errorf("%d requests ran, want %d", total, users)
	}
}

// TestKeptAfterRejection: a middleware in front of the guard may keep c of a request
// that is rejected. It must not show the next request's user.
func TestKeptAfterRejection(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	var early []fiber.Ctx
	app := fiber.New()
	app.Use(func(c fiber.Ctx) error {
		early = append(early, c)
		return c.Next()
	})
	app.Use(fiber3auth.New(issuer.Contract()))
	app.Get("/", func(c fiber.Ctx) error {
		for _, k := range early[:len(early)-1] {
			if k == c || core.UserID(k) != "" {
				t.Errorf("a kept c shows %q", core.UserID(k))
			}
		}
		return nil
	})
	for range 50 {
		if status, _, _ := serve(app, ""); status != fiber.StatusUnauthorized {
			t.Errorf("got %d", status)
		}
		if status, _, _ := serve(app, issuer.Token(nil)); status != fiber.StatusOK {
			t.Errorf("got %d", status)
		}
	}
}

// TestTimeout: with fiber's timeout middleware a handler goes on after its request
// was answered. Its c stays its own.
func TestTimeout(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	answered, done := make(chan struct{}), make(chan struct{})
	guarded := fiber3auth.New(issuer.Contract())
	app := fiber.New()
	app.Get("/slow", timeout.New(func(c fiber.Ctx) error {
		defer close(done)
		<-answered
		if err := guarded(c); err == nil { // runs on: there is no next handler
			t.Error("a handler follows")
		}
		if got := core.UserID(c); got != "slow" {
			t.Errorf("after the timeout, c shows %q", got)
		}
		return nil
	}, timeout.Config{Timeout: time.Millisecond}))
	app.Get("/", guarded, func(c fiber.Ctx) error { return c.SendString(core.UserID(c)) })
	url := serveApp(t, app)
	client := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}, Timeout: 20 * time.Second}
	defer client.CloseIdleConnections()
	got, err := get(t, client, url+"/slow", issuer.Token(authtest.Claims{"sub": "slow"}))
	if err != nil || got != "Request Timeout" {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err := get(t, client, url, issuer.Token(authtest.Claims{"sub": "next"})); err != nil || got != "next" {
		t.Errorf("got %q, %v", got, err)
	}
	close(answered)
	<-done
}

// serveApp serves on loopback until the test ends.
func serveApp(t *testing.T, app *fiber.App) (url string) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = app.Listener(listener, fiber.ListenConfig{DisableStartupMessage: true}) }()
	t.Cleanup(func() { _ = app.Shutdown(); _ = listener.Close() })
	return "http://" + listener.Addr().String()
}

func get(t *testing.T, client *http.Client, url, token string) (body string, err error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		return "", err
	}
	authtest.Authorize(request, token)
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	return string(data), err
}
