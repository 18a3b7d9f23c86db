package redisauth_test

import (
	"context"
	"net"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/valkey-io/valkey-go"

	"github.com/revstackhq/auth-go/redisauth"
)

// server is a redis-server or valkey-server of this test's own, on a free port of loopback, without files.
type server struct {
	t    testing.TB
	port int
	cmd  *exec.Cmd
}

func startServer(tb testing.TB) *server {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	s := &server{t: tb, port: l.Addr().(*net.TCPAddr).Port}
	_ = l.Close()
	s.start()
	tb.Cleanup(s.kill)
	return s
}

func (s *server) start() {
	s.t.Helper()
	program := ""
	for _, name := range []string{"redis-server", "valkey-server"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		const why = "neither redis-server nor valkey-server is installed; on Debian: apt-get install redis-server"
		if os.Getenv("CI") == "true" {
			s.t.Fatal(why)
		}
		s.t.Skip(why)
	}
	s.cmd = exec.Command(program, "--port", strconv.Itoa(s.port), "--bind", "127.0.0.1", "--save", "",
		"--appendonly", "no", "--dir", s.t.TempDir())
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	for range 1000 {
		c, err := net.Dial("tcp", s.address())
		if err == nil {
			_ = c.Close()
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.t.Fatal("the server does not listen")
}

func (s *server) address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)) }

func (s *server) kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

func (s *server) signal(sig syscall.Signal) { _ = s.cmd.Process.Signal(sig) }

func (s *server) connect() valkey.Client {
	s.t.Helper()
	option := redisauth.ClientOption(s.address())
	option.Dialer.Timeout = time.Second
	option.ConnWriteTimeout = time.Second
	client, err := valkey.NewClient(option)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(client.Close)
	return client
}

func (s *server) flush() {
	s.t.Helper()
	c := s.connect()
	if err := c.Do(context.Background(), c.B().Flushall().Build()).Error(); err != nil {
		s.t.Fatal(err)
	}
}
