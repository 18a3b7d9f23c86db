package jwks

import (
	"net/http"
	"time"
)

// longestRetryAfter limits what a server can ask for: five minutes without new keys are acceptable, an hour is not.
const longestRetryAfter = 5 * time.Minute

// retryAfter returns how long the server asks clients to wait (RFC 9110 §10.2.3), 0 if it does not. It reads the header
// only for the statuses that define it (RFC 6585 §4, RFC 9110 §15.6.4).
func retryAfter(resp *http.Response, now time.Time) time.Duration {
	if resp.StatusCode != http.StatusTooManyRequests && resp.StatusCode != http.StatusServiceUnavailable {
		return 0
	}
	value := resp.Header.Get("Retry-After")
	wait, ok := deltaSeconds(value)
	if !ok {
		at, err := http.ParseTime(value)
		if err != nil {
			return 0
		}
		if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
			now = date // both by the server's clock
		}
		wait = at.Sub(now)
	}
	return max(0, min(wait, longestRetryAfter))
}
