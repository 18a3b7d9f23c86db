package grpcauth

import (
	"context"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/revstackhq/auth-go/core/guard"
)

// refusalError is a rejection as the error of a call. Its text is the sentence that the
// client may see; errors.As finds the *core.Error, for interceptors that log.
type refusalError struct {
	*guard.Rejection

	status *status.Status
}

func (r *refusalError) GRPCStatus() *status.Status { return r.status }

// Unwrap returns the rejection.
func (r *refusalError) Unwrap() error { return r.Rejection }

// refused returns the error of a call that the guard rejects, nil for nil. It sets the
// trailer of the call if ctx has one; a tap handle's has none.
func refused(ctx context.Context, rejection *guard.Rejection) error {
	if rejection == nil {
		return nil
	}
	answer := rejection.RPC()
	details := []protoadapt.MessageV1{protoadapt.MessageV1Of(&errdetails.ErrorInfo{
		Reason: answer.Reason, Domain: guard.ErrorDomain, Metadata: answer.Info,
	})}
	if answer.RetryAfter > 0 {
		details = append(details, protoadapt.MessageV1Of(&errdetails.RetryInfo{
			RetryDelay: durationpb.New(answer.RetryAfter),
		}))
	}
	s := status.New(codes.Code(answer.Code), answer.Message)
	if detailed, err := s.WithDetails(details...); err == nil { // well-known messages can be encoded
		s = detailed
	}
	trailer := metadata.MD{}
	for name, values := range answer.Metadata {
		trailer.Append(name, values...)
	}
	_ = grpc.SetTrailer(ctx, trailer)
	return &refusalError{rejection, s}
}
