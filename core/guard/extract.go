package guard

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/bearer"
	"github.com/revstackhq/auth-go/core/internal/faults"
)

// Extractor finds the token in a request. It returns "" and no error if the place
// where it looks has no token, and an error, usually a [*core.Error] with
// CodeInvalidRequest, if what it finds cannot be a token. Extractors must be
// safe for concurrent use and must not keep the request.
type Extractor interface {
	Extract(r Request) (token string, err error)
}

// ExtractorFunc is a function as an [Extractor].
type ExtractorFunc func(r Request) (string, error)

// Extract calls f.
func (f ExtractorFunc) Extract(r Request) (string, error) { return f(r) }

// The schemes of the Authorization header that core.Credentials names.
const (
	schemeBearer = "Bearer"
	schemeDPoP   = "DPoP"
)

// Bearer extracts the token of "Authorization: Bearer <token>" (RFC 6750 §2.1).
// The scheme is compared without case (RFC 9110 §11.1). A header with another
// scheme counts as no token; two headers, or two credentials in one, are
// rejected.
func Bearer() Extractor { return bearerHeader{} }

type bearerHeader struct{}

func (bearerHeader) Extract(r Request) (string, error) {
	token, err := bearerCredential(r, bearer.Token)
	if err != nil {
		return "", err
	}
	return token, nil
}

// DPoP extracts the token of "Authorization: DPoP <token>" (RFC 9449 §7.1), for an
// authenticator that checks DPoP proofs; a [core.Verifier] rejects the scheme. The
// proof itself needs no extractor. Add [Bearer] to accept tokens of both schemes.
func DPoP() Extractor { return dpopHeader{} }

type dpopHeader struct{}

func (dpopHeader) Extract(r Request) (string, error) {
	values := r.Header("Authorization")
	if len(values) == 0 {
		return "", nil
	}
	scheme, token, _ := strings.Cut(strings.Trim(values[0], " \t"), " ")
	switch {
	case len(values) > 1:
		return "", severalHeaders(len(values))
	case !strings.EqualFold(scheme, schemeDPoP):
		return "", nil
	}
	if token = strings.TrimLeft(token, " "); !bearer.IsToken(token) {
		return "", reject(core.CodeInvalidRequest, "the Authorization header is not one DPoP token")
	}
	return token, nil
}

// severalHeaders rejects a second Authorization header. It is not a list (RFC
// 9110 §11.6.2), so readers could disagree on which one counts.
func severalHeaders(n int) *core.Error {
	return reject(core.CodeInvalidRequest, fmt.Sprintf("the Authorization header is given %d times", n))
}

func bearerCredential(r Request, read func(value string) (token, problem string)) (string, *core.Error) {
	values := r.Header("Authorization")
	switch len(values) {
	case 0:
		return "", nil
	case 1:
		return credentialOf(values[0], read)
	default:
		return "", severalHeaders(len(values))
	}
}

// borrowedCredential is bearerCredential for a token that nothing keeps: it saves the copy that an adapter makes for a
// framework that reuses its buffers.
func borrowedCredential(r Request) (string, *core.Error) {
	if b, ok := r.(interface{ BorrowAuthorization() (string, bool) }); ok {
		if value, only := b.BorrowAuthorization(); only {
			return credentialOf(value, bearer.Credential)
		}
	}
	return keptCredential(r)
}

// keptCredential is bearerCredential without a look at the token's characters, at which the verifier looks if it
// rejects the token.
func keptCredential(r Request) (string, *core.Error) { return bearerCredential(r, bearer.Credential) }

func credentialOf(value string, read func(value string) (token, problem string)) (string, *core.Error) {
	token, problem := read(value)
	if problem != "" {
		return "", reject(core.CodeInvalidRequest, problem)
	}
	return token, nil
}

// whereNothingWas describes the places where the guard looked for a token.
func (g *Guard) whereNothingWas(r Request) string {
	return "the request carries no token: " + strings.Join(nothingIn(g.extractors, r), "; ")
}

func nothingIn(extractors []Extractor, r Request) []string {
	var found []string
	for _, e := range extractors {
		switch e := e.(type) {
		case bearerHeader:
			found = append(found, bearer.Found(r.Header("Authorization")))
		case dpopHeader:
			found = append(found, "the Authorization header has no DPoP token")
		case *cookie:
			found = append(found, "the cookie "+quoted(e.name)+" is missing or empty")
		case *place:
			found = append(found, e.kind+" "+quoted(e.name)+" is missing or empty")
		case *first:
			found = append(found, nothingIn(e.extractors, r)...)
		default:
			found = append(found, "an extractor of the program found nothing")
		}
	}
	return found
}

// place is an extractor that reads one named field.
type place struct {
	kind, name string
	ExtractorFunc
}

func (p *place) validate(f *configErrors) {
	switch {
	case p.name == "":
		f.Missing(p.kind, "has no name: it could never find a token")
	case p.kind == "Header" && !isFieldName(p.name):
		f.Invalid(p.kind, faults.Show(p.name), "is not the name of a header, such as Cf-Access-Jwt-Assertion")
	}
}

// Header extracts the token from a header that contains only the token, such as
// Cf-Access-Jwt-Assertion or X-Goog-Iap-Jwt-Assertion. Use it only if the proxy
// in front of the service sets or removes that header.
func Header(name string) Extractor {
	return &place{"Header", name, func(r Request) (string, error) {
		values := r.Header(name)
		if len(values) > 1 {
			return "", reject(
				core.CodeInvalidRequest,
				"the header "+quoted(name)+" is given "+strconv.Itoa(len(values))+" times",
			)
		}
		if len(values) == 0 {
			return "", nil
		}
		return strings.TrimSpace(values[0]), nil
	}}
}

// WebSocketProtocol extracts the token that a browser offers as a subprotocol
// after the marker, because it cannot set other headers on a WebSocket:
// Sec-WebSocket-Protocol: chat, <marker>, <token> (RFC 6455 §11.3.4). The
// server must answer with one of the other protocols or, if the client offers no
// other, with the marker, never with the token: a browser closes a connection
// for which the server selects none of the offered protocols.
func WebSocketProtocol(marker string) Extractor {
	return &place{"WebSocketProtocol", marker, func(r Request) (string, error) {
		token := ""
		isNext := false // the token follows the marker
		for _, line := range r.Header("Sec-Websocket-Protocol") {
			for protocol := range strings.SplitSeq(line, ",") {
				protocol = strings.TrimSpace(protocol)
				if isNext {
					token, isNext = protocol, protocol == ""
				}
				if isNext || protocol == marker && token != "" {
					return "", markerMisplaced(marker)
				}
				isNext = protocol == marker
			}
		}
		if isNext { // the marker comes last
			return "", markerMisplaced(marker)
		}
		return token, nil
	}}
}

func markerMisplaced(marker string) *core.Error {
	return reject(
		core.CodeInvalidRequest,
		"Sec-WebSocket-Protocol must offer "+quoted(marker)+" once, followed by the token",
	)
}

// InsecureQuery extracts the token from a query parameter. URLs end up in logs,
// histories and Referer headers: RFC 6750 §2.3 and RFC 9700 §4.3.2 advise
// against it.
func InsecureQuery(parameter string) Extractor {
	return &place{"InsecureQuery", parameter, func(r Request) (string, error) {
		values := r.Query(parameter)
		if len(values) > 1 {
			return "", reject(
				core.CodeInvalidRequest,
				"the query parameter "+quoted(parameter)+" is given "+strconv.Itoa(len(values))+" times",
			)
		}
		if len(values) == 0 {
			return "", nil
		}
		return values[0], nil
	}}
}
