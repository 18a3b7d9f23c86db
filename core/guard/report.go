package guard

import (
	"context"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/internal/refusal"
)

// nowClock is a function as a clock.
type nowClock func() time.Time

func (now nowClock) Now() time.Time { return now() }

// Reject reports err as [Guard.Check] reports its own rejections, and returns the
// answer. It is for adapters that check more than the guard does, such as the format of
// a message. The session is that of ctx, if ctx has one.
func (g *Guard) Reject(ctx context.Context, r Request, err error) *Rejection {
	e := errorOf(err)
	s, _ := core.FromContext(ctx)
	return g.renderer.Render(r, withAllScopes(ctx, g.reported(ctx, r, s, e), g.scopes))
}

// reported reports a rejection that the guard made itself to the observers and the
// log of its source, and returns it. If the source does not report rejections, the
// guard logs them. r is nil if there is no request, s if no session was rejected. A
// session that was put into the context without a guard has no observers.
func (g *Guard) reported(ctx context.Context, r refusal.Request, s *core.Session, err *core.Error) *core.Error {
	if g == nil || err.Code == core.CodeRequestCanceled {
		return err
	}
	info := refusal.Info{Request: r}
	if s != nil {
		info.Session = s
	}
	if g.methods.report != nil {
		g.methods.report.ReportRejection(refusal.With(ctx, info), err)
		return err
	}
	code := string(err.Code)
	if !g.refusals.Count(ctx, code) {
		return err
	}
	g.refusals.Write(ctx, code, func() event.TokenRejected {
		e := event.TokenRejected{Code: code, Detail: refusal.Detail(err.Detail, err.Err), Err: err}
		if s != nil {
			e.Provider, e.Issuer = s.Provider(), s.Issuer()
		}
		info.Describe(&e)
		return e
	})
	return err
}
