package guard

import (
	"encoding/json"
	"maps"
	"net/http"
	"strconv"

	"github.com/revstackhq/auth-go/core"
)

// Rejection is the answer to a request that a guard refuses, rendered once for
// all frameworks. It belongs to the caller.
type Rejection struct {
	// Err says why. It is for the server; the client sees Status, Header, Body.
	Err    *core.Error
	Status int
	Header http.Header
	Body   []byte
	// Delegate asks the adapter to leave the answer to the framework's error
	// handler, see [DelegateErrors].
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

// Unwrap returns the *core.Error.
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
