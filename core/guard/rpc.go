package guard

import (
	"net/http"
	"strings"
	"time"
)

// ErrorDomain is the domain of the reasons in the error details that RPC clients
// get (google.rpc.ErrorInfo). The reason is a [core.Code].
const ErrorDomain = "github.com/revstackhq/auth-go"

// RPC is a rejection in the terms of gRPC and Connect, see [Rejection.RPC].
type RPC struct {
	// Code is the status, a number of google.rpc.Code.
	Code uint32
	// Message is the sentence that the client may see.
	Message string
	// Reason and Info are for a google.rpc.ErrorInfo: the code of the error, and the
	// challenge under "www-authenticate" if there is one.
	Reason string
	Info   map[string]string
	// RetryAfter is for a google.rpc.RetryInfo, 0 unless the status is unavailable.
	RetryAfter time.Duration
	// Metadata are the fields of Header that make sense without a body.
	Metadata http.Header
}

// RPC returns the rejection as a gRPC or Connect handler sends it. The code follows
// from Err, not from a Status that a responder has changed.
func (r *Rejection) RPC() RPC {
	a := RPC{
		Code:     r.Err.Code.RPCStatus(),
		Message:  r.Error(),
		Reason:   string(r.Err.Code),
		Metadata: make(http.Header, len(r.Header)),
	}
	if r.Err.Code.Status() == http.StatusServiceUnavailable {
		a.RetryAfter = waitBeforeRetry(r.Err.RetryAfter)
	}
	for name, values := range r.Header {
		switch {
		case strings.HasPrefix(name, "Content-"): // describes the body
		case strings.HasPrefix(name, "Grpc-"), strings.HasPrefix(name, "Connect-"): // belongs to the protocol
		default:
			a.Metadata[name] = values
		}
	}
	if challenge := r.Header.Get("Www-Authenticate"); challenge != "" {
		a.Info = map[string]string{"www-authenticate": challenge}
	}
	return a
}
