package redisauth_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/valkey-io/valkey-go"

	"github.com/revstackhq/auth-go/core/dpop/dpoptest"
	"github.com/revstackhq/auth-go/core/fleet"
	"github.com/revstackhq/auth-go/redisauth"
)

// rulesOfTheReadme returns the access rules that the README gives, with the further ones in the line that begins so.
func rulesOfTheReadme(t *testing.T, line string) []string {
	t.Helper()
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(readme)
	found := regexp.MustCompile("(?m)^user auth (.*)$").FindStringSubmatch(text)
	if found == nil {
		t.Fatal("the README has no access rules")
	}
	rules := found[1]
	if line != "" {
		more := regexp.MustCompile("(?m)^- " + line + ".*: `(.*)`").FindStringSubmatch(text)
		if more == nil {
			t.Fatalf("the README has no line about %s", line)
		}
		rules += " " + more[1]
	}
	return strings.Fields(rules)
}

// The commands that the README grants are enough for everything.
func TestAccessRulesOfTheReadme(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		line  string
		start func(t *testing.T) (nodes []*server, option valkey.ClientOption)
	}{
		"one server": {"", func(t *testing.T) ([]*server, valkey.ClientOption) {
			t.Helper()
			s := startServer(t)
			return []*server{s}, impatient(s.address())
		}},
		"sentinel": {"Sentinel", func(t *testing.T) ([]*server, valkey.ClientOption) {
			t.Helper()
			w := startWatched(t)
			return []*server{w.master}, w.option()
		}},
		"cluster": {"Cluster", func(t *testing.T) ([]*server, valkey.ClientOption) {
			t.Helper()
			nodes := startCluster(t)
			return nodes, impatient(nodes[0].address())
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			nodes, option := c.start(t)
			for _, n := range nodes {
				set := append([]string{"ACL", "SETUSER", "auth"}, rulesOfTheReadme(t, c.line)...)
				if err := n.do(set...).Error(); err != nil {
					t.Fatal(err)
				}
			}
			option.Username, option.Password = "auth", "password"
			useAll(t, connect(t, option))
		})
	}
}

// useAll uses everything of the package.
func useAll(t *testing.T, client valkey.Client) {
	t.Helper()
	log, err := redisauth.NewLog(client, redisauth.LogConfig{})
	if err != nil {
		t.Fatal(err)
	}
	a, b := open(t, log), open(t, log)
	until(t, "ready", func() bool { return a.Ready() == nil && b.Ready() == nil })
	gone := session("gone")
	if err := a.Revoke(t.Context(), fleet.SessionOf(gone)); err != nil {
		t.Fatal(err)
	}
	until(t, "revoked", func() bool { return revoked(b, gone) })
	cache := redisauth.NewKeyCache(client, redisauth.KeyCacheConfig{})
	if err := cache.Store(t.Context(), "id", []byte("{}")); err != nil {
		t.Error(err)
	}
	if data, err := cache.Load(t.Context(), "id"); err != nil || string(data) != "{}" {
		t.Error(string(data), err)
	}
	dpoptest.TestStore(t, redisauth.NewReplayStore(client, ""))
}
