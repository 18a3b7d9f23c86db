// Package mcpauth guards Model Context Protocol servers with an auth-go contract: an
// unmodified streamable HTTP server of the official Go SDK, or any other handler that
// speaks the protocol over HTTP.
//
//	g, err := guard.New(contract,
//		guard.Policies(policy.Scope("mcp")),
//		guard.Metadata(guard.ResourceMetadata{Resource: "https://api.example.com/mcp"}))
//	...
//	protect := mcpauth.Guard(g, mcpauth.Config{
//		Tools: map[string]core.Policy{"delete_note": policy.Scope("notes:delete")},
//	})
//	mux.Handle("/mcp", protect(mcp.NewStreamableHTTPHandler(getServer, nil)))
//	mcpauth.Metadata(mux, g)
//
// A tool reads the session from the SDK's token information, which belongs to the
// request of this very call:
//
//	func deleteNote(ctx context.Context, req *mcp.CallToolRequest, in input) (…) {
//		user := mcpauth.UserID(req.Extra.TokenInfo)
//
// In a handler that is not of the SDK, core.FromContext works as behind every guard. In
// a tool of a server with sessions it does not: the SDK gives the tool the context of the
// request that opened the session, whose token may have had other scopes.
//
// # What is checked
//
// The guard authenticates the request before it reads any of the body. Then the body
// is read, up to a limit, to find the operations that it asks for; the Mcp-Method,
// Mcp-Name and MCP-Protocol-Version headers must agree with it; a session id must have
// been given to the same user; and the policies of the operations must hold. The handler
// gets the same bytes.
//
// # Errors
//
// Rejections are those of package guard. A message that is malformed or contradicts its
// headers gets status 400 with a JSON-RPC error, because clients recognize a modern server
// by it; a session id that is unknown, or another user's, gets 404, after which
// clients open a new session. New and Guard panic on an invalid [Config], which is a
// programming error.
//
// # Concurrency
//
// The middleware and every function of this package are safe for concurrent use.
package mcpauth

import (
	"net/http"
	"net/url"

	"github.com/modelcontextprotocol/go-sdk/auth"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// New returns a middleware that guards an MCP endpoint with source, usually a
// *core.Contract or a *core.Verifier. It does no I/O. It panics on a nil or zero source,
// an invalid option and an invalid config; use guard.New and [Guard] to get an error for
// the first two.
func New(source core.Authenticator, config Config, opts ...guard.Option) func(http.Handler) http.Handler {
	return Guard(guard.Must("mcpauth", source, opts...), config)
}

// Guard returns the middleware of an existing guard. It panics on an invalid config.
func Guard(g *guard.Guard, config Config) func(http.Handler) http.Handler {
	mw := &middleware{
		guard: g, rules: newRules(config), sessions: newSessions(config.SessionKey),
		bridge: newBridge(), maxBody: config.maxBody(),
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { mw.serve(w, r, next) })
	}
}

// Metadata mounts the guard's protected-resource metadata (RFC 9728) on mux at both
// paths where MCP clients look for it: the well-known path followed by the path of the
// resource, and the well-known path alone. Without guard.Metadata it mounts nothing.
func Metadata(mux *http.ServeMux, g *guard.Guard) {
	const root = "/.well-known/oauth-protected-resource"
	path := g.MetadataPath()
	if path == "" {
		return
	}
	mux.Handle((&url.URL{Path: path}).EscapedPath(), g.MetadataHandler())
	if path != root {
		mux.Handle(root, g.MetadataHandler())
	}
}

// Session returns the session of the request that info came with, and false for an
// anonymous request and for token information of another origin. info may be nil.
func Session(info *auth.TokenInfo) (*core.Session, bool) {
	if info == nil {
		return nil, false
	}
	s, ok := info.Extra[extraSession].(*core.Session)
	return s, ok && s != nil
}

// UserID returns the user id of the session, or "" without a session.
func UserID(info *auth.TokenInfo) string {
	if s, ok := Session(info); ok {
		return s.UserID()
	}
	return ""
}

// Claims decodes the claims of the session into a T. It returns core.ErrNoSession
// without a session.
func Claims[T any](info *auth.TokenInfo) (T, error) {
	s, _ := Session(info)
	return core.ClaimsOf[T](s)
}
