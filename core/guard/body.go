package guard

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/revstackhq/auth-go/core"
)

// answer is the default body.
type answer struct {
	Error string    `json:"error"`
	Code  core.Code `json:"code"`
}

// problem is RFC 9457 §3.1 with the code as an extension member.
type problem struct {
	Type   string    `json:"type"`
	Title  string    `json:"title"`
	Status int       `json:"status"`
	Detail string    `json:"detail"`
	Code   core.Code `json:"code"`
}

// body ends with a newline because echo's encoder writes one.
func body(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		return []byte("{}\n") // not reached: strings always marshal
	}
	return append(b, '\n')
}

func titleOf(status int) string {
	if status == statusClientClosedRequest {
		return "Client Closed Request"
	}
	return http.StatusText(status)
}

// waitBeforeRetry is whole seconds, rounded up (RFC 9110 §10.2.3).
func waitBeforeRetry(d time.Duration) time.Duration {
	return max(time.Second, (d + time.Second - 1).Truncate(time.Second))
}

// retryAfter is [waitBeforeRetry] for the Retry-After field.
func retryAfter(d time.Duration) string {
	return strconv.FormatInt(int64(waitBeforeRetry(d)/time.Second), 10)
}
