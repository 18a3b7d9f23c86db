package keys_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/keys"
)

func TestHealthJSON(t *testing.T) {
	at := time.Date(2026, time.March, 1, 13, 0, 0, 0, time.FixedZone("CET", 3600))
	for name, c := range map[string]struct {
		health keys.Health
		want   string
	}{
		"zero": {
			keys.Health{State: keys.StateEmpty},
			`{"issuer":"","state":"empty","keys":[],"fetches":0,"failures":0,"notModified":0,"unknownKeys":0,"throttled":0,` +
				`"cacheLoads":0,"ageSeconds":0}`,
		},
		"all members": {
			keys.Health{
				Issuer:     "https://id.example",
				Provider:   "clerk",
				URL:        "https://id.example/.well-known/openid-configuration",
				State:      keys.StateStale,
				Age:        90*time.Second + 500*time.Millisecond,
				FetchedAt:  at,
				RefreshAt:  at.Add(8 * time.Minute),
				FreshUntil: at.Add(10 * time.Minute),
				StaleUntil: at.Add(time.Hour),
				NextTry:    at.Add(time.Second),
				Keys: []keys.Info{
					{ID: "k1", Algorithm: "RS256", Type: "RSA", Bits: 2048}, {Type: "EC", Curve: "P-256", Bits: 256},
				},
				Skipped:       []keys.Skipped{{Index: 2, ID: "k2", Type: "oct", Algorithm: "HS256", Reason: "symmetric key"}},
				LastError:     "down",
				LastErrorKind: "status",
				CacheError:    "disk full",
				ClockSkew:     -2500 * time.Millisecond,
				Fetches:       1,
				Failures:      2,
				NotModified:   3,
				UnknownKeys:   4,
				Throttled:     5,
				CacheLoads:    6,
				Discovery: &keys.Discovery{
					URL:        "https://id.example/.well-known/openid-configuration",
					JWKSURL:    "https://id.example/keys",
					FetchedAt:  at,
					FreshUntil: at.Add(time.Hour),
					Fetches:    7,
					Failures:   8,
					LastError:  "late",
				},
			},
			`{"issuer":"https://id.example","provider":"clerk","url":"https://id.example/.well-known/openid-configuration",` +
				`"state":"stale","fetchedAt":"2026-03-01T12:00:00Z","refreshAt":"2026-03-01T12:08:00Z",` +
				`"freshUntil":"2026-03-01T12:10:00Z","staleUntil":"2026-03-01T13:00:00Z","nextTry":"2026-03-01T12:00:01Z",` +
				`"keys":[{"kid":"k1","alg":"RS256","kty":"RSA","bits":2048},{"kty":"EC","crv":"P-256","bits":256}],` +
				`"skipped":[{"index":2,"kid":"k2","kty":"oct","alg":"HS256","reason":"symmetric key"}],` +
				`"lastError":"down","lastErrorKind":"status","cacheError":"disk full","fetches":1,"failures":2,"notModified":3,` +
				`"unknownKeys":4,"throttled":5,"cacheLoads":6,` +
				`"discovery":{"url":"https://id.example/.well-known/openid-configuration","jwksUrl":"https://id.example/keys",` +
				`"fetchedAt":"2026-03-01T12:00:00Z","freshUntil":"2026-03-01T13:00:00Z","fetches":7,"failures":8,"lastError":"late"},` +
				`"ageSeconds":90.5,"clockSkewSeconds":-2.5}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := json.Marshal(c.health)
			if err != nil || string(got) != c.want {
				t.Errorf("%v\n got %s\nwant %s", err, got, c.want)
			}
		})
	}
	// A list of them, as Verifier.KeyHealth returns it.
	if got, err := json.Marshal([]keys.Health{{}}); err != nil || !strings.HasPrefix(string(got), `[{"issuer":""`) {
		t.Errorf("%s, %v", got, err)
	}
}
