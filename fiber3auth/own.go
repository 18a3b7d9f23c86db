package fiber3auth

import "github.com/gofiber/fiber/v3"

// own keeps c from being reused for another request. fiber pools its contexts, so a
// goroutine that kept c would see the next request's user through it. An abandoned
// context is not pooled; it is released when fasthttp ends the request, because
// fasthttp reuses the values that c reads, too.
func own(c fiber.Ctx) {
	// An outer guard, or fiber's timeout middleware, may have abandoned it.
	if owned, ok := c.(fiber.CustomCtx); ok && !c.IsAbandoned() {
		c.Abandon()
		c.RequestCtx().SetUserValue(release{}, &release{owned})
	}
}

// unused is an app that serves nothing. ReleaseCtx is the only way to release a
// context, and puts it into the app's pool.
var unused = fiber.New() //nolint:gochecknoglobals // never changed, and costly to make for each request

// release is a context to release when its request ends.
type release struct{ fiber.CustomCtx }

// IsAbandoned lets ReleaseCtx release the context.
func (*release) IsAbandoned() bool { return false }

// Close is called by fasthttp after the answer is written, when it removes the
// request's values. A request that timed out is not ended that way: neither c nor
// what it reads is reused.
func (r *release) Close() error { unused.ReleaseCtx(r); return nil }
