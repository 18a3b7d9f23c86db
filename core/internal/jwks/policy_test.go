package jwks_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/internal/jwks"
)

func TestPolicyDefaults(t *testing.T) {
	want := jwks.Policy{
		FetchTimeout: 5 * time.Second, MaxBytes: 512 << 10, MaxKeys: 1024,
		MinFresh: time.Minute, MaxFresh: 24 * time.Hour, DefaultFresh: 10 * time.Minute,
		RefreshAhead: 0.8, MaxStale: 24 * time.Hour, Cooldown: 5 * time.Second,
		BackoffMin: time.Second, BackoffMax: 30 * time.Second, MaxRefusedKids: 1024,
	}
	if got := (jwks.Policy{}).WithDefaults(); got != want {
		t.Fatalf("defaults = %+v", got)
	}
}

func TestPolicyValidate(t *testing.T) {
	for name, c := range map[string]struct {
		p     jwks.Policy
		field string // empty: valid
	}{
		"zero":                       {jwks.Policy{}, ""},
		"no stale":                   {jwks.Policy{MaxStale: -1}, ""},
		"short max pulls the rest":   {jwks.Policy{MaxFresh: 30 * time.Second}, ""},
		"long min pushes the rest":   {jwks.Policy{MinFresh: 48 * time.Hour}, ""},
		"short back-off":             {jwks.Policy{BackoffMax: time.Millisecond}, ""},
		"long back-off":              {jwks.Policy{BackoffMin: time.Minute}, ""},
		"timeout":                    {jwks.Policy{FetchTimeout: -1}, "FetchTimeout"},
		"bytes":                      {jwks.Policy{MaxBytes: -1}, "MaxBytes"},
		"keys":                       {jwks.Policy{MaxKeys: -1}, "MaxKeys"},
		"min fresh":                  {jwks.Policy{MinFresh: -1}, "MinFresh"},
		"max fresh":                  {jwks.Policy{MinFresh: 1, MaxFresh: -1, DefaultFresh: 1}, "MaxFresh"},
		"min over max":               {jwks.Policy{MinFresh: 2 * time.Hour, MaxFresh: time.Hour, DefaultFresh: time.Hour}, "MinFresh"},
		"default outside":            {jwks.Policy{DefaultFresh: time.Second}, "DefaultFresh"},
		"ahead above 1":              {jwks.Policy{RefreshAhead: 1.1}, "RefreshAhead"},
		"ahead NaN":                  {jwks.Policy{RefreshAhead: math.NaN()}, "RefreshAhead"},
		"cool-down":                  {jwks.Policy{Cooldown: -1}, "Cooldown"},
		"back-off":                   {jwks.Policy{BackoffMin: -1}, "BackoffMin"},
		"back-off max":               {jwks.Policy{BackoffMin: 1, BackoffMax: -1}, "BackoffMax"},
		"back-off min above its max": {jwks.Policy{BackoffMin: 2, BackoffMax: 1}, "BackoffMin"},
		"refused":                    {jwks.Policy{MaxRefusedKids: -1}, "MaxRefusedKids"},
	} {
		t.Run(name, func(t *testing.T) {
			errs := c.p.Validate()
			if c.field == "" {
				if len(errs) != 0 {
					t.Fatalf("refused: %v", errs)
				}
				return
			}
			for _, e := range errs {
				if e.Field == c.field && e.Reason != "" && strings.Contains(e.Error(), c.field) {
					return
				}
			}
			t.Fatalf("%v does not name %s", errs, c.field)
		})
	}
}
