package redisauth_test

import (
	"context"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/valkey-io/valkey-go"

	"github.com/revstackhq/auth-go/core/fleet"
	"github.com/revstackhq/auth-go/redisauth"
)

// lab is what a fault needs.
type lab struct {
	// connect returns a client for a replica behind the fault, and direct one for a replica that it does not concern;
	// nil if there is no such replica.
	connect, direct func() valkey.Client
	begin           func(*model)
	end             func()
	// cut is true if replicas behind the fault can no longer know all revocations, and must notice it.
	cut bool
	// may is true if they can notice it or not: it depends on how long the fault takes.
	may bool
}

// kept makes a server keep its data on disk.
var kept = []string{"--appendonly", "yes", "--appendfsync", "always"}

// faults are the faults of a real server and of the network in front of it.
var faults = map[string]func(t *testing.T) lab{
	"stopped and started with its data": func(t *testing.T) lab {
		t.Helper()
		s := startServer(t, kept...)
		return lab{connect: s.connect, begin: func(*model) { s.stop() }, end: s.start, cut: true}
	},
	"paused": func(t *testing.T) lab {
		t.Helper()
		s := startServer(t)
		pause := func(*model) { s.signal(syscall.SIGSTOP) }
		return lab{connect: s.connect, begin: pause, end: func() { s.signal(syscall.SIGCONT) }, cut: true}
	},
	"killed and started with its data": func(t *testing.T) lab {
		t.Helper()
		s := startServer(t, kept...)
		return lab{connect: s.connect, begin: func(*model) { s.kill() }, end: s.start, cut: true}
	},
	"killed and started without data": func(t *testing.T) lab {
		t.Helper()
		s := startServer(t)
		return lab{connect: s.connect, begin: func(*model) { s.kill() }, end: s.start, cut: true}
	},
	"wiped": func(t *testing.T) lab {
		t.Helper()
		s := startServer(t)
		return lab{connect: s.connect, begin: func(*model) { s.flush() }}
	},
	"connections reset again and again": func(t *testing.T) lab {
		t.Helper()
		s := startServer(t)
		return lab{connect: s.connect, begin: func(*model) {
			for range 3 {
				s.do("CLIENT", "KILL", "TYPE", "normal")
				s.do("CLIENT", "KILL", "TYPE", "pubsub")
				time.Sleep(shortLag / 20)
			}
		}}
	},
	"failed over by sentinel": func(t *testing.T) lab {
		t.Helper()
		w := startWatched(t)
		return lab{connect: w.connect, begin: func(*model) { w.master.kill() }, may: true}
	},
	"failed over by sentinel to a replica that lacks the last records": func(t *testing.T) lab {
		t.Helper()
		w := startWatched(t)
		return lab{connect: w.connect, may: true, begin: func(m *model) {
			w.link.set(func() { w.link.hole = true })
			if err := m.revoke("confirmed by the master only"); err != nil {
				t.Log("revoked before the failover: ", err)
			}
			w.master.kill()
		}}
	},
	"slow": func(t *testing.T) lab {
		t.Helper()
		return throughProxy(t, func(p *proxy) { p.delay = shortLag / 16 }, false)
	},
	"so slow that answers come after MaxLag": func(t *testing.T) lab {
		t.Helper()
		return throughProxy(t, func(p *proxy) { p.delay = shortLag * 5 / 4 }, true)
	},
	"cut": func(t *testing.T) lab {
		t.Helper()
		return throughProxy(t, func(p *proxy) { p.gone = true }, true)
	},
	"cut without a word": func(t *testing.T) lab {
		t.Helper()
		return throughProxy(t, func(p *proxy) { p.hole = true }, true)
	},
}

// throughProxy puts a proxy in front of all replicas but the one that revokes.
func throughProxy(t *testing.T, fault func(*proxy), cut bool) lab {
	t.Helper()
	s := startServer(t)
	p := startProxy(t, s.address())
	return lab{
		connect: func() valkey.Client { return connect(t, impatient(p.address())) },
		direct:  s.connect,
		begin:   func(*model) { p.set(func() { fault(p) }) },
		end:     func() { p.set(func() { p.delay, p.hole, p.gone = 0, false, false }) },
		cut:     cut,
	}
}

// TestFaults plays the faults of real servers, and compares what replicas of each failure mode answer all the while: a
// revoked session is not accepted for longer than the bound by a replica that fails closed, and never again by one that
// has refused it; a good one is not refused before the replica's news are MaxLag old; and all replicas recover by
// themselves.
func TestFaults(t *testing.T) {
	for name, build := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, build(t))
		})
	}
}

func play(t *testing.T, l lab) {
	t.Helper()
	m := newModel(t)
	newLog := func(direct bool) fleet.Log {
		client := l.connect
		if direct && l.direct != nil {
			client = l.direct
		}
		log, err := redisauth.NewLog(client(), redisauth.LogConfig{})
		if err != nil {
			t.Fatal(err)
		}
		return log
	}
	add := func(name string, mode fleet.Failure, direct bool) {
		m.replicas = append(m.replicas, m.open(name, newLog(direct), mode, !direct || l.direct == nil))
	}
	add("the one that revokes", fleet.FailClosed, true)
	add("FailClosed", fleet.FailClosed, false)
	add("FailOpen", fleet.FailOpen, false)
	add("FailShort", fleet.FailShort(time.Minute), false)
	until(t, "ready", m.ready)
	revoke := func(user string) {
		t.Helper()
		until(t, "revoke "+user, func() bool { return m.revoke(user) == nil })
		until(t, user+" is refused by all", func() bool { return m.allRefuse(user) })
	}
	revoke("before")
	defer m.watch()()

	m.begin(l)
	l.begin(m)
	if err := m.revoke("during"); err != nil {
		t.Log("revoked during the fault: ", err)
	}
	if l.cut {
		until(t, "the replicas notice", m.out)
		m.outage()
	} else if !l.may {
		for began := time.Now(); time.Since(began) < shortLag*3/2 && !t.Failed(); time.Sleep(100 * time.Millisecond) {
			_ = m.revoke(fmt.Sprint("during ", time.Now().UnixNano()))
		}
	}
	if l.end != nil {
		l.end()
	}
	until(t, "during is refused by all", func() bool { return m.allRefuse("during") })
	until(t, "ready again", m.ready)
	m.end()
	revoke("after")

	late := m.open("a replica that starts afterwards", newLog(false), fleet.FailClosed, true)
	until(t, "a replica that starts afterwards knows everything", func() bool {
		for _, s := range m.revoked {
			if gone, _ := late.Revoked(context.Background(), s); !gone {
				return false
			}
		}
		return late.Ready() == nil
	})
	t.Logf("%s: %s", t.Name(), m)
}
