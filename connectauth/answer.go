package connectauth

import (
	"maps"
	"mime"
	"net/http"
	"strings"

	"connectrpc.com/connect"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/revstackhq/auth-go/core/guard"
)

// errorOf returns a rejection as the error of a call. errors.As finds the *core.Error.
// The metadata goes into header, or into the error's own if header is nil.
func errorOf(rejection *guard.Rejection, header http.Header) *connect.Error {
	answer := rejection.RPC()
	err := connect.NewError(connect.Code(answer.Code), rejection)
	details := []proto.Message{
		&errdetails.ErrorInfo{Reason: answer.Reason, Domain: guard.ErrorDomain, Metadata: answer.Info},
	}
	if answer.RetryAfter > 0 {
		details = append(details, &errdetails.RetryInfo{RetryDelay: durationpb.New(answer.RetryAfter)})
	}
	for _, message := range details {
		if detail, failed := connect.NewErrorDetail(message); failed == nil { // well-known messages can be encoded
			err.AddDetail(detail)
		}
	}
	if header == nil {
		header = err.Meta()
	}
	maps.Copy(header, answer.Metadata)
	return err
}

// write answers a call with the rejection. The metadata of gRPC goes into the header:
// net/http sends neither WWW-Authenticate nor Cache-Control as a trailer (RFC 9110 §6.5.1).
func write(writer *connect.ErrorWriter, w http.ResponseWriter, r *http.Request, rejection *guard.Rejection) {
	stopReading(withReader(r.Context(), w, r)) // the client of a stream may send nothing more until it is answered
	var header http.Header
	if isGRPC(r.Header.Get("Content-Type")) {
		header = w.Header()
	}
	_ = writer.Write(w, r, errorOf(rejection, header)) // if writing fails, the client is gone
}

// isGRPC reports whether a media type is that of gRPC, and not of gRPC-Web.
func isGRPC(media string) bool {
	rest, ok := strings.CutPrefix(strings.ToLower(media), "application/grpc")
	return ok && !strings.HasPrefix(rest, "-web")
}

// isCall reports whether a request is a call of one of the three protocols. The error
// writer alone would treat every GET request as one, and every POST request with an
// application type, such as that of a form.
func isCall(writer *connect.ErrorWriter, r *http.Request) bool {
	if !writer.IsSupported(r) {
		return false
	}
	if r.Method == http.MethodGet { // https://connectrpc.com/docs/protocol: Unary-Get-Request
		query := r.URL.Query()
		return query.Has("message") && query.Has("encoding")
	}
	switch media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); media {
	case "application/x-www-form-urlencoded":
		return false
	case "application/json", "application/proto":
		return true
	default: // the types of gRPC, gRPC-Web and streams name the protocol
		return isStream(media) || r.Header.Get("Connect-Protocol-Version") != ""
	}
}
