package fiberauth

import (
	"strings"

	"github.com/gofiber/fiber/v2"
)

// request is the core.Request of a fiber context. fasthttp reuses its buffers
// for the connection's next request, so every string is copied.
type request struct{ c *fiber.Ctx }

func (r request) Method() string { return strings.Clone(r.c.Method()) }
func (r request) Host() string   { return string(r.c.Request().Host()) }
func (r request) Path() string   { return string(r.c.Request().URI().Path()) }

func (r request) Header(name string) []string {
	return copied(r.c.Request().Header.PeekAll(name))
}

func (r request) Query(name string) []string {
	return copied(r.c.Request().URI().QueryArgs().PeekMulti(name))
}

func copied(all [][]byte) []string {
	if len(all) == 0 {
		return nil
	}
	values := make([]string, len(all))
	for i, b := range all {
		values[i] = string(b)
	}
	return values
}
