package redisauth_test

import (
	"context"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/valkey-io/valkey-go"

	"github.com/revstackhq/auth-go/redisauth"
)

// server is a redis-server or valkey-server of this test's own, on a free port of loopback. It keeps no data unless the
// arguments demand it.
type server struct {
	t    testing.TB
	port int
	dir  string
	args []string
	// config is the file of a sentinel.
	config string
	cmd    *exec.Cmd
}

func startServer(tb testing.TB, args ...string) *server {
	tb.Helper()
	s := &server{t: tb, port: freePort(tb), dir: tb.TempDir(), args: args}
	s.start()
	tb.Cleanup(s.kill)
	return s
}

// tried counts the ports that this process has tried. Each process begins elsewhere.
var tried atomic.Int64

// freePort returns a port that is free, as is the one that a cluster's node takes for its bus, 10,000 above. Both are
// below those that systems give to connections: a server that is started again must find its port free.
func freePort(tb testing.TB) int {
	tb.Helper()
	for range 1000 {
		port := 15_000 + (37*os.Getpid()+int(tried.Add(1)))%7000
		if isFree(port) && isFree(port+10_000) {
			return port
		}
	}
	tb.Fatal("no port is free")
	return 0
}

func isFree(port int) bool {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	return err == nil && l.Close() == nil
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
	args := append([]string{
		"--port", strconv.Itoa(s.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", s.dir,
	}, s.args...)
	if s.config != "" {
		args = []string{s.config, "--sentinel", "--port", strconv.Itoa(s.port), "--bind", "127.0.0.1"}
	}
	s.cmd = exec.Command(program, args...)
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

// stop ends the server as its system does: it may write what it has.
func (s *server) stop() {
	s.signal(syscall.SIGTERM)
	_ = s.cmd.Wait()
}

// impatient returns options with short timeouts, so that tests do not wait.
func impatient(addresses ...string) valkey.ClientOption {
	option := redisauth.ClientOption(addresses...)
	option.Dialer.Timeout = time.Second
	option.ConnWriteTimeout = time.Second
	return option
}

func connect(tb testing.TB, option valkey.ClientOption) valkey.Client {
	tb.Helper()
	client, err := valkey.NewClient(option)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(client.Close)
	return client
}

func (s *server) connect() valkey.Client {
	s.t.Helper()
	return connect(s.t, impatient(s.address()))
}

// do runs a command that the client's builder does not know.
func (s *server) do(words ...string) valkey.ValkeyResult {
	option := impatient(s.address())
	option.ForceSingleClient = true
	c, err := valkey.NewClient(option)
	if err != nil {
		s.t.Error(err)
		return valkey.ValkeyResult{}
	}
	defer c.Close()
	return c.Do(context.Background(), c.B().Arbitrary(words...).Build())
}

func (s *server) flush() {
	s.t.Helper()
	if err := s.do("FLUSHALL").Error(); err != nil {
		s.t.Fatal(err)
	}
}
