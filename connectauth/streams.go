package connectauth

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"connectrpc.com/connect"

	"github.com/revstackhq/auth-go/core/guard"
)

// EndStreams returns an interceptor that ends a stream with CodeUnauthenticated when its
// session expires. Give it to the handlers behind [New]:
//
//	ordersv1connect.NewOrdersHandler(&orders{}, connect.WithInterceptors(connectauth.EndStreams()))
//
// The context of the handler ends, and its calls of Receive and Send return the error.
// The stream ends when the handler returns.
func EndStreams() connect.Interceptor { return endStreams{} }

type endStreams struct{}

func (endStreams) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc { return next }

func (endStreams) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return next
}

func (endStreams) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return func(ctx context.Context, conn connect.StreamingHandlerConn) error {
		call := guard.HTTPRequest(&http.Request{
			Method: http.MethodPost,
			URL:    &url.URL{Path: conn.Spec().Procedure},
			Header: conn.RequestHeader(),
		})
		limited, cancel := guard.UntilExpiry(ctx, call)
		defer cancel()
		ending := endingConn{conn, limited}
		err := next(limited, ending)
		if expired := ending.expired(); expired != nil {
			return expired
		}
		return err
	}
}

// endingConn is the connection of a stream whose session expires.
type endingConn struct {
	connect.StreamingHandlerConn

	ctx context.Context //nolint:containedctx // it says when the session has expired
}

// expired returns the error of a stream whose session has expired, nil before.
func (c endingConn) expired() error {
	if rejection := guard.Expired(c.ctx); rejection != nil {
		return c.errorOf(rejection)
	}
	return nil
}

func (c endingConn) errorOf(rejection *guard.Rejection) error {
	if c.Peer().Protocol == connect.ProtocolGRPC {
		return errorOf(rejection, http.Header{}) // they can't be trailers, see write
	}
	return errorOf(rejection, nil)
}

func (c endingConn) Send(message any) error {
	if err := c.expired(); err != nil {
		return err
	}
	return c.StreamingHandlerConn.Send(message)
}

// Receive does not wait for a message of the client longer than the session lasts.
// After an error, message belongs to the receiver that is still waiting: it is not one.
func (c endingConn) Receive(message any) error {
	expired, waiting, err := guard.Receive(c.ctx, func() error { return c.StreamingHandlerConn.Receive(message) })
	if waiting {
		stopReading(c.ctx)
	}
	if expired != nil {
		return c.errorOf(expired)
	}
	return err
}

type readerKey struct{}

// withReader lets stopReading end the reading of an HTTP/1.1 stream. There, net/http
// cannot finish an answer while it waits for the body; in HTTP/2 it can.
func withReader(ctx context.Context, w http.ResponseWriter, r *http.Request) context.Context {
	if r.ProtoMajor >= 2 || !isStream(r.Header.Get("Content-Type")) {
		return ctx
	}
	return context.WithValue(ctx, readerKey{}, http.NewResponseController(w))
}

// stopReading makes reads of the stream fail, if withReader has prepared it.
func stopReading(ctx context.Context) {
	if controller, ok := ctx.Value(readerKey{}).(*http.ResponseController); ok {
		_ = controller.SetReadDeadline(time.Unix(1, 0)) // fails only for writers that no server made
	}
}

// isStream reports whether a media type is that of gRPC, gRPC-Web or a Connect stream.
func isStream(media string) bool {
	media = strings.ToLower(media) // RFC 9110 §8.3.1; the handlers ignore case too
	return strings.HasPrefix(media, "application/grpc") || strings.HasPrefix(media, "application/connect+")
}
