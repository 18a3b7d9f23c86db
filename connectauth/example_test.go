package connectauth_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/revstackhq/auth-go/connectauth"
	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/policy"
)

// hello is a handler that a program gets from protoc-gen-connect-go.
func hello() http.Handler {
	return connect.NewUnaryHandler("/hello.v1.Hello/Say",
		func(ctx context.Context, _ *connect.Request[emptypb.Empty]) (*connect.Response[wrapperspb.StringValue], error) {
			return connect.NewResponse(wrapperspb.String("hello, " + connectauth.UserID(ctx))), nil
		})
}

// show calls the handler and prints the outcome.
func show(h http.Handler, token string) {
	server := httptest.NewServer(h)
	defer server.Close()
	client := connect.NewClient[emptypb.Empty, wrapperspb.StringValue](server.Client(), server.URL+"/hello.v1.Hello/Say")
	r := connect.NewRequest(&emptypb.Empty{})
	if token != "" {
		r.Header().Set("Authorization", "Bearer "+token)
	}
	answer, err := client.CallUnary(context.Background(), r)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(answer.Msg.GetValue())
}

func issuer() *authtest.Issuer {
	issuer, err := authtest.StartIssuer(authtest.Config{})
	if err != nil {
		log.Fatal(err)
	}
	return issuer
}

func ExampleNew() {
	issuer := issuer()
	defer func() { _ = issuer.Close() }()

	h := connectauth.New(issuer.Contract())(hello())
	show(h, "")
	show(h, issuer.Token(nil))
	// Output:
	// unauthenticated: Sign in to continue.
	// hello, user_1
}

func ExampleGuard() {
	issuer := issuer()
	defer func() { _ = issuer.Close() }()

	g, err := guard.New(issuer.Contract(), guard.Procedure("/hello.v1.Hello/*", policy.Role("admin")))
	if err != nil {
		log.Fatal(err)
	}
	show(connectauth.Guard(g)(hello()), issuer.Token(nil))
	// Output: permission_denied: You are not allowed to do this.
}

func ExampleRequire() {
	issuer := issuer()
	defer func() { _ = issuer.Close() }()

	h := connectauth.New(issuer.Contract())(connectauth.Require(policy.Scope("hello"))(hello()))
	show(h, issuer.Token(authtest.Claims{"scope": "hello"}))
	show(h, issuer.Token(nil))
	// Output:
	// hello, user_1
	// permission_denied: The token does not grant the required scope.
}

func ExampleSession() {
	ctx := authtest.Context(context.Background(), "user_1", nil)
	session, ok := connectauth.Session(ctx)
	fmt.Println(ok, session.UserID())
	// Output: true user_1
}

func ExampleClaims() {
	ctx := authtest.Context(context.Background(), "user_1", map[string]any{"plan": "pro"})
	claims, err := connectauth.Claims[struct {
		Plan string `json:"plan"`
	}](ctx)
	fmt.Println(claims.Plan, err)
	_, err = connectauth.Claims[struct{}](context.Background())
	fmt.Println(errors.Is(err, core.ErrNoSession))
	// Output:
	// pro <nil>
	// true
}
