package keys_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/keys"
)

func TestPolicyDefaults(t *testing.T) {
	want := keys.Policy{
		FetchTimeout: 5 * time.Second, MaxBytes: 512 << 10, MaxKeys: 1024,
		MinFresh: time.Minute, MaxFresh: 24 * time.Hour, DefaultFresh: 10 * time.Minute,
		RefreshAhead: 0.8, MaxStale: 24 * time.Hour, Cooldown: 5 * time.Second,
		BackoffMin: time.Second, BackoffMax: 30 * time.Second, MaxRefusedKids: 1024,
	}
	if got := (keys.Policy{}).WithDefaults(); got != want {
		t.Fatalf("defaults = %+v", got)
	}
}

func TestPolicyValidate(t *testing.T) {
	for name, c := range map[string]struct {
		p     keys.Policy
		field string // empty: valid
	}{
		"zero":                     {keys.Policy{}, ""},
		"no stale":                 {keys.Policy{MaxStale: -1}, ""},
		"short max pulls the rest": {keys.Policy{MaxFresh: 30 * time.Second}, ""},
		"long min pushes the rest": {keys.Policy{MinFresh: 48 * time.Hour}, ""},
		"short back-off":           {keys.Policy{BackoffMax: time.Millisecond}, ""},
		"long back-off":            {keys.Policy{BackoffMin: time.Minute}, ""},
		"timeout":                  {keys.Policy{FetchTimeout: -1}, "FetchTimeout"},
		"timeout without a unit":   {keys.Policy{FetchTimeout: 5}, "FetchTimeout"},
		"bytes":                    {keys.Policy{MaxBytes: -1}, "MaxBytes"},
		"keys":                     {keys.Policy{MaxKeys: -1}, "MaxKeys"},
		"min fresh":                {keys.Policy{MinFresh: -1}, "MinFresh"},
		"max fresh":                {keys.Policy{MinFresh: 1, MaxFresh: -1, DefaultFresh: 1}, "MaxFresh"},
		"min over max": {keys.Policy{
			MinFresh:     2 * time.Hour,
			MaxFresh:     time.Hour,
			DefaultFresh: time.Hour,
		}, "MinFresh"},
		"default outside":            {keys.Policy{DefaultFresh: time.Second}, "DefaultFresh"},
		"ahead above 1":              {keys.Policy{RefreshAhead: 1.1}, "RefreshAhead"},
		"ahead NaN":                  {keys.Policy{RefreshAhead: math.NaN()}, "RefreshAhead"},
		"cool-down":                  {keys.Policy{Cooldown: -1}, "Cooldown"},
		"back-off":                   {keys.Policy{BackoffMin: -1}, "BackoffMin"},
		"back-off max":               {keys.Policy{BackoffMin: 1, BackoffMax: -1}, "BackoffMax"},
		"back-off min above its max": {keys.Policy{BackoffMin: 2, BackoffMax: 1}, "BackoffMin"},
		"refused":                    {keys.Policy{MaxRefusedKids: -1}, "MaxRefusedKids"},
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
