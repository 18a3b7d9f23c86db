package core

import "strings"

// Extractor finds the token in a request. It returns "" and no error where the
// request carries none in its place, and an error, usually an [*Error] with
// CodeInvalidRequest, where what it carries can't be one. Extractors must be
// safe for concurrent use and must not keep the request.
type Extractor interface {
	Extract(r Request) (token string, err error)
}

// ExtractorFunc is a function as an [Extractor].
type ExtractorFunc func(r Request) (string, error)

// Extract calls f.
func (f ExtractorFunc) Extract(r Request) (string, error) { return f(r) }

// Bearer extracts the token of "Authorization: Bearer <token>" (RFC 6750 §2.1).
// The scheme is compared without case (RFC 9110 §11.1). A header with another
// scheme counts as no token; two headers, or two credentials in one, are
// refused.
func Bearer() Extractor { return bearer{} }

type bearer struct{}

func (b bearer) Extract(r Request) (string, error) {
	token, err := b.credential(r)
	if err == nil {
		err = checkBearerToken(token)
	}
	if err != nil {
		return "", err
	}
	return token, nil
}

// credential is Extract without a look at the token's characters.
func (bearer) credential(r Request) (string, *Error) {
	values := r.Header("Authorization")
	switch len(values) {
	case 0:
		return "", nil
	case 1:
		return bearerCredential(values[0])
	default: // Authorization is no list (RFC 9110 §11.6.2): a second one is an ambiguity somebody may exploit
		return "", refuse(CodeInvalidRequest, "the Authorization header is given "+itoa(len(values))+" times")
	}
}

// bearerToken reads one header value. "" without an error is a foreign scheme
// or nothing.
func bearerToken(value string) (string, *Error) {
	token, err := bearerCredential(value)
	if err == nil {
		err = checkBearerToken(token)
	}
	if err != nil {
		return "", err
	}
	return token, nil
}

func bearerCredential(value string) (string, *Error) {
	value = strings.Trim(value, " \t") // optional white space around a field value, RFC 9110 §5.5
	const scheme = "Bearer"
	if len(value) < len(scheme) || !strings.EqualFold(value[:len(scheme)], scheme) {
		return "", foreignScheme(value)
	}
	rest := value[len(scheme):]
	if rest != "" && notToken68[rest[0]] == 0 {
		return "", foreignScheme(value) // a longer word than Bearer
	}
	token := strings.TrimLeft(rest, " ") // 1*SP, RFC 9110 §11.4
	switch token {
	case "":
		return "", refuse(CodeInvalidRequest, "the Authorization header has the scheme Bearer and no token")
	case rest:
		return "", errNotOneToken()
	}
	return token, nil
}

func checkBearerToken(token string) *Error {
	if token != "" && !isBearerToken(token) {
		return errNotOneToken()
	}
	return nil
}

func errNotOneToken() *Error {
	return refuse(CodeInvalidRequest, "the Authorization header is not one bearer token")
}

// authorizationFound says, for the server's log, what stands in the place of a
// bearer token. It repeats nothing of the value but the name of a known scheme:
// a lone word may be a token.
func authorizationFound(values []string) string {
	if len(values) == 0 {
		return "the Authorization header is missing"
	}
	value := strings.Trim(values[0], " \t")
	if value == "" {
		return "the Authorization header is empty"
	}
	word, _, more := strings.Cut(value, " ")
	for _, scheme := range []string{"Basic", "DPoP", "Digest", "Negotiate", "NTLM", "Token", "ApiKey", "GNAP", "HOBA", "AWS4-HMAC-SHA256"} {
		if strings.EqualFold(word, scheme) {
			return "the Authorization header has the scheme " + scheme + ", expected Bearer"
		}
	}
	if !more {
		return "the Authorization header is one word without a scheme, expected Bearer and a token"
	}
	return "the Authorization header has a scheme that is not known, expected Bearer"
}

// whereNothingWas says where a guard looked for a token, and what it found.
func (g *Guard) whereNothingWas(r Request) string {
	found := make([]string, 0, len(g.extractors))
	for _, e := range g.extractors {
		switch e := e.(type) {
		case bearer:
			found = append(found, authorizationFound(r.Header("Authorization")))
		case *cookie:
			found = append(found, "the cookie "+quoted(e.name)+" is missing or empty")
		case *place:
			found = append(found, e.kind+" "+quoted(e.name)+" is missing or empty")
		default:
			found = append(found, "an extractor of the program found nothing")
		}
	}
	return "the request carries no token: " + strings.Join(found, "; ")
}

// foreignScheme returns nil, unless a bearer credential was joined to another
// one: what counts would depend on who reads it.
func foreignScheme(value string) *Error {
	for part := range strings.SplitSeq(value, ",") {
		word, _, _ := strings.Cut(strings.Trim(part, " \t"), " ")
		if strings.EqualFold(word, "Bearer") {
			return refuse(CodeInvalidRequest, "the Authorization header holds several credentials")
		}
	}
	return nil
}

// isBearerToken tells b64token, RFC 6750 §2.1.
func isBearerToken(s string) bool {
	end := len(strings.TrimRight(s, "="))
	if end == 0 {
		return false
	}
	var bad uint8
	for i := range end {
		bad |= notToken68[s[i]]
	}
	return bad == 0
}

// notToken68 is 1 for what may not stand in token68 and b64token (RFC 9110
// §11.2).
//
//nolint:gochecknoglobals // constant
var notToken68 = func() (table [256]uint8) {
	for c := range table {
		table[c] = 1
	}
	for _, c := range []byte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/") {
		table[c] = 0
	}
	return table
}()

// place is an extractor that looks at one named thing.
type place struct {
	kind, name string
	ExtractorFunc
}

// Header extracts the token from a header that holds nothing else, such as
// Cf-Access-Jwt-Assertion or X-Goog-Iap-Jwt-Assertion. Use it only where
// whatever stands in front of the service sets or removes that header.
func Header(name string) Extractor {
	return &place{"Header", name, func(r Request) (string, error) {
		values := r.Header(name)
		if len(values) > 1 {
			return "", refuse(CodeInvalidRequest, "the header "+quoted(name)+" is given "+itoa(len(values))+" times")
		}
		if len(values) == 0 {
			return "", nil
		}
		return strings.TrimSpace(values[0]), nil
	}}
}

// WebSocketProtocol extracts the token that a browser, which can't set other
// headers on a WebSocket, offers as a subprotocol after the marker:
// Sec-WebSocket-Protocol: chat, <marker>, <token> (RFC 6455 §11.3.4). The
// server answers with one of the other protocols or, if the client offers no
// other, with the marker, never with the token: a browser gives a connection up
// for which none of the offered is chosen.
func WebSocketProtocol(marker string) Extractor {
	return &place{"WebSocketProtocol", marker, func(r Request) (string, error) {
		var offered []string
		for _, line := range r.Header("Sec-Websocket-Protocol") {
			for part := range strings.SplitSeq(line, ",") {
				offered = append(offered, strings.TrimSpace(part))
			}
		}
		token := ""
		for i, protocol := range offered {
			if protocol != marker {
				continue
			}
			if token != "" || i+1 == len(offered) || offered[i+1] == "" {
				return "", refuse(CodeInvalidRequest, "Sec-WebSocket-Protocol must offer "+quoted(marker)+" once, followed by the token")
			}
			token = offered[i+1]
		}
		return token, nil
	}}
}

// InsecureQuery extracts the token from a query parameter. URLs end up in logs,
// histories and Referer headers: RFC 6750 §2.3 and RFC 9700 §4.3.2 advise
// against it.
func InsecureQuery(parameter string) Extractor {
	return &place{"InsecureQuery", parameter, func(r Request) (string, error) {
		values := r.Query(parameter)
		if len(values) > 1 {
			return "", refuse(CodeInvalidRequest, "the query parameter "+quoted(parameter)+" is given "+itoa(len(values))+" times")
		}
		if len(values) == 0 {
			return "", nil
		}
		return values[0], nil
	}}
}
