package core

import (
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"strconv"
	"time"
)

// Rejection is the answer to a request that a guard refuses, rendered once for
// all frameworks. It belongs to the caller.
type Rejection struct {
	// Err says why. It is for the server; the client sees Status, Header, Body.
	Err    *Error
	Status int
	Header http.Header
	Body   []byte
	// Delegate asks the adapter to leave the answer to the framework's error
	// handler, see WithErrorHandler.
	Delegate bool

	message string // for the client
}

// Error makes a rejection the error that a framework gets. Its text is the
// sentence that the client may see, because error handlers and loggers of
// frameworks print it into the answer. What happened is in Err.
func (r *Rejection) Error() string {
	if r.message == "" {
		return r.Err.Message()
	}
	return r.message
}

// Unwrap returns the *Error.
func (r *Rejection) Unwrap() error { return r.Err }

// MarshalJSON returns the body, for frameworks that encode it themselves.
func (r *Rejection) MarshalJSON() ([]byte, error) {
	if json.Valid(r.Body) {
		return r.Body, nil
	}
	return json.Marshal(string(r.Body)) // a responder's text
}

// ServeHTTP writes the answer. A HEAD request gets the header of a GET, with its
// Content-Length (RFC 9110 §8.6), and no body (§9.3.2).
func (r *Rejection) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	maps.Copy(w.Header(), r.Header)
	if req.Method == http.MethodHead {
		w.Header()["Content-Length"] = []string{strconv.Itoa(len(r.Body))}
	}
	w.WriteHeader(r.Status)
	if req.Method != http.MethodHead {
		_, _ = w.Write(r.Body) //nolint:gosec // JSON of ours; the client is gone if writing fails
	}
}

// statusClientClosedRequest is what access logs show of a client that hung up,
// since nginx; nobody is there to read the answer.
const statusClientClosedRequest = 499

// SetHeader sets the answer's fields in h, in place of those of the same name,
// for an adapter that does not write the answer by ServeHTTP. Content-Type is
// left out where an error handler answers: its body is another.
func (r *Rejection) SetHeader(h http.Header) {
	for name, values := range r.Header {
		if !r.Delegate || name != "Content-Type" {
			h[name] = values
		}
	}
}

// statusOf is DESIGN's table of answers.
func statusOf(code Code) int {
	switch code {
	case CodeInvalidRequest: // RFC 6750 §3.1: invalid_request
		return http.StatusBadRequest
	case CodeInsufficientScope, CodeForbidden: // RFC 6750 §3.1: insufficient_scope
		return http.StatusForbidden
	case CodeKeysUnavailable, CodeRevocationUnavailable, CodeNetworkError: // an outage is not "unauthorized"
		return http.StatusServiceUnavailable
	case CodeRequestCanceled:
		return statusClientClosedRequest
	case CodeUnknownError:
		return http.StatusInternalServerError
	default:
		return http.StatusUnauthorized
	}
}

// answers renders rejections by a guard's options.
type answers struct {
	*guardOptions
	// metadataURL is the resource_metadata of challenges (RFC 9728 §5.1).
	metadataURL string
}

func (a *answers) init(o *guardOptions) {
	a.guardOptions = o
	if o.metadata != nil {
		a.metadataURL = o.metadata.url(&o.faults)
	}
}

// reject renders err. A nil guard, of a session without one, uses the defaults.
func (g *Guard) reject(r Request, err *Error) *Rejection {
	if g == nil {
		return (&answers{guardOptions: &guardOptions{}}).render(r, err)
	}
	return g.answers.render(r, err)
}

func (a *answers) render(r Request, err *Error) *Rejection {
	rejection := &Rejection{Err: err, Status: statusOf(err.Code), Header: make(http.Header, 4), Delegate: a.delegate}
	message := err.Message()
	if a.message != nil {
		if own := a.message(r, err); own != "" {
			message = own
		}
	}
	rejection.message = message
	h := rejection.Header
	h["Cache-Control"] = []string{"no-store"}
	if challenge := a.challenge(err, rejection.Status); challenge != "" {
		h["Www-Authenticate"] = []string{challenge}
	}
	if rejection.Status == http.StatusServiceUnavailable {
		h["Retry-After"] = []string{retryAfter(err.RetryAfter)}
	}
	if a.problem {
		h["Content-Type"] = []string{"application/problem+json"}
		rejection.Body = body(problem{
			Type: "about:blank", Title: titleOf(rejection.Status), Status: rejection.Status, Detail: message, Code: err.Code,
		})
	} else {
		h["Content-Type"] = []string{"application/json"}
		rejection.Body = body(answer{Error: message, Code: err.Code})
	}
	if a.responder != nil {
		a.responder(r, rejection)
		rejection.Err = err
		if rejection.Status < http.StatusOK || rejection.Status > 599 { // net/http panics, or takes it for an interim answer
			rejection.Status = statusOf(err.Code)
		}
		cleanHeader(rejection.Header)
	}
	return rejection
}

// answer is the default body, the model's error and errorCode.
type answer struct {
	Error string `json:"error"`
	Code  Code   `json:"code"`
}

// problem is RFC 9457 §3.1 with the code as an extension member.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Code   Code   `json:"code"`
}

// body ends with a newline because echo's encoder writes one.
func body(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		return []byte("{}\n") // strings always marshal
	}
	return append(b, '\n')
}

func titleOf(status int) string {
	if status == statusClientClosedRequest {
		return "Client Closed Request"
	}
	return http.StatusText(status)
}

// retryAfter is whole seconds, rounded up (RFC 9110 §10.2.3).
func retryAfter(d time.Duration) string {
	return strconv.FormatInt(max(1, int64((d+time.Second-1)/time.Second)), 10)
}

// unguarded answers for a Require on a route that no guard stands before.
func unguarded(r Request) *Rejection {
	slog.Error("auth: Require stands before a route that no guard protects: put New before it",
		slog.String("method", r.Method()), slog.String("path", r.Path()))
	return (*Guard)(nil).reject(r, refuse(CodeUnknownError, "no guard has run before Require"))
}
