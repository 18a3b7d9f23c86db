package redisauth_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/valkey-io/valkey-go"
)

// watched is a master with a replica, and a sentinel that makes the replica the master when the master is gone.
type watched struct {
	master, replica, sentinel *server
	link                      *proxy // between replica and master
}

func startWatched(tb testing.TB) *watched {
	tb.Helper()
	w := &watched{master: startServer(tb, "--repl-diskless-sync-delay", "0")}
	w.link = startProxy(tb, w.master.address())
	host, port, _ := net.SplitHostPort(w.link.address())
	w.replica = startServer(tb, "--replicaof", host+" "+port)
	until(tb, "the replica follows the master", func() bool {
		info, _ := w.replica.do("INFO", "replication").ToString()
		return strings.Contains(info, "master_link_status:up")
	})
	host, port, _ = net.SplitHostPort(w.master.address())
	config := filepath.Join(tb.TempDir(), "sentinel.conf")
	text := fmt.Sprintf("sentinel monitor fleet %s %s 1\n", host, port) +
		"sentinel down-after-milliseconds fleet 300\nsentinel failover-timeout fleet 2000\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
	w.sentinel = &server{t: tb, port: freePort(tb), config: config}
	w.sentinel.start()
	tb.Cleanup(w.sentinel.kill)
	until(tb, "the sentinel knows the replica", func() bool {
		info, _ := w.sentinel.do("INFO", "sentinel").ToString()
		return strings.Contains(info, "status=ok") && strings.Contains(info, "slaves=1")
	})
	return w
}

func (w *watched) option() valkey.ClientOption {
	option := impatient(w.sentinel.address())
	option.Sentinel.MasterSet = "fleet"
	return option
}

func (w *watched) connect() valkey.Client { return connect(w.sentinel.t, w.option()) }

// startCluster starts three masters that share the slots.
func startCluster(tb testing.TB) []*server {
	tb.Helper()
	const slots = 16384
	nodes := make([]*server, 3)
	for i := range nodes {
		nodes[i] = startServer(tb, "--cluster-enabled", "yes", "--cluster-node-timeout", "2000")
		add := []string{"CLUSTER", "ADDSLOTS"}
		for slot := i * slots / len(nodes); slot < (i+1)*slots/len(nodes); slot++ {
			add = append(add, strconv.Itoa(slot))
		}
		must := func(words ...string) {
			if err := nodes[i].do(words...).Error(); err != nil {
				tb.Fatal(err)
			}
		}
		must(add...)
		must("CLUSTER", "SET-CONFIG-EPOCH", strconv.Itoa(i+1))
		if i > 0 {
			host, port, _ := net.SplitHostPort(nodes[0].address())
			must("CLUSTER", "MEET", host, port)
		}
	}
	until(tb, "the cluster works", func() bool {
		for _, n := range nodes {
			info, _ := n.do("CLUSTER", "INFO").ToString()
			if !strings.Contains(info, "cluster_state:ok") || !strings.Contains(info, "cluster_known_nodes:3") ||
				!strings.Contains(info, "cluster_slots_assigned:16384") {
				return false
			}
		}
		return true
	})
	return nodes
}
