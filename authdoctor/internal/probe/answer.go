package probe

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Answer describes an HTTP response without its body.
type Answer struct {
	URL          string `json:"url"`
	Status       int    `json:"status,omitempty"`
	Bytes        int    `json:"bytes,omitempty"`
	ContentType  string `json:"contentType,omitempty"`
	CacheControl string `json:"cacheControl,omitempty"`
	Expires      string `json:"expires,omitempty"`
	Age          string `json:"age,omitempty"`
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"lastModified,omitempty"`
	// Millis is how long the response took, in milliseconds.
	Millis int64  `json:"millis,omitempty"`
	Error  string `json:"error,omitempty"`

	skew *Skew
}

const (
	timeout      = 5 * time.Second
	maxBytes     = 512 << 10
	maxRedirects = 3
)

// Compare compares a clock with that of the server at the address. It returns nil
// if the server does not respond, or without a Date.
func Compare(ctx context.Context, address string, now func() time.Time) *Skew {
	return ask(ctx, address, now).skew
}

// ask fetches the address once more, for its header. Like a verifier, it follows
// redirects only on the same host.
func ask(ctx context.Context, address string, now func() time.Time) *Answer {
	answer := &Answer{URL: address}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		answer.Error = "unreadable URL"
		return answer
	}
	client := &http.Client{
		Timeout: timeout,
		CheckRedirect: func(next *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects || next.URL.Scheme != via[0].URL.Scheme || next.URL.Host != via[0].URL.Host {
				return errors.New("redirected to another host")
			}
			return nil
		},
	}
	before := now()
	response, err := client.Do(request)
	if err != nil {
		answer.Error = err.Error()
		if cause := errors.Unwrap(err); cause != nil {
			answer.Error = cause.Error() // without the URL, which is in the answer
		}
		return answer
	}
	after := now()
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBytes+1))
	if err != nil {
		answer.Error = err.Error()
	}
	h := response.Header
	answer.Status, answer.Bytes, answer.Millis = response.StatusCode, len(body), after.Sub(before).Milliseconds()
	answer.ContentType, answer.CacheControl, answer.Expires = h.Get(
		"Content-Type",
	), h.Get(
		"Cache-Control",
	), h.Get(
		"Expires",
	)
	answer.Age, answer.ETag, answer.LastModified = h.Get("Age"), h.Get("ETag"), h.Get("Last-Modified")
	answer.skew = skewOf(h, before, after)
	return answer
}

// Skew is the difference of two clocks according to the Date of a response (RFC
// 9110 §6.6.1), which counts whole seconds.
type Skew struct {
	// Ahead is how far this machine's clock is ahead of the issuer's, negative
	// if it is behind; it is exact to Within.
	Ahead  time.Duration `json:"-"`
	Within time.Duration `json:"-"`

	AheadSeconds  float64 `json:"aheadSeconds"`
	WithinSeconds float64 `json:"withinSeconds"`
}

// Agrees reports whether the clocks may be the same.
func (s *Skew) Agrees() bool { return s.Ahead.Abs() <= s.Within }

// skewOf returns nil if the response has no Date, or if it came from a cache: its
// Date is then the time of the original response (RFC 9111 §5.1).
func skewOf(h http.Header, before, after time.Time) *Skew {
	date, err := http.ParseTime(h.Get("Date"))
	if age, ageErr := strconv.Atoi(h.Get("Age")); err != nil || ageErr == nil && age > 0 {
		return nil
	}
	// The response was written between before and after, and in the second that starts at date.
	middle := before.Add(after.Sub(before) / 2)
	half := 500 * time.Millisecond
	s := &Skew{
		Ahead:  middle.Sub(date.Add(half)).Round(100 * time.Millisecond),
		Within: (after.Sub(before)/2 + half).Round(100 * time.Millisecond),
	}
	s.AheadSeconds, s.WithinSeconds = s.Ahead.Seconds(), s.Within.Seconds()
	return s
}
