package guard

import (
	"encoding/json"
	"maps"
	"net/http"
	"strconv"

	"github.com/revstackhq/auth-go/core"
)

// Rejection is the answer to a request that a guard rejects, the same for all
// frameworks. It belongs to its caller and is not safe for concurrent use.
type Rejection struct {
	// Err is the reason, for the server. The client sees Status, Header and Body.
	Err    *core.Error
	Status int
	Header http.Header
	Body   []byte
	// Delegate asks the adapter to leave the answer to the framework's error
	// handler, see [DelegateErrors].
	Delegate bool

	message string // for the client
}

// Error returns the sentence that the client may see: error handlers and loggers of
// frameworks write an error's text into the answer. The reason is in Err.
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
	return json.Marshal(string(r.Body)) // a responder wrote text
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
		_, _ = w.Write(r.Body) //nolint:gosec // the body is JSON; if writing fails, the client is gone
	}
}

// statusClientClosedRequest is the status that access logs show, since nginx, if a
// client closed the connection. The client does not see it.
const statusClientClosedRequest = 499

// HeaderWriter is the header of an answer: an http.Header or fasthttp's ResponseHeader.
type HeaderWriter interface {
	Add(name, value string)
	Del(name string)
}

// SetHeader sets the answer's fields in h and replaces those of the same name,
// for an adapter that does not write the answer with ServeHTTP. It leaves
// Content-Type out if [Rejection.Delegate] is set, because the error handler
// writes its own body.
func (r *Rejection) SetHeader(h HeaderWriter) {
	for name, values := range r.Header {
		if r.Delegate && name == "Content-Type" {
			continue
		}
		h.Del(name)
		for _, value := range values {
			h.Add(name, value)
		}
	}
}
