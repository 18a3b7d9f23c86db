package mcpauth

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// middleware is a guard with the rules of an MCP server.
type middleware struct {
	guard    *guard.Guard
	rules    *rules
	sessions *sessions
	bridge   *bridge
	maxBody  int64
}

func (mw *middleware) serve(w http.ResponseWriter, r *http.Request, next http.Handler) {
	request := guard.HTTPExchange(w.Header(), r)
	headers, headerProblem := readHeaders(r.Header)
	hints := r.Context()
	if headers.method { // until the body confirms them, the headers are only a hint for the challenge
		hints = guard.WithScopes(hints, mw.rules.scopesOf(headers.Operation)...)
	}
	ctx, rejection := mw.guard.Enter(hints, request)
	if rejection != nil {
		if !headers.method {
			rejection = mw.withScopesOfBody(w, r, request, rejection)
		}
		answer(w, r, rejection)
		return
	}
	session, _ := core.FromContext(ctx)
	r = r.WithContext(ctx)
	problem := headerProblem
	var m message
	if problem == nil {
		m, problem = mw.read(w, r)
	}
	if problem == nil {
		problem = headers.check(&m)
		if problem != nil {
			problem.id = m.id
		}
	}
	if problem == nil {
		problem = mw.openSession(r, session, headers.modern())
	}
	if problem != nil {
		answer(w, r, problem.rejection(ctx, mw.guard, request))
		return
	}
	if needed := mw.rules.requirement(m.ops); needed != nil {
		if rejection := needed.Check(ctx, request); rejection != nil {
			answer(w, r, rejection)
			return
		}
	}
	if session != nil {
		bridged, ok := mw.bridge.context(ctx, tokenInfo(session))
		if !ok {
			mw.guard.Reject(ctx, request, errors.New("the MCP SDK refused the token information")).ServeHTTP(w, r)
			return
		}
		r = r.WithContext(bridged)
	}
	if r.Method == http.MethodGet || m.listens() { // no other request lasts until somebody ends it
		limited, cancel := guard.UntilExpiry(r.Context(), request)
		defer cancel()
		r = r.WithContext(limited) //nolint:contextcheck // limited derives from it
	}
	sealing := &sealingWriter{ResponseWriter: w, seal: func(id string) string { return mw.sessions.seal(id, session) }}
	next.ServeHTTP(sealing, r)
	sealing.sealHeader() // of an answer without a body
}

// answer writes a rejection. Clients start a step-up at the challenge of every 403. A 403
// that no scope can solve, such as for a missing role, has no challenge: otherwise the user
// would be asked for consent in vain.
func answer(w http.ResponseWriter, r *http.Request, rejection *guard.Rejection) {
	if rejection.Err.Code == core.CodeForbidden {
		delete(rejection.Header, "Www-Authenticate")
	}
	rejection.ServeHTTP(w, r)
}

// withScopesOfBody adds to the challenge for a session that lacks a scope of the guard
// those that the operation needs, for clients of versions that name it only in the body.
// The body of a client without a valid token is never read.
func (mw *middleware) withScopesOfBody(
	w http.ResponseWriter, r *http.Request, request guard.Request, rejection *guard.Rejection,
) *guard.Rejection {
	if rejection.Err.Code != core.CodeInsufficientScope {
		return rejection
	}
	m, problem := mw.read(w, r)
	if problem != nil {
		return rejection
	}
	asked := *rejection.Err
	for _, scope := range mw.rules.scopesOf(m.ops...) {
		if !slices.Contains(asked.Scopes, scope) {
			asked.Scopes = append(slices.Clip(asked.Scopes), scope)
		}
	}
	return mw.guard.Renderer().Render(request, &asked)
}

// read reads the message of a request and gives the body back to it, unchanged.
func (mw *middleware) read(w http.ResponseWriter, r *http.Request) (message, *problem) {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodDelete, http.MethodOptions:
		if r.ContentLength != 0 { // no policy would apply to it
			return message{}, invalid("a " + r.Method + " request must not have a body")
		}
		return message{}, nil
	}
	if !isJSON(r.Header) {
		return message{}, &problem{
			status: http.StatusUnsupportedMediaType, rpc: rpcInvalidRequest,
			text: "the body must be application/json in UTF-8, without a content encoding",
		}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mw.maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return message{}, &problem{
			status: http.StatusRequestEntityTooLarge, rpc: rpcInvalidRequest, text: "the body is too large",
		}
	case err != nil:
		return message{}, invalid("the body can't be read")
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return parse(body)
}

// isJSON reports whether the server must read the body as the guard does: another media
// type, character set or encoding could give it another meaning.
func isJSON(h http.Header) bool {
	if len(h["Content-Type"]) != 1 || len(h["Content-Encoding"]) > 0 {
		return false
	}
	media, params, err := mime.ParseMediaType(h["Content-Type"][0])
	if err != nil || media != "application/json" {
		return false
	}
	charset, ok := params["charset"]
	return !ok || strings.EqualFold(charset, "utf-8")
}

// openSession replaces the client's session id by that of the server. The protocol has no
// sessions since version 2026-07-28: a server ignores the header, so it must not see it.
func (mw *middleware) openSession(r *http.Request, s *core.Session, modern bool) *problem {
	ids := r.Header[headerSession]
	if len(ids) == 0 || ids[0] == "" {
		return nil
	}
	id, ok := mw.sessions.open(ids[0], s)
	if !ok && !modern {
		// As for an id that has expired, so the answer does not confirm that another
		// user's session exists. It has no JSON-RPC error: by the bare status clients
		// notice that they need a new session.
		return &problem{status: http.StatusNotFound, text: "the session id is unknown or was given to another user"}
	}
	r.Header = r.Header.Clone()
	if modern {
		delete(r.Header, headerSession)
	} else {
		r.Header[headerSession] = []string{id}
	}
	return nil
}
