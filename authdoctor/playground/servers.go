package playground

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"
)

// sceneHeader selects the service that answers a request. A page of another site
// cannot send it: the browser would first send a preflight request, and no server
// answers those.
const sceneHeader = "Playground-Scene"

// maxHeaderBytes exceeds the limit on tokens, so that the guard and not the
// server rejects a token that is too long.
const maxHeaderBytes = 64 << 10

// server serves the services of all scenes with one framework.
type server struct {
	framework string
	url       string
	close     func() error
}

// startServers starts a server for each of the four frameworks on a free port. After
// an error, it returns those that were started.
func (p *Playground) startServers() ([]server, error) {
	var servers []server
	for _, framework := range []string{"gin", "echo", "chi", "fiber"} {
		l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
		if err != nil {
			return servers, fmt.Errorf("playground: no port for %s: %w", framework, err)
		}
		s := server{framework: framework, url: "http://" + l.Addr().String()}
		if framework == "fiber" {
			s.close = p.serveFiber(l)
		} else {
			s.close = p.serveHTTP(l, framework)
		}
		servers = append(servers, s)
	}
	return servers, nil
}

func (p *Playground) serveHTTP(l net.Listener, framework string) (stop func() error) {
	server := &http.Server{
		ReadHeaderTimeout: 10 * time.Second,
		MaxHeaderBytes:    maxHeaderBytes,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			running := p.runningService(r.Header.Get(sceneHeader))
			if running == nil {
				http.NotFound(w, r)
				return
			}
			running.handlers[framework].ServeHTTP(w, r)
		}),
	}
	shutdown := func() error { return errors.Join(server.Close(), closeListener(l)) }
	return serve(func() error { return server.Serve(l) }, shutdown)
}

func (p *Playground) serveFiber(l net.Listener) (stop func() error) {
	front := fiber.New(fiber.Config{DisableStartupMessage: true, ReadBufferSize: maxHeaderBytes})
	front.Use(func(c *fiber.Ctx) error {
		running := p.runningService(c.Get(sceneHeader))
		if running == nil {
			return c.SendStatus(http.StatusNotFound)
		}
		running.fiber.Handler()(c.Context())
		return nil
	})
	shutdown := func() error { return errors.Join(front.ShutdownWithTimeout(shutdownTimeout), closeListener(l)) }
	return serve(func() error { return front.Listener(l) }, shutdown)
}

// closeListener closes a listener that may be closed already.
func closeListener(l net.Listener) error {
	if err := l.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// serve runs a server; stop returns when it has ended.
func serve(run, shutdown func() error) (stop func() error) {
	ended := make(chan error, 1)
	go func() { ended <- run() }()
	return func() error {
		err := shutdown()
		if served := <-ended; !errors.Is(served, http.ErrServerClosed) && !errors.Is(served, net.ErrClosed) {
			err = errors.Join(err, served)
		}
		return err
	}
}

// runningService returns the service of a scene, nil if it was not started.
func (p *Playground) runningService(id string) *service {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.running[id]
}
