// Package protocols serves one route by gRPC, by Connect and by MCP, behind the adapter of each, for the tests and
// programs that compare them with the HTTP frameworks of package adapters.
package protocols

import (
	"context"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/internal/crosstest/adapters"
)

// Procedure is the procedure that the servers of [GRPC] and [Connect] have.
const Procedure = "/who.v1.Who/Get"

// Message is the type of the procedure's request, which is empty, and of its response.
type Message = wrapperspb.StringValue

// CodeOf returns the core.Code in the details of a gRPC status or a Connect error. It returns "" if there is none, or
// if the code does not match the status.
func CodeOf(status uint32, details []any) core.Code {
	for _, d := range details {
		info, ok := d.(*errdetails.ErrorInfo)
		if ok && info.GetDomain() == guard.ErrorDomain {
			if code := core.Code(info.GetReason()); code.RPCStatus() == status {
				return code
			}
		}
	}
	return ""
}

// answer returns the text of the route's response: the user's id if the route has no Answer.
func answer(ctx context.Context, r adapters.Route, user func() string) (string, error) {
	if r.Answer == nil {
		return user(), nil
	}
	return r.Answer(ctx, user)
}
