package token

import (
	"encoding/json"
	"math"
	"time"
)

// Instant is one of the dates among the claims.
type Instant struct {
	Claim string
	Label string
	Time  time.Time
}

// Times returns the date claims whose values are numbers up to the end of the
// year 9999.
func (t *Token) Times() []Instant {
	var claims map[string]json.RawMessage
	if json.Unmarshal(t.Claims, &claims) != nil {
		return nil
	}
	var all []Instant
	for _, date := range []struct{ claim, label string }{
		{"iat", "issued"},
		{"nbf", "valid from"},
		{"exp", "expires"},
		{"auth_time", "signed in"},
	} {
		var seconds float64
		if raw, ok := claims[date.claim]; !ok || json.Unmarshal(raw, &seconds) != nil || math.Abs(seconds) > 253402300799 {
			continue // the last second of the year 9999
		}
		all = append(all, Instant{date.claim, date.label, time.Unix(int64(seconds), 0).UTC()})
	}
	return all
}
