package jwks_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/revstackhq/auth-go/core/internal/jwks"
)

// A small set is searched and a large one has a map: both must give the same answers.
func TestLookupInSetsOfEverySize(t *testing.T) {
	for _, size := range []int{1, 2, 4, 5, 8, 9, 100} {
		entries := []jwk{with(ec(""), "alg", "ES256"), rsaKey("key_0")} // a key without a kid, and the kid of another type
		for i := range size {
			entries = append(entries, ec(fmt.Sprintf("key_%d", i)))
		}
		data, err := json.Marshal(map[string]any{"keys": entries})
		if err != nil {
			t.Fatal(err)
		}
		set, err := jwks.Parse(data, jwks.Limits{Algorithms: []string{"RS256", "ES256"}})
		if err != nil || len(set.Keys()) != len(entries) {
			t.Fatalf("%d keys: %d usable, %v", size, len(set.Keys()), err)
		}
		for i := range size {
			kid := fmt.Sprintf("key_%d", i)
			if got := set.Lookup(kid, true, "ES256"); len(got) != 1 || got[0].ID != kid || got[0].Kty != "EC" {
				t.Errorf("%d keys: ES256 of %s: %v", size, kid, got)
			}
		}
		if got := set.Lookup("key_0", true, "RS256"); len(got) != 1 || got[0].Kty != "RSA" {
			t.Errorf("%d keys: RS256 of key_0: %v", size, got)
		}
		for _, c := range []struct{ kid, alg string }{
			{"", "ES256"}, {"key_0 ", "ES256"}, {fmt.Sprintf("key_%d", size), "ES256"}, {"key_0", "RS512"}, {"key_0", "ES384"},
		} {
			if got := set.Lookup(c.kid, true, c.alg); len(got) != 0 {
				t.Errorf("%d keys: %q with %s: %v, want none", size, c.kid, c.alg, got)
			}
		}
		want := size + 1
		if want > 4 { // more than a token without a kid is tried against
			want = 0
		}
		if got := set.Lookup("", false, "ES256"); len(got) != want {
			t.Errorf("%d keys: %d for a token without a kid, want %d", size, len(got), want)
		}
	}
}
