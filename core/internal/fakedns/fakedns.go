// Package fakedns answers DNS look-ups in tests, so that a test can make a public name resolve to a private address.
package fakedns

import (
	"context"
	"net"
	"sync/atomic"
)

// TB has the methods of testing.TB that this package calls.
type TB interface {
	Helper()
	Fatal(args ...any)
	Cleanup(f func())
}

// server is the address of the server that answers, nil while no test has one. The resolver of the process is replaced
// before any goroutine runs, because a dial that a test left behind may still read it when the next test starts.
var server = install() //nolint:gochecknoglobals // net.DefaultResolver is global, too

func install() *atomic.Pointer[string] {
	var server atomic.Pointer[string]
	net.DefaultResolver = &net.Resolver{
		PreferGo: true,
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			if fake := server.Load(); fake != nil {
				network, address = "udp", *fake
			}
			return new(net.Dialer).DialContext(ctx, network, address)
		},
	}
	return &server
}

// Start makes every look-up of this process answer with addrs in turn, then with the last one again and again, until
// the test ends.
func Start(tb TB, addrs ...[4]byte) {
	tb.Helper()
	conn, err := new(net.ListenConfig).ListenPacket(context.Background(), "udp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	go serve(conn, addrs)
	address := conn.LocalAddr().String()
	server.Store(&address)
	tb.Cleanup(func() {
		server.Store(nil)
		_ = conn.Close()
	})
}

func serve(conn net.PacketConn, addrs [][4]byte) {
	var asked atomic.Int64
	buf := make([]byte, 1500)
	for {
		n, from, err := conn.ReadFrom(buf)
		if err != nil {
			return
		}
		if reply := answer(buf[:n], addrs, &asked); reply != nil {
			_, _ = conn.WriteTo(reply, from)
		}
	}
}

// answer replies to one question (RFC 1035 §4): with an address for type A, with nothing for other types.
func answer(query []byte, addrs [][4]byte, asked *atomic.Int64) []byte {
	const header, typeA = 12, 1
	end := header
	for end < len(query) && query[end] != 0 {
		end += int(query[end]) + 1
	}
	if end+5 > len(query) {
		return nil
	}
	question := query[header : end+5]
	reply := append([]byte{query[0], query[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, question...)
	if query[end+2] != typeA {
		return reply
	}
	reply[7] = 1 // one answer
	addr := addrs[min(int(asked.Add(1)), len(addrs))-1]
	reply = append(reply, 0xc0, header, 0, typeA, 0, 1, 0, 0, 0, 0, 0, 4)
	return append(reply, addr[:]...)
}
