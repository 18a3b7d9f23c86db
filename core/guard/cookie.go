package guard

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/faults"
)

// Cookie extracts the token from the cookie of that name. Browsers also send
// cookies with requests that another site initiated, so
// [http.CrossOriginProtection] is applied first: a cross-origin POST, PUT, PATCH or
// DELETE with this cookie is rejected with CodeForbidden, and so is a cross-origin
// WebSocket handshake, because a WebSocket can change state although it starts
// with a GET. trustedOrigins, such as "https://app.example.com", are exempt.
//
// A cookie with an invalid value (RFC 6265 §4.1.1), or one that is sent with
// different values, is rejected with CodeInvalidRequest. An empty cookie counts as
// no token, because browsers may still send a cookie that was cleared.
func Cookie(name string, trustedOrigins ...string) Extractor {
	protection := http.NewCrossOriginProtection()
	var bad []string
	for _, origin := range trustedOrigins {
		if err := protection.AddTrustedOrigin(origin); err != nil || origin != strings.ToLower(origin) {
			bad = append(bad, origin)
		}
	}
	return &cookie{name: name, protection: protection, badOrigins: bad}
}

// InsecureCookie is [Cookie] without the check of the request's origin, for
// applications that prevent cross-site request forgery by other means.
func InsecureCookie(name string) Extractor { return &cookie{name: name} }

type cookie struct {
	name       string
	protection *http.CrossOriginProtection
	badOrigins []string
}

func (c *cookie) validate(f *configErrors) {
	switch {
	case c.name == "":
		f.Missing("Cookie", "has no name: it could never find a token")
	case strings.ContainsFunc(c.name, func(r rune) bool { return notCookieOctet(r) || r == '=' }):
		f.Invalid(
			"Cookie",
			faults.Show(c.name),
			"is not the name of a cookie: write it without spaces, quotes and the characters , ; = \\",
		)
	}
	for _, origin := range c.badOrigins {
		f.Invalid("Cookie", faults.Show(origin),
			"is not an origin as browsers write it: write https://host in lower case, without a path")
	}
}

func (c *cookie) Extract(r Request) (string, error) {
	token, found, err := c.find(r.Header("Cookie"))
	if err != nil {
		return "", err
	}
	if !found {
		return "", nil
	}
	if c.protection != nil {
		if err := c.protection.Check(originView(r)); err != nil {
			return "", &core.Error{
				Code:   core.CodeForbidden,
				Detail: "a cross-origin request carries the session cookie",
				Err:    err,
			}
		}
	}
	return token, nil
}

// find parses the header lines itself. The parsers of net/http and fasthttp drop
// an invalid cookie, or keep only one of each name: an invalid credential would
// count as a missing one, and a second cookie could silently replace the first.
func (c *cookie) find(lines []string) (token string, found bool, err *core.Error) {
	for _, line := range lines {
		for pair := range strings.SplitSeq(line, ";") { // RFC 6265 §5.4
			name, value, _ := strings.Cut(strings.Trim(pair, " \t"), "=")
			if strings.TrimRight(name, " \t") != c.name {
				continue
			}
			if len(value) > 1 && value[0] == '"' && value[len(value)-1] == '"' {
				value = value[1 : len(value)-1]
			}
			if at := strings.IndexFunc(value, notCookieOctet); at >= 0 {
				return "", false, reject(
					core.CodeInvalidRequest,
					"the cookie "+quoted(c.name)+" is invalid: byte "+strconv.Itoa(at+1)+
						" of its value is not allowed in a cookie (RFC 6265 §4.1.1)",
				)
			}
			if found && value != token {
				return "", false, reject(core.CodeInvalidRequest, "the cookie "+quoted(c.name)+" is given with different values")
			}
			token, found = value, true
		}
	}
	return token, found, nil
}

// notCookieOctet is the complement of cookie-octet, RFC 6265 §4.1.1.
func notCookieOctet(r rune) bool {
	return r <= ' ' || r > '~' || r == '"' || r == ',' || r == ';' || r == '\\'
}

// originView returns the parts of r that [http.CrossOriginProtection] reads. The
// handshake of a WebSocket counts as unsafe: browsers send it across origins
// without a preflight (RFC 6455 §10.2), and the handler checks the origin later,
// if at all.
func originView(r Request) *http.Request {
	method := r.Method()
	for _, line := range r.Header("Upgrade") {
		for protocol := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.TrimSpace(protocol), "websocket") {
				method = http.MethodPost
			}
		}
	}
	h := http.Header{}
	for _, name := range []string{"Origin", "Sec-Fetch-Site"} {
		if values := r.Header(name); len(values) > 0 {
			h[name] = values
		}
	}
	return &http.Request{Method: method, Host: r.Host(), Header: h, URL: &url.URL{Path: r.Path()}}
}
