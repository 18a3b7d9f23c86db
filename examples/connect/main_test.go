package main

import (
	"net"
	"net/http"
	"testing"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/core/providers/clerk/clerktest"
)

func TestServer(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	contract, err := clerk.NewContract(clerk.Config{
		IssuerURL: issuer.URL(), AuthorizedParties: []string{"https://app.example"},
	})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := newServer("", contract)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	token := clerktest.SessionToken(issuer, clerktest.Token{
		AuthorizedParty: "https://app.example", UserID: "user_1", SessionID: "sess_1",
	})
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	t.Cleanup(transport.CloseIdleConnections)
	for name, protocol := range map[string]connect.ClientOption{
		"Connect": connect.WithProtoJSON(), "gRPC": connect.WithGRPC(), "gRPC-Web": connect.WithGRPCWeb(),
	} {
		call := func(procedure, token string) (map[string]any, connect.Code) {
			url := "http://" + listener.Addr().String() + procedure
			client := connect.NewClient[emptypb.Empty, structpb.Struct](&http.Client{Transport: transport}, url, protocol)
			r := connect.NewRequest(&emptypb.Empty{})
			if token != "" {
				r.Header().Set("Authorization", "Bearer "+token)
			}
			answer, err := client.CallUnary(t.Context(), r)
			if err != nil {
				return nil, connect.CodeOf(err)
			}
			return answer.Msg.AsMap(), 0
		}
		if _, code := call(get, ""); code != connect.CodeUnauthenticated {
			t.Errorf("%s, without a token: %v", name, code)
		}
		if got, code := call(get, token); code != 0 || got["userId"] != "user_1" || got["sessionId"] != "sess_1" {
			t.Errorf("%s, with a token: %v %v", name, code, got)
		}
		if _, code := call(erase, token); code != connect.CodePermissionDenied {
			t.Errorf("%s, without the role: %v", name, code)
		}
	}
}
