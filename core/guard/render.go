package guard

import (
	"errors"
	"net/http"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/faults"
)

// Renderer turns errors into rejections: status, headers and body. A guard has
// one; make one with [NewRenderer] for code that answers errors without a guard,
// such as a webhook. The zero value uses the defaults. It is safe for concurrent
// use.
type Renderer struct {
	rendering
	// metadataURL is the resource_metadata of challenges (RFC 9728 §5.1).
	metadataURL string
	dpop        *dpopChallenge // nil if DPoP is not accepted
}

// rendering is the part of the settings that changes answers.
type rendering struct {
	realm     string
	problem   bool
	responder func(Request, *Rejection)
	message   func(Request, *core.Error) string
	delegate  bool
}

// NewRenderer returns a renderer with the options that change answers: [Realm],
// [ProblemDetails], [Responder], [Messages], [DelegateErrors] and [Metadata].
// Other options have no effect. It returns all mistakes at once, as
// [*core.ConfigError].
func NewRenderer(opts ...Option) (*Renderer, error) {
	s := newSettings(opts)
	r := s.renderer()
	if err := s.faults.Err(); err != nil {
		return nil, err
	}
	return &r, nil
}

func (s *settings) renderer() Renderer {
	r := Renderer{rendering: s.rendering}
	if s.metadata != nil {
		r.metadataURL = s.metadata.url(&s.faults)
	}
	return r
}

// Realm sets the realm of challenges, which names the protection space (RFC 9110
// §11.5). It must be printable ASCII.
func Realm(realm string) Option {
	return option(func(s *settings) {
		if !quotable(realm) {
			s.faults.Invalid("Realm", faults.Show(realm), "must be printable ASCII")
		}
		s.rendering.realm = realm
	})
}

// ProblemDetails answers with application/problem+json (RFC 9457) instead of the
// default body.
func ProblemDetails() Option { return option(func(s *settings) { s.rendering.problem = true }) }

// Responder lets respond change a rejection before it is sent: its status,
// header and body. respond gets its own copy; the typed error is in Err. Keep
// the challenge in WWW-Authenticate: clients act on it.
func Responder(respond func(Request, *Rejection)) Option {
	return option(func(s *settings) {
		if respond == nil {
			s.faults.Missing("Responder", "is nil: leave the option out for the default response")
		}
		s.rendering.responder = respond
	})
}

// Messages replaces the sentence for the user in the answer, for example with one
// in the language of Accept-Language. If message returns "", the default is used.
func Messages(message func(Request, *core.Error) string) Option {
	return option(func(s *settings) {
		if message == nil {
			s.faults.Missing("Messages", "is nil: leave the option out for the default sentences")
		}
		s.rendering.message = message
	})
}

// DelegateErrors leaves the answer to the framework's own error handling: gin's
// error middleware finds the error in c.Errors, echo's HTTPErrorHandler gets an
// *echo.HTTPError, and fiber's ErrorHandler an error in which errors.As finds a
// *fiber.Error. errors.As finds the [*core.Error] and the [*Rejection] in each of
// them. Status and headers are set before; the error's text is the sentence that
// the client may see. Plain net/http, and so chi, has no error handler: the option
// has no effect there.
func DelegateErrors() Option { return option(func(s *settings) { s.rendering.delegate = true }) }

// Render returns the rejection for err. Its code is that of the first [*core.Error]
// in err's tree, or UNKNOWN_ERROR. r may be nil if no function of an option needs
// it.
func (a *Renderer) Render(r Request, err error) *Rejection {
	e := errorOf(err)
	rejection := &Rejection{Err: e, Status: e.Code.Status(), Header: make(http.Header, 4), Delegate: a.delegate}
	message := e.Message()
	if a.message != nil {
		if custom := a.message(r, e); custom != "" {
			message = custom
		}
	}
	rejection.message = message
	h := rejection.Header
	h["Cache-Control"] = []string{"no-store"}
	if challenges := a.challenges(r, e, rejection.Status); challenges != nil {
		h["Www-Authenticate"] = challenges
	}
	if nonce := a.nonce(e); nonce != "" {
		h[nonceHeader] = []string{nonce}
	}
	if rejection.Status == http.StatusServiceUnavailable {
		h["Retry-After"] = []string{retryAfter(e.RetryAfter)}
	}
	if a.problem {
		h["Content-Type"] = []string{"application/problem+json"}
		rejection.Body = body(problem{
			Type: "about:blank", Title: titleOf(rejection.Status), Status: rejection.Status, Detail: message, Code: e.Code,
		})
	} else {
		h["Content-Type"] = []string{"application/json"}
		rejection.Body = body(answer{Error: message, Code: e.Code})
	}
	if a.responder != nil {
		a.responder(r, rejection)
		rejection.Err = e
		if rejection.Status < http.StatusOK || rejection.Status > 599 { // net/http panics, or sends an interim answer
			rejection.Status = e.Code.Status()
		}
		cleanHeader(rejection.Header)
	}
	return rejection
}

// errorOf returns the error that decides the answer.
func errorOf(err error) *core.Error {
	var e *core.Error
	if errors.As(err, &e) && e != nil && e.Code != "" {
		return e
	}
	return &core.Error{Code: core.CodeUnknownError, Err: err}
}
