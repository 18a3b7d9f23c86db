package fiberauth

import (
	"crypto/tls"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// request is the guard.Request of a fiber context. fasthttp reuses its buffers
// for the connection's next request, so every string is copied, except a borrowed one.
type request struct{ c *fiber.Ctx }

// Method returns fiber's constant for a standard method, which needs no copy.
func (r request) Method() string {
	if i := slices.Index(fiber.DefaultMethods, r.c.Method()); i >= 0 {
		return fiber.DefaultMethods[i]
	}
	return strings.Clone(r.c.Method())
}

func (r request) Host() string { return string(r.c.Request().Host()) }

// Path returns the original path, on which fiber routes. URI().Path() is decoded
// and cleaned: "/admin/..%2Fhealth" would be "/health".
func (r request) Path() string { return string(r.c.Request().URI().PathOriginal()) }

func (r request) Header(name string) []string {
	values := copied(r.c.Request().Header.PeekAll(name))
	if r.c.App().Server().DisableHeaderNamesNormalizing {
		return appendOtherSpellings(values, &r.c.Request().Header, name)
	}
	return values
}

// appendOtherSpellings appends the fields that PeekAll misses if fasthttp does not
// normalize names: PeekAll is case-sensitive, but field names are not (RFC 9110
// §5.1).
func appendOtherSpellings(values []string, header *fasthttp.RequestHeader, name string) []string {
	//nolint:staticcheck // AllInOrder, which replaces it, is not in the fasthttp that fiber v2 requires
	header.VisitAllInOrder(func(key, value []byte) {
		if string(key) != name && strings.EqualFold(string(key), name) {
			values = append(values, string(value))
		}
	})
	return values
}

// BorrowAuthorization returns fiber's own string, which lies in fasthttp's buffer.
func (r request) BorrowAuthorization() (value string, only bool) {
	only = !r.c.App().Server().DisableHeaderNamesNormalizing && len(r.c.Request().Header.PeekAll("Authorization")) == 1
	return r.c.Get("Authorization"), only
}

func (r request) Query(name string) []string {
	return copied(r.c.Request().URI().QueryArgs().PeekMulti(name))
}

// TLS returns the state of the connection, nil if it is not encrypted.
func (r request) TLS() *tls.ConnectionState { return r.c.Context().TLSConnectionState() }

// RemoteAddr returns address and port of the connection's other end.
func (r request) RemoteAddr() string { return r.c.Context().RemoteAddr().String() }

// SetHeader sets a field of the answer.
func (r request) SetHeader(name, value string) { r.c.Set(name, value) }

// RequestID returns the id of fiber's requestid middleware, or "".
func (r request) RequestID() string { return string(r.c.Response().Header.Peek("X-Request-Id")) }

func copied(all [][]byte) (values []string) {
	for _, b := range all {
		values = append(values, string(b))
	}
	return values
}
