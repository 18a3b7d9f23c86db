package guard

import (
	"crypto/tls"
	"net/http"
	"net/url"
	"strings"
)

// Request is the read-only view of a request that a guard needs; an adapter
// implements it. Returned strings must stay valid after the request: an adapter for
// a framework that reuses its buffers copies them.
//
// A gRPC call can be a Request too: its method is POST, its host is :authority, its
// path is the full method name, its header fields are the metadata, and it has no
// query.
//
// A request may also have a method TLS() *tls.ConnectionState, which returns nil
// for a connection that is not encrypted. It supplies the URL and the client's
// certificate in [core.Credentials]; without it they are unknown. An optional
// method RequestID() string returns the id for log lines; if it returns "", the
// client's X-Request-Id header is used.
//
// For tokens that are bound to a client's key, two more methods are of use:
// RemoteAddr() string, the address and port of the connection's other end, by which
// [TrustedProxies] are recognized; and SetHeader(name, value string), which sets a
// field of the answer that the handler will give, for DPoP-Nonce.
//
// An adapter that copies may have a method BorrowAuthorization() (value string, only bool),
// which returns the only Authorization field line without a copy, or false if there is
// none or more than one. The guard asks it instead of Header if it has a verifier and
// nothing else sees the token: a verifier keeps no part of a token's text.
type Request interface {
	// Method returns the HTTP method in upper case.
	Method() string
	// Host returns the value of Host or :authority.
	Host() string
	// Path returns the path that the router matches, escaped as the client sent
	// it: "/a%2Fb" is not "/a/b". For a gRPC call it is the full method name.
	Path() string
	// Header returns every field line of that name as it was sent, or nil.
	// Cookies are read from it too.
	Header(name string) []string
	// Query returns the values of every query parameter of that name.
	Query(name string) []string
}

// HTTPRequest is the [Request] view of a net/http request.
func HTTPRequest(r *http.Request) Request { return httpRequest{r} }

// HTTPExchange is [HTTPRequest] for middleware that also has the answer's header:
// log lines then show the X-Request-Id that an earlier middleware put into it,
// instead of the client's.
func HTTPExchange(answer http.Header, r *http.Request) Request {
	if _, proves := r.Header["Dpop"]; proves {
		return provingRequest{identifiedRequest{httpRequest{r}, answer.Get("X-Request-Id")}, answer}
	}
	if ids := answer["X-Request-Id"]; len(ids) > 0 && ids[0] != "" {
		return identifiedRequest{httpRequest{r}, ids[0]}
	}
	return httpRequest{r}
}

// identifiedRequest is a request with an id that this service assigned.
type identifiedRequest struct {
	httpRequest

	id string
}

func (r identifiedRequest) RequestID() string { return r.id }

// provingRequest is a request with a DPoP proof: its answer supplies the next nonce.
type provingRequest struct {
	identifiedRequest

	answer http.Header
}

func (r provingRequest) SetHeader(name, value string) { r.answer.Set(name, value) }

// httpRequest has the size of a pointer, so converting it to an interface does not
// allocate.
type httpRequest struct{ r *http.Request }

func (h httpRequest) Method() string { return h.r.Method }
func (h httpRequest) Host() string   { return h.r.Host }

func (h httpRequest) Header(name string) []string {
	if name == "Authorization" { // spares finding out for each request that this name is canonical
		return h.r.Header["Authorization"]
	}
	return h.r.Header.Values(name)
}

// Path returns RawPath if it is set, because routers match it. EscapedPath would
// fall back to Path for an invalid RawPath.
func (h httpRequest) Path() string {
	if raw := h.r.URL.RawPath; raw != "" {
		return raw
	}
	return h.r.URL.EscapedPath()
}

func (h httpRequest) Query(name string) []string {
	if h.r.URL.RawQuery == "" {
		return nil
	}
	query, err := url.ParseQuery(h.r.URL.RawQuery)
	if err != nil && len(query[name]) == 0 {
		return nil
	}
	return query[name]
}

// RemoteAddr returns address and port of the connection's other end.
func (h httpRequest) RemoteAddr() string { return h.r.RemoteAddr }

// TLS returns the state of the connection, nil if it is not encrypted.
func (h httpRequest) TLS() *tls.ConnectionState { return h.r.TLS }

// sentPath returns the path of the request line. Path is not always the same:
// http.StripPrefix removes a part of it, but a DPoP proof contains the path that
// the client sent (RFC 9449 §4.2).
func (h httpRequest) sentPath() string {
	target := h.r.RequestURI
	if !strings.HasPrefix(target, "/") { // absolute (RFC 9112 §3.2.2), or not from a server
		u, err := url.ParseRequestURI(target)
		if err != nil || u.Host == "" {
			u = h.r.URL
		}
		target = HTTPRequest(&http.Request{URL: u}).Path()
	}
	if end := strings.IndexAny(target, "?#"); end >= 0 {
		target = target[:end]
	}
	return target
}
