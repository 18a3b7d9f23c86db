package main

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/internal/faultrun/protocols"
)

// exchange is a request over HTTP, and a function that reads the response.
type exchange struct {
	line, fields, body string
	read               func(status int, body []byte) (answer, error)
}

// get is a GET request to a handler that responds with the user's id.
func get(path string) exchange {
	return exchange{line: "GET " + path, read: func(status int, body []byte) (answer, error) {
		if status == http.StatusOK {
			return answer{user: string(body)}, nil
		}
		return readRefusal(status, body)
	}}
}

// toolCall calls a tool of an MCP server that responds with the user's id.
func toolCall(path string) exchange {
	return exchange{
		line:   "POST " + path,
		fields: "Content-Type: application/json\r\nAccept: " + protocols.ToolAccept + "\r\n",
		body:   protocols.ToolCall,
		read: func(status int, body []byte) (answer, error) {
			if status == http.StatusOK {
				user, err := protocols.ToolText(body)
				return answer{user: user}, err
			}
			return readRefusal(status, body)
		},
	}
}

// readRefusal reads the default body of package guard.
func readRefusal(status int, body []byte) (answer, error) {
	var refused struct{ Code core.Code }
	if err := json.Unmarshal(body, &refused); err != nil || refused.Code.Status() != status {
		return answer{}, fmt.Errorf("the answer is %d %.100q", status, body)
	}
	return answer{code: string(refused.Code)}, nil
}

// connectCall calls the procedure in JSON, as https://connectrpc.com/docs/protocol describes it.
func connectCall() exchange {
	return exchange{
		line:   "POST " + protocols.Procedure,
		fields: "Content-Type: application/json\r\nConnect-Protocol-Version: 1\r\n",
		body:   `""`,
		read: func(status int, body []byte) (answer, error) {
			if status == http.StatusOK {
				var user string
				err := json.Unmarshal(body, &user)
				return answer{user: user}, err
			}
			return readConnectError(status, body)
		},
	}
}

func readConnectError(status int, body []byte) (answer, error) {
	var refused struct {
		Code    connect.Code
		Details []struct{ Value string }
	}
	if err := json.Unmarshal(body, &refused); err != nil || len(refused.Details) != 1 {
		return answer{}, fmt.Errorf("the answer is %d %.300q", status, body)
	}
	text, err := base64.RawStdEncoding.DecodeString(refused.Details[0].Value)
	if err != nil {
		return answer{}, err
	}
	info := new(errdetails.ErrorInfo)
	if err := proto.Unmarshal(text, info); err != nil {
		return answer{}, err
	}
	return readDetails(uint32(refused.Code), []any{info})
}

// readDetails reads the details of a gRPC status or a Connect error.
func readDetails(status uint32, details []any) (answer, error) {
	code := protocols.CodeOf(status, details)
	if code == "" {
		return answer{}, fmt.Errorf("no code for the status %d in the details %v", status, details)
	}
	return answer{code: string(code)}, nil
}

// httpClient writes requests itself, because net/http would refuse to send some of the tokens.
type httpClient struct {
	exchange

	addr   string
	conn   net.Conn
	reader *bufio.Reader
}

func overHTTP(e exchange) func(addr string) (client, error) {
	return func(addr string) (client, error) { return &httpClient{exchange: e, addr: addr}, nil }
}

// Close closes the connection.
func (c *httpClient) Close() error {
	if c.conn == nil {
		return nil
	}
	err := c.conn.Close()
	c.conn = nil
	return err
}

// ask sends one request and reads its answer. It opens a new connection if the server closed the old one.
func (c *httpClient) ask(ctx context.Context, token string) (answer, error) {
	if c.conn == nil {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", c.addr)
		if err != nil {
			return answer{}, err
		}
		c.conn, c.reader = conn, bufio.NewReader(conn)
	}
	_ = c.conn.SetDeadline(time.Now().Add(time.Minute))
	fields := c.fields
	if c.body != "" {
		fields += fmt.Sprintf("Content-Length: %d\r\n", len(c.body))
	}
	const request = "%s HTTP/1.1\r\nHost: %s\r\n%sAuthorization: Bearer %s\r\n\r\n%s"
	if _, err := fmt.Fprintf(c.conn, request, c.line, c.addr, fields, token, c.body); err != nil {
		return answer{}, err
	}
	response, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		return answer{}, err
	}
	body, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if response.Close {
		_ = c.Close()
	}
	if err != nil {
		return answer{}, err
	}
	return c.read(response.StatusCode, body)
}

// grpcClient is a client of grpc-go.
type grpcClient struct{ *grpc.ClientConn }

func dialGRPC(addr string) (client, error) {
	conn, err := grpc.NewClient(addr, grpc.WithTransportCredentials(insecure.NewCredentials()))
	return grpcClient{conn}, err
}

func (c grpcClient) ask(ctx context.Context, token string) (answer, error) {
	ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+token)
	out := new(protocols.Message)
	if err := c.Invoke(ctx, protocols.Procedure, new(protocols.Message), out); err != nil {
		s := status.Convert(err)
		return readDetails(uint32(s.Code()), s.Details())
	}
	return answer{user: out.GetValue()}, nil
}
