package redisauth_test

import (
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// proxy is a TCP proxy in front of a server that is slow, that forwards nothing, or that is gone.
type proxy struct {
	listener net.Listener
	target   string

	mu    sync.Mutex
	conns map[net.Conn]struct{}
	delay time.Duration // of the server's answers
	hole  bool          // connections stay open, and nothing gets through
	gone  bool          // connections are refused
}

func startProxy(tb testing.TB, target string) *proxy {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	p := &proxy{listener: l, target: target, conns: map[net.Conn]struct{}{}}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() { p.forward(c) })
		}
	})
	tb.Cleanup(func() {
		_ = l.Close()
		p.set(func() { p.gone = true })
		running.Wait()
	})
	return p
}

func (p *proxy) address() string { return p.listener.Addr().String() }

// set changes how the proxy behaves. Connections of a proxy that is gone are reset.
func (p *proxy) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
	for c := range p.conns {
		if p.gone {
			reset(c)
		}
	}
}

func reset(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}

// state returns how long to keep an answer back, and whether to drop everything.
func (p *proxy) state() (delay time.Duration, hole bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.delay, p.hole
}

// add remembers a connection. It is false if the proxy is gone.
func (p *proxy) add(c net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.gone {
		p.conns[c] = struct{}{}
	}
	return !p.gone
}

func (p *proxy) forward(client net.Conn) {
	defer reset(client)
	if !p.add(client) {
		return
	}
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		return
	}
	defer reset(server)
	if !p.add(server) {
		return
	}
	var both sync.WaitGroup
	var dead atomic.Bool
	both.Go(func() { p.pipe(server, client, false, &dead) })
	both.Go(func() { p.pipe(client, server, true, &dead) })
	both.Wait()
	p.mu.Lock()
	delete(p.conns, client)
	delete(p.conns, server)
	p.mu.Unlock()
}

// pipe copies from one end to the other until one of them is closed. What is read during a hole is lost, and nothing
// may follow it on the same connection.
func (p *proxy) pipe(to, from net.Conn, delayed bool, dead *atomic.Bool) {
	type piece struct {
		due  time.Time
		data []byte
	}
	pieces := make(chan piece, 1024)
	var writing sync.WaitGroup
	writing.Go(func() {
		for x := range pieces {
			time.Sleep(time.Until(x.due))
			_, _ = to.Write(x.data)
		}
	})
	for buffer := make([]byte, 32<<10); ; {
		n, err := from.Read(buffer)
		delay, hole := p.state()
		if n > 0 && hole {
			dead.Store(true)
		}
		if n > 0 && !dead.Load() {
			x := piece{data: append([]byte(nil), buffer[:n]...)}
			if delayed {
				x.due = time.Now().Add(delay)
			}
			pieces <- x
		}
		if err != nil {
			break
		}
	}
	close(pieces)
	writing.Wait()
	reset(to)
}
