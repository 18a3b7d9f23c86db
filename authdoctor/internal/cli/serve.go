package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/revstackhq/auth-go/authdoctor/playground"
	"github.com/revstackhq/auth-go/core/providers"
)

type serveCommand struct {
	Port     int    `default:"9595" help:"The port on 127.0.0.1; 0 takes a free one."`
	Contract string `placeholder:"FILE" help:"Also check pasted tokens against this contract, with keys that are fetched from its issuer."`
}

// Help is printed below the flags.
func (serveCommand) Help() string {
	return `The page, the issuer that signs its tokens and the four programs that check them run in this process,
on loopback. Only --contract uses the network.

Examples:
  authdoctor serve
  authdoctor serve --port 0
  authdoctor serve --contract contract.json`
}

// keyTimeout bounds a fetch of the keys of --contract.
const keyTimeout = 10 * time.Second

// Run serves until it is interrupted.
func (c *serveCommand) Run(ctx context.Context, env *Env) (err error) {
	if c.Port < 0 || c.Port > 65535 {
		return fmt.Errorf("--port %d: a port is between 0 and 65535", c.Port)
	}
	cfg, err := c.config(env)
	if err != nil {
		return err
	}
	addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(c.Port))
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("port %d is taken: choose another with --port, or any free one with --port 0", c.Port)
	}
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w; choose another port with --port", addr, err)
	}
	defer func() { _ = l.Close() }() // Serve closes it first, if it is reached
	gin.SetMode(gin.ReleaseMode)     // gin's debug mode prints every route
	play, err := playground.New(cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, play.Close()) }()
	if _, err := fmt.Fprintf(env.Stdout, "The playground is at http://%s\nCtrl-C ends it.\n", l.Addr()); err != nil {
		return err
	}
	return play.Serve(ctx, l)
}

// config returns the configuration of the playground, with the contract of the flag if there is one.
func (c *serveCommand) config(env *Env) (playground.Config, error) {
	if c.Contract == "" {
		return playground.Config{}, nil
	}
	data, err := readContractFile(env, c.Contract)
	if err != nil {
		return playground.Config{}, err
	}
	contract, err := providers.ParseContract(data)
	if err != nil {
		return playground.Config{}, err
	}
	return playground.Config{Scenes: []playground.Scene{{
		Provider: "Your contract",
		Name:     c.Contract,
		Contract: contract,
		Client:   &http.Client{Timeout: keyTimeout},
	}}}, nil
}
