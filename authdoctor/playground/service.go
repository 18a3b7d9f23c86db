package playground

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/gofiber/fiber/v2"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/policy"
)

// service is the API of a scene in four frameworks, with one verifier:
//
//	GET /me       who is signed in
//	GET /admin    only for the role admin
//	GET /public   for everybody
type service struct {
	contract *core.Contract
	verifier *core.Verifier
	handlers map[string]http.Handler // by framework
	fiber    *fiber.App
}

// servicePaths returns the paths of a service.
func servicePaths() []string { return []string{"/me", "/admin", "/public"} }

// service returns the scene's service, and starts it if it does not run.
func (p *Playground) service(s *scene) (*service, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if running := p.running[s.ID]; running != nil {
		s.publish(p.issuer, running.contract.Rules())
		return running, nil
	}
	contract, err := s.build()
	if err != nil {
		return nil, err
	}
	s.publish(p.issuer, contract.Rules())
	client := s.client
	if client == nil {
		client = p.client
	}
	quiet := slog.New(slog.DiscardHandler) // the page shows what a log would say
	verifier, err := core.NewVerifier(
		contract,
		core.WithHTTPClient(client),
		core.WithClock(p.clock),
		core.WithLogger(quiet),
	)
	if err != nil {
		return nil, err
	}
	required := []guard.Option{
		guard.Extractors(s.extractor()),
		guard.Revocation(guard.RevokerFunc(p.isRevoked), guard.FailClosed),
		guard.Logger(quiet),
	}
	optional := append([]guard.Option{guard.Optional()}, required...)
	running := &service{
		contract: contract,
		verifier: verifier,
		handlers: map[string]http.Handler{
			"gin":  ginService(verifier, required, optional),
			"echo": echoService(verifier, required, optional),
			"chi":  chiService(verifier, required, optional),
		},
		fiber: fiberService(verifier, required, optional),
	}
	p.running[s.ID] = running
	return running, nil
}

// restart drops all services, with their keys and remembered tokens.
func (p *Playground) restart() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.running)
}

// isRevoked is the revocation check of the services.
func (p *Playground) isRevoked(_ context.Context, s *core.Session) (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.revoked[identity(s)], nil
}

// identity returns what a revocation in the playground identifies: the issuer, the user and the session id.
func identity(s *core.Session) string {
	return s.Issuer() + "\x00" + s.UserID() + "\x00" + s.SessionID()
}

// admins is the policy of /admin.
func admins() core.Policy { return policy.Role("admin") }

// answer is the body of a service's response.
type answer struct {
	UserID  string        `json:"userId"`
	Session *core.Session `json:"session,omitempty"`
}

func answerOf(ctx context.Context) answer {
	session, _ := core.FromContext(ctx)
	return answer{UserID: core.UserID(ctx), Session: session}
}
